from odoo import models


class LogisticsSurveyRequest(models.Model):
    """Answers that are given on a call keep it."""

    _inherit = "logistics.survey.request"

    def _prepare_said_vals(self, sheet):
        vals = super()._prepare_said_vals(sheet)
        callback = self._get_call()
        return {**vals, "callback_id": callback.id} if callback else vals

    def _get_call(self):
        """Return the callback on which the customer answers now, if it is this customer's."""
        called = self.env["logistics.callback"].browse(
            self.env.context.get("logistics_callback_id")
        ).exists()
        customer = self.partner_id.commercial_partner_id
        return called.filtered(
            lambda call: call.company_id == self.company_id and call.customer_id == customer
        )
