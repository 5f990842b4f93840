from odoo.http import Controller, route

from ..foundation.link_page import LOOKING, SENDING, LinkPage, get_address

MAX_BODY = 8 * 1024
ADDRESSES = ["/g/<string:token>", "/g/<string:token>/<string:lang>"]


class Greeting(LinkPage, Controller):
    """Where somebody who was greeted says that it shall be the last time."""

    _link_model = "logistics.greeting"
    _closed_page = "greeting_page_closed"
    _lang_path = "partner_id.lang"

    @route(ADDRESSES, **LOOKING)
    def show(self, token, lang=None, **_params):
        """Ask whether it is meant; a program that follows links refuses nothing by it."""
        greeting, refusal = self._open(token, lang=lang)
        return refusal or self._show(greeting, token, lang)

    @route(ADDRESSES, **SENDING, max_content_length=MAX_BODY)
    def refuse(self, token, lang=None, **_params):
        """Keep that the customer wants no more greetings."""
        greeting, refusal = self._open(token, lang=lang)
        if refusal:
            return refusal
        greeting._refuse()
        return self._show(greeting, token, lang)

    def _show(self, greeting, token, lang):
        base = f"/g/{token}"
        values = {
            "company": greeting.company_id,
            "base": base,
            "refused": greeting._has_refused(),
            "action": get_address(base, lang),
        }
        return self._render("greeting_page", values)
