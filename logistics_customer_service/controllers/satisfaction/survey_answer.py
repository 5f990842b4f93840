from odoo.http import Controller, route

from ..foundation import link_page
from . import answer_page
from .answer_page import MAX_BODY, AnswerPage, Sheet

# The token is the right to answer, no login stands behind it: a forged request gains nothing, and
# the page's own signed stamp is asked for. So no cookie is needed, which many readers of mail refuse.
LOOKING = {**link_page.LOOKING, "save_session": False}
SENDING = {**link_page.SENDING, "save_session": False, "csrf": False, "max_content_length": MAX_BODY}
ADDRESSES = ["/a/<string:token>", "/a/<string:token>/<string:lang>"]


class SurveyAnswer(AnswerPage, Controller):
    """The page on which whoever was asked answers; nothing here needs a login."""

    _link_model = "logistics.survey.request"
    _lang_path = "partner_id.lang"

    @route(ADDRESSES, **LOOKING)
    def show_answer(self, token, lang=None, done=None, change=None, **_params):
        """Show the questionnaire, or that it was answered. Looking writes nothing."""
        sheet, refusal = self._open_sheet(token, lang)
        return refusal or answer_page.show(sheet, done, change)

    @route(ADDRESSES, **SENDING)
    def send_answer(self, token, lang=None, **params):
        """Take an answer."""
        sheet, refusal = self._open_sheet(token, lang)
        return refusal or answer_page.send(sheet, params)

    def _open_sheet(self, token, lang):
        asked, refusal = self._open(token, lang=lang)
        return asked and prepare_request_sheet(asked, f"/a/{token}", lang), refusal


def prepare_request_sheet(asked, base, lang):
    """Return the questionnaire of a request for whoever may answer it.

    :param asked: the request, as superuser, in the reader's language
    """
    return Sheet(
        key=("request", asked.id),
        survey=asked.survey_id,
        company=asked.company_id,
        base=base,
        lang=lang,
        channel=asked.channel or "mail",
        take=lambda vals, _visit: asked._take_answers([vals]),
        about=asked._get_answer_about(),
        state=asked._get_answer_state(),
        answered_on=asked._format_answer_day(asked.answered_at),
        judge=asked._get_answer_mood,
        given=asked._get_given_answers() if asked.state == "partial" else {},
    )
