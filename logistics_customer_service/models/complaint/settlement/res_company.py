from odoo import fields, models
from odoo.tools import html2plaintext

from ..logistics_complaint_category import SEVERITIES


class ResCompany(models.Model):
    """What the end of a case needs."""

    _inherit = "res.company"

    logistics_close_category = fields.Boolean(string="Category to Close", default=True)
    logistics_close_cause = fields.Boolean(string="Cause to Close", default=True)
    logistics_close_party = fields.Boolean(string="Responsible Party to Close", default=True)
    logistics_close_resolution = fields.Boolean(string="Resolution to Close", default=True)
    logistics_close_told = fields.Boolean(string="Result Told to Close", default=True)
    logistics_answer_days = fields.Integer(
        string="Days to Answer a Result",
        default=10,
        required=True,
        help="Silence after so many days counts as no answer, never as consent.",
    )
    logistics_investigation_days = fields.Integer(
        string="Days to Answer a Question",
        default=3,
        required=True,
        help="What a new question of an investigation starts with.",
    )
    logistics_callback_days = fields.Integer(
        string="Callback After (Days)",
        default=7,
        required=True,
        help="Follow-up callback so many days after a case was closed.",
    )
    logistics_callback_severity = fields.Selection(
        SEVERITIES,
        string="Callback From Severity",
        default="high",
        help="Cases of this severity and above are followed up, whatever the tier; empty: by the "
        "tier alone.",
    )
    logistics_objection_text = fields.Html(
        string="How to Object",
        translate=True,
        default=lambda self: self._get_default_objection_text(),
    )

    _check_logistics_result_days = models.Constraint(
        "CHECK (logistics_answer_days > 0 AND logistics_investigation_days >= 0"
        " AND logistics_callback_days >= 0)",
        "A number of days cannot be negative, and an answer needs at least one.",
    )

    def _get_default_objection_text(self):
        return self.env._(
            "If you do not agree, answer by the link in this letter or write to us: your case "
            "then goes to the next level. You may also turn to the authority that supervises our "
            "trade, to a consumers' association, or to a court."
        )

    def _get_objection_text(self, lang):
        """Return how customers of a language object.

        The words that come with the addon are kept in the language of the installation alone.
        """
        company = self.with_context(lang=lang)
        text = company.logistics_objection_text
        untouched = self.with_context(lang="en_US")._get_default_objection_text()
        if html2plaintext(text or "").strip() == untouched:
            return company._get_default_objection_text()
        return text
