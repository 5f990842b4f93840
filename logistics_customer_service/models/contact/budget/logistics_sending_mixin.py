from odoo import api, models


class LogisticsSendingMixin(models.AbstractModel):
    """What is sent keeps to the budget of contacts."""

    _inherit = "logistics.sending.mixin"

    @api.model
    def _may_contact(self, records):
        """What somebody wants to be sent goes out whatever the budget says, and counts."""
        budgets = self.env["logistics.contact.budget"]
        insisted = records.filtered(lambda one: one.insisted and one.state == "waiting")
        allowed = super()._may_contact(records)
        return budgets._get_allowed(allowed, budgets._get_purpose(self._sending_purpose), insisted)
