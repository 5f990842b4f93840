from odoo import api, fields, models
from odoo.fields import Domain

from ...complaint.logistics_complaint_stage import OPEN_PHASES


class LogisticsFeedback(models.Model):
    """What a customer answered on a call, and the case that the agent has opened by then."""

    _inherit = "logistics.feedback"

    callback_id = fields.Many2one(
        "logistics.callback",
        string="Answered on the Call",
        index="btree_not_null",
        readonly=True,
        check_company=True,
        ondelete="set null",
    )

    @api.model
    def _prepare_origin_vals(self, request):
        vals = super()._prepare_origin_vals(request)
        callback = self._get_call(request)
        return {**vals, "callback_id": callback.id} if callback else vals

    @api.model
    def _get_call(self, request):
        """Return the callback on which the customer answers now, if it is this customer's."""
        called = self.env["logistics.callback"].browse(
            self.env.context.get("logistics_callback_id")
        ).exists()
        customer = request.partner_id.commercial_partner_id
        return called.filtered(
            lambda call: call.company_id == request.company_id and call.customer_id == customer
        )

    def _find_open_cases(self):
        """Also the case that was opened on the same call: it is the same trouble."""
        held = super()._find_open_cases()
        cases = self.env["logistics.complaint"].search(
            Domain("source_callback_id", "in", self.callback_id.ids)
            & Domain("phase", "in", OPEN_PHASES),
            order="id",
        )
        by_call = cases.grouped("source_callback_id")
        for feedback in self:
            if feedback.callback_id in by_call:
                held.setdefault(feedback, by_call[feedback.callback_id][:1])
        return held

    def _prepare_case_vals(self):
        return {**super()._prepare_case_vals(), "source_callback_id": self.callback_id.id}
