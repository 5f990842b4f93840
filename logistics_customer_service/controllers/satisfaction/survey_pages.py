from odoo.addons.survey.controllers.main import Survey
from odoo.http import request


class SurveyPages(Survey):
    """Odoo's own pages of questionnaires; what customers are asked has a page of ours."""

    def _check_validity(self, survey_sudo, answer_sudo, *args, **kwargs):
        """As inherited; by the token of an answer to us nobody answers, and only staff print it."""
        printed = "/survey/print/" in request.httprequest.path and request.env.user._is_internal()
        if answer_sudo.survey_request_id and not printed:
            return "token_wrong"
        return super()._check_validity(survey_sudo, answer_sudo, *args, **kwargs)
