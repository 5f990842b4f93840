from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Judge what is there: the last month at once, the rest by the job."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if not env["logistics.outcome.rebuild"].search_count([], limit=1):
        env["logistics.outcome.rebuild"]._fill()
