from odoo.http import Controller, route

from ..customer.refuse_page import SENDING, RefusePage
from ..foundation.link_page import LOOKING

ADDRESSES = ["/q/<string:token>", "/q/<string:token>/<string:lang>"]
# whoever was written to may refuse more of it, also when nothing is sent any more
PART = None


class SurveyRefuse(RefusePage, Controller):
    """Where somebody who was asked says that it shall be the last time."""

    _link_model = "logistics.survey.request"
    _page = "survey_refuse_page"
    _closed_page = "survey_refuse_page_closed"

    @route(ADDRESSES, **LOOKING)
    def show_refusal(self, token, lang=None, **_params):
        """Ask whether it is meant."""
        return self._look(token, lang)

    @route(ADDRESSES, **SENDING)
    def refuse_questions(self, token, lang=None, **_params):
        """Keep that the customer does not want to be asked any more."""
        return self._take(token, lang)
