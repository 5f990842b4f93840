from odoo.http import Controller, request, route

from ...tools.foundation.throttle import Throttle
from . import answer_page
from .answer_page import MAX_BODY, Sheet, refuse, set_language

# wrong tokens of one address; of this process alone, as on the tracking page
GUESSES = Throttle(burst=30, interval=2)
# The token is the right to answer, no login stands behind it: a forged request gains nothing, and
# the page's own signed stamp is asked for. So no cookie is needed, which many readers of mail refuse.
PUBLIC = {"type": "http", "auth": "public", "sitemap": False, "save_session": False}
LOOKING = {**PUBLIC, "methods": ["GET"], "readonly": True}
SENDING = {
    **PUBLIC,
    "methods": ["POST"],
    "readonly": False,
    "csrf": False,
    "max_content_length": MAX_BODY,
}


class SurveyAnswer(Controller):
    """The page on which whoever was asked answers; nothing here needs a login."""

    @route(["/a/<string:token>", "/a/<string:token>/<string:lang>"], **LOOKING)
    def show_answer(self, token, lang=None, done=None, change=None, **_params):
        """Show the questionnaire, or that it was answered. Looking writes nothing."""
        sheet, refusal = self._open(token, lang)
        return refusal or answer_page.show(sheet, done, change)

    @route(["/a/<string:token>", "/a/<string:token>/<string:lang>"], **SENDING)
    def send_answer(self, token, lang=None, **params):
        """Take an answer."""
        sheet, refusal = self._open(token, lang)
        return refusal or answer_page.send(sheet, params)

    def _open(self, token, lang):
        """Return the questionnaire of a token and the answer where there is none.

        Unknown, tampered with, expired, revoked: the answer is the same.
        """
        # a visitor has no rights: the secret of the link is what allows this one request
        found, refusal = find_by_token("logistics.survey.request", token, lang)
        if refusal:
            return None, refusal
        set_language(lang, found.partner_id.lang)
        asked = found.with_company(found.company_id).with_context(lang=request.env.lang)
        return prepare_request_sheet(asked, f"/a/{token}", lang), None


# === WHAT OTHER DOORS SHARE ===#


def find_by_token(model, token, lang):
    """Return the open record of a token, as superuser, and the answer where there is none."""
    address = request.httprequest.remote_addr
    if not GUESSES.is_open(address):
        set_language(lang)
        return None, refuse(429)
    # only the secret opens a record, and only that record
    found = request.env[model].sudo()._find(token)
    if not found:
        GUESSES.take(address)
        set_language(lang)
        return None, refuse(404)
    return found, None


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
