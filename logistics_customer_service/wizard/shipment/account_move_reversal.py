from odoo import fields, models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    logistics_reason_id = fields.Many2one(
        "logistics.reason",
        string="Error of the Invoice",
        ondelete="cascade",
        check_company=True,
        domain="[('kind', '=', 'invoice_error')]",
        help="Choose what was wrong with the invoice; empty where nothing was.",
    )

    def _prepare_default_reversal(self, move):
        """The credit note carries what was wrong with the invoice."""
        vals = super()._prepare_default_reversal(move)
        if move.move_type == "out_invoice":
            vals["logistics_reason_id"] = self.logistics_reason_id.id
        return vals
