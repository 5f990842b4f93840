"""What a database works with stays: all parts of customer service are switched on."""

from odoo import SUPERUSER_ID, Command, api
from odoo.addons.logistics_customer_service.models.foundation.res_groups import MODULE, PARTS


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    parts = [env.ref(f"{MODULE}.group_part_{part}").id for part in PARTS]
    env.ref("base.group_user").implied_ids = [Command.link(part) for part in parts]
