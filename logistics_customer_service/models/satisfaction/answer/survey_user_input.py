from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_datetime


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    # cascade: what a person answered goes with the person
    survey_request_id = fields.Many2one(
        "logistics.survey.request", index="btree_not_null", readonly=True, ondelete="cascade"
    )
    logistics_digest = fields.Char(
        readonly=True, copy=False, help="The same of two answers that say the same."
    )

    def _render_logistics_answers(self, later=False):
        """Return question and answer, line by line; what was skipped is left out.

        :param later: a revision, which is said with its time
        """
        self.ensure_one()
        answered = self.user_input_line_ids.filtered(lambda line: not line.skipped)
        rows = Markup("").join(
            Markup("<tr><td class='text-muted pe-3'>%s</td><td>%s</td></tr>")
            % (question.title, Markup("<br/>").join(line._get_logistics_text() for line in lines))
            for question, lines in answered.grouped("question_id").items()
        )
        title = Markup("")
        if later:
            at = format_datetime(self.env, self.end_datetime or self.create_date)
            title = Markup("<p class='fw-bold mb-1'>%s</p>") % self.env._("Later, on %s", at)
        return title + Markup("<table class='mb-2'><tbody>%s</tbody></table>") % rows
