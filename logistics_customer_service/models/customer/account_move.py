from odoo import api, models

CUSTOMER_DOCUMENTS = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    """Customers' invoices and credit notes are followed by their facts."""

    _name = "account.move"
    _inherit = ["account.move", "logistics.marked.mixin"]
    _mark_owners = ("partner_id",)

    @api.model
    def _get_marked_fields(self):
        """What a customer's facts read of invoices; what is paid shows in what is left."""
        marked = super()._get_marked_fields()
        facts = {
            "company_id",
            "partner_id",
            "move_type",
            "state",
            "invoice_date",
            "invoice_date_due",
            "amount_untaxed",
            "amount_untaxed_signed",
            "amount_residual",
            "payment_state",
            "reversed_entry_id",
        }
        return {**marked, "facts": facts | marked.get("facts", set())}

    def _mark(self, purposes):
        # it depends on the document, not on who may read it
        documents = self.sudo().filtered(lambda move: move.move_type in CUSTOMER_DOCUMENTS)
        return super(AccountMove, documents)._mark(purposes)
