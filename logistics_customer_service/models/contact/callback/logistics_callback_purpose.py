from odoo import api, fields, models
from odoo.exceptions import UserError

# planned by cases and answers, which name them by these codes
USED = {"after_case", "bad_answer"}


class LogisticsCallbackPurpose(models.Model):
    """What calls are for: their script, whether they need consent, and how often to try."""

    _name = "logistics.callback.purpose"
    _description = "Callback Purpose"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Programs name the purpose by it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    consent_purpose_id = fields.Many2one(
        "logistics.consent.purpose",
        ondelete="restrict",
        help="Nobody is called who refused this, or who did not agree where that is needed. "
        "Empty: what has to be said is said, a debt for instance.",
    )
    script = fields.Html(translate=True, help="What the agent says and asks.")
    survey_policy_id = fields.Many2one(
        "logistics.survey.policy",
        string="Questionnaire",
        ondelete="restrict",
        help="Beside the script: the agent fills the questionnaire of this policy in with the "
        "customer. A low score has the consequences that the policy says.",
    )
    priority = fields.Selection(
        selection=lambda self: self.env["logistics.callback"]._get_priorities(),
        required=True,
        default="1",
    )
    window_days = fields.Integer(
        string="Done Within (Days)", default=3, help="After that the callback is overdue."
    )
    max_attempts = fields.Integer(
        string="Attempts at Most", default=3, help="Unanswered so often, nobody calls again."
    )
    retry_days = fields.Integer(
        string="Days between Attempts",
        default=1,
        help="The next attempt is so many days later, in the other half of the customer's hours.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Mail after the Last Attempt",
        domain=[("model", "=", "logistics.callback")],
        ondelete="set null",
        help="Written to a customer whom nobody could reach. Empty: nothing is written.",
    )

    _code_unique = models.UniqueIndex("(code)", "Another purpose has the same code.")
    _check_attempts = models.Constraint(
        "CHECK (max_attempts > 0 AND retry_days >= 0 AND window_days > 0)",
        "There is at least one attempt and one day to do it in.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if USED & set(self.mapped("code")):
            raise UserError(
                self.env._("Cases and bad answers plan callbacks for this purpose: keep it.")
            )
