from odoo import api, models

from .sale_order import JUDGED


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _get_marked_fields(self):
        return {
            **super()._get_marked_fields(),
            JUDGED: {"state", "logistics_reason_id", "reversed_entry_id"},
        }
