from markupsafe import Markup

from odoo import models


class SurveyUserInputLine(models.Model):
    _inherit = "survey.user_input.line"

    def _get_logistics_text(self):
        """Return the answer of a line as a person reads it, a scale with its upper end."""
        value = self._get_answer_value()
        if self.answer_type == "scale":
            return Markup("%s/%s") % (value, self.question_id.scale_max)
        return Markup("<br/>").join(str(value).splitlines())
