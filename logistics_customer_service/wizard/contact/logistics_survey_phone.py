from odoo import fields, models


class LogisticsSurveyPhone(models.TransientModel):
    """A questionnaire may be the script of a callback."""

    _inherit = "logistics.survey.phone"

    callback_id = fields.Many2one("logistics.callback", readonly=True, ondelete="set null")

    def action_take_answers(self, given, no_contact=False, complete=True):
        """As inherited; the answer keeps the call on which it was given."""
        call = self.callback_id
        call.check_access("write")
        asking = self.with_context(logistics_callback_id=call.id) if call else self
        result = super(LogisticsSurveyPhone, asking).action_take_answers(
            given, no_contact, complete
        )
        if result.get("outcome") in ("first", "partial"):
            call._note_answer()
        return result

    def _prepare_occasion(self):
        """A call about no delivery and no case is an occasion of its own."""
        vals = super()._prepare_occasion()
        if self.callback_id and not (self.picking_id or self.complaint_id):
            vals["occasion"] = f"callback:{self.callback_id.id}"
        return vals

    def _get_asked(self):
        """On a second look the answer that was begun on the call goes on."""
        asked = super()._get_asked()
        if asked or not self.callback_id:
            return asked
        domain = [
            ("policy_id", "=", self.policy_id.id),
            ("occasion", "=", f"callback:{self.callback_id.id}"),
        ]
        return asked.search(domain, limit=1)
