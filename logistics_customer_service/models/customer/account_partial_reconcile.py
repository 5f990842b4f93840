from odoo import api, models


class AccountPartialReconcile(models.Model):
    """What was paid, and when: an invoice may be paid by something else without owing more or less."""

    _name = "account.partial.reconcile"
    _inherit = ["account.partial.reconcile", "logistics.marked.mixin"]
    _mark_owners = ("debit_move_id",)

    @api.model
    def _get_marked_fields(self):
        marked = super()._get_marked_fields()
        facts = {"debit_move_id", "credit_move_id", "max_date"}
        return {**marked, "facts": facts | marked.get("facts", set())}
