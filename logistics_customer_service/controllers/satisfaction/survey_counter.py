from odoo.http import Controller, request, route

from ...tools.foundation.throttle import Throttle
from . import answer_page
from .answer_page import Sheet, refuse, set_language
from .survey_answer import LOOKING, SENDING, find_by_token

# nobody serves more customers at one counter: six at once, then one in ten seconds
VISITS = Throttle(burst=6, interval=10)


class SurveyCounter(Controller):
    """The page of a tablet at a counter: it comes back to its start by itself."""

    @route(["/counter/<string:token>", "/counter/<string:token>/<string:lang>"], **LOOKING)
    def show_counter(self, token, lang=None, done=None, **_params):
        """Show the questionnaire. Looking writes nothing."""
        _counter, sheet, refusal = self._open(token, lang)
        return refusal or answer_page.show(sheet, done)

    @route(["/counter/<string:token>", "/counter/<string:token>/<string:lang>"], **SENDING)
    def send_counter(self, token, lang=None, **params):
        """Take an answer."""
        counter, sheet, refusal = self._open(token, lang)
        if refusal:
            return refusal
        key = f"{request.db} {counter.id}"
        if not VISITS.is_open(key):
            return refuse(429)
        answer = answer_page.send(sheet, params)
        if answer.status_code == 303:
            VISITS.take(key)
        return answer

    def _open(self, token, lang):
        counter, refusal = find_by_token("logistics.survey.counter", token, lang)
        if refusal:
            return None, None, refusal
        set_language(lang)
        counter = counter.with_company(counter.company_id).with_context(lang=request.env.lang)
        sheet = Sheet(
            key=("counter", counter.id),
            survey=counter.policy_id.survey_id,
            company=counter.company_id,
            base=f"/counter/{token}",
            lang=lang,
            channel="counter",
            take=counter._take_visit,
            kiosk=True,
        )
        return counter, sheet, None
