from odoo import api, fields, models
from odoo.fields import Domain

from ...complaint.logistics_complaint_stage import OPEN_PHASES
from .logistics_callback import IN_CALL


class LogisticsFeedback(models.Model):
    """A bad answer may start a callback. What a customer answered on a call, and the case that the
    agent has opened by then.
    """

    _inherit = "logistics.feedback"

    callback_ids = fields.One2many("logistics.callback", "feedback_id", string="Callbacks")
    callback_id = fields.Many2one(
        "logistics.callback",
        string="Answered on the Call",
        index="btree_not_null",
        readonly=True,
        check_company=True,
        ondelete="set null",
    )

    def _react_by_callback(self):
        """Plan a callback about each of these answers, with the answer in it."""
        purpose = self.env.ref("logistics_customer_service.callback_purpose_bad_answer")
        # answers come in by the public page, which has no rights on callbacks
        callbacks = self.env["logistics.callback"].sudo().create(
            [feedback._prepare_callback_vals(purpose) for feedback in self]
        )
        # who refused calls, or whose number is blocked, is not to be called about it either
        callbacks.filtered(lambda c: not c.next_at).feedback_id.reaction_state = "declined"

    def _settle_reaction(self):
        """Who is owed a callback is not done with."""
        owed = self.callback_ids.filtered(
            lambda callback: callback.next_at or callback.state == IN_CALL
        )
        return super(LogisticsFeedback, self - owed.feedback_id)._settle_reaction()

    def _take_back_reaction(self):
        """Who wants no contact is not called either."""
        self.callback_ids.filtered("next_at").action_cancel()
        return super()._take_back_reaction()

    def _prepare_callback_vals(self, purpose):
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "purpose_id": purpose.id,
            "feedback_id": self.id,
            "picking_id": self.picking_id.id,
            "complaint_id": self.complaint_id.id,
            "reason": self._get_reaction_summary(),
        }

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
