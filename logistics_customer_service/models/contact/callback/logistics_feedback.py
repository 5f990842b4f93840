from odoo import fields, models

from .logistics_callback import IN_CALL


class LogisticsFeedback(models.Model):
    """A bad answer may start a callback."""

    _inherit = "logistics.feedback"

    callback_ids = fields.One2many("logistics.callback", "feedback_id", string="Callbacks")

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
