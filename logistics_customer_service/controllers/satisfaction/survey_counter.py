from odoo.http import Controller, route

from ..foundation.limit import Limit
from . import answer_page
from .answer_page import AnswerPage, Sheet
from .survey_answer import LOOKING, SENDING

# nobody serves more customers at one counter: six a minute
VISITS = Limit("counter", burst=6, interval=10)
ADDRESSES = ["/counter/<string:token>", "/counter/<string:token>/<string:lang>"]


class SurveyCounter(AnswerPage, Controller):
    """The page of a tablet at a counter: it comes back to its start by itself."""

    _link_model = "logistics.survey.counter"
    # the tablet's browser speaks for nobody: whoever comes by expects the language of the place
    _lang_path = "company_id.partner_id.lang"

    @route(ADDRESSES, **LOOKING)
    def show_counter(self, token, lang=None, done=None, **_params):
        """Show the questionnaire. Looking writes nothing."""
        counter, refusal = self._open(token, lang=lang)
        return refusal or answer_page.show(self._prepare_sheet(counter, token, lang), done)

    @route(ADDRESSES, **SENDING)
    def send_counter(self, token, lang=None, **params):
        """Take an answer."""
        counter, refusal = self._open(token, lang=lang)
        if refusal:
            return refusal
        if not VISITS.is_open(f"counter {counter.id}"):
            return self._refuse(429, lang)
        answer = answer_page.send(self._prepare_sheet(counter, token, lang), params)
        if answer.status_code == 303:
            VISITS.take(f"counter {counter.id}")
        return answer

    def _prepare_sheet(self, counter, token, lang):
        return Sheet(
            key=("counter", counter.id),
            survey=counter.policy_id.survey_id,
            company=counter.company_id,
            base=f"/counter/{token}",
            lang=lang,
            channel="counter",
            take=counter._take_visit,
            kiosk=True,
        )
