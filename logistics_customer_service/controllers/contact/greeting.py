from odoo.http import Controller, route

from ..customer.refuse_page import SENDING, RefusePage
from ..foundation.link_page import LOOKING

ADDRESSES = ["/g/<string:token>", "/g/<string:token>/<string:lang>"]


class Greeting(RefusePage, Controller):
    """Where somebody who was greeted says that it shall be the last time."""

    _link_model = "logistics.greeting"
    _page = "greeting_page"
    _closed_page = "greeting_page_closed"

    @route(ADDRESSES, **LOOKING)
    def show(self, token, lang=None, **_params):
        """Ask whether it is meant."""
        return self._look(token, lang)

    @route(ADDRESSES, **SENDING)
    def refuse(self, token, lang=None, **_params):
        """Keep that the customer wants no more greetings."""
        return self._take(token, lang)
