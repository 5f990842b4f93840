from odoo import api, models

from .sale_order import JUDGED


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "logistics.marked.mixin"]

    @api.model
    def _get_marked_fields(self):
        return {
            **super()._get_marked_fields(),
            JUDGED: {"state", "logistics_reason_id", "reversed_entry_id"},
        }

    def _mark(self, purposes):
        """What is no document of a customer says nothing of a delivery."""
        return super(AccountMove, self.filtered(lambda move: move.is_sale_document()))._mark(purposes)
