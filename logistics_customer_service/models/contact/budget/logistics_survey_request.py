from odoo import api, fields, models

from ...satisfaction.request.logistics_survey_request_asking import PURPOSE


class LogisticsSurveyRequest(models.Model):
    """Surveys and their reminders keep to the budget of contacts."""

    _inherit = "logistics.survey.request"

    reminder_held_back_at = fields.Datetime(
        string="Reminder Held Back",
        readonly=True,
        copy=False,
        help="When the budget of contacts left no room for the reminder.",
    )

    @api.model
    def _may_contact(self, requests):
        """What somebody wants to be sent goes out whatever the budget says, and counts."""
        budgets = self.env["logistics.contact.budget"]
        insisted = requests.filtered(
            lambda request: request.insisted and request.state == "waiting"
        )
        allowed = budgets._get_allowed(requests, budgets._get_purpose(PURPOSE), insisted)
        reminders = (requests - allowed).filtered(lambda request: request.state == "sent")
        reminders.reminder_held_back_at = fields.Datetime.now()
        return super()._may_contact(requests) & allowed
