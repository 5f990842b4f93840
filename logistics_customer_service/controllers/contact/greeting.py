from odoo.http import Controller, request, route
from odoo.tools import get_lang

from ...tools.foundation.throttle import Throttle
from ..shipment.tracking import HEADERS, get_lang_code, get_languages

MAX_BODY = 8 * 1024
# wrong links of one address; of this process alone, as on the tracking page
GUESSES = Throttle(burst=30, interval=2)


class Greeting(Controller):
    """Where somebody who was greeted says that it shall be the last time."""

    @route(
        ["/g/<string:token>", "/g/<string:token>/<string:lang>"],
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def show(self, token, lang=None, **_params):
        """Ask whether it is meant; a program that follows links refuses nothing by it."""
        greeting, refusal = self._open(token, lang)
        return refusal or self._page(greeting, token, lang)

    @route(
        ["/g/<string:token>", "/g/<string:token>/<string:lang>"],
        type="http",
        auth="public",
        methods=["POST"],
        readonly=False,
        sitemap=False,
        max_content_length=MAX_BODY,
    )
    def refuse(self, token, lang=None, **_params):
        """Keep that the customer wants no more greetings."""
        greeting, refusal = self._open(token, lang)
        if refusal:
            return refusal
        greeting._refuse()
        return self._page(greeting, token, lang)

    def _open(self, token, lang):
        """Return the greeting of a token, as superuser, and the answer where there is none.

        Whatever is wrong with a link, the answer is the same.
        """
        address = request.httprequest.remote_addr
        if not GUESSES.is_open(address):
            return None, self._refuse_link(429, lang)
        # a visitor has no rights: the secret of the link is what allows this one answer
        greeting = request.env["logistics.greeting"].sudo()._find(token)
        if not greeting:
            GUESSES.take(address)
            return None, self._refuse_link(404, lang)
        request.update_context(lang=get_lang_code(lang, greeting.partner_id.lang))
        return greeting.with_context(lang=request.env.lang), None

    def _refuse_link(self, status, lang):
        request.update_context(lang=get_lang_code(lang))
        return self._render("greeting_page_closed", {"busy": status == 429}, status)

    def _page(self, greeting, token, lang):
        chosen = f"/{lang}" if lang in get_languages() else ""
        values = {
            "company": greeting.company_id,
            "refused": greeting._has_refused(),
            "action": f"/g/{token}{chosen}",
            "languages": self._prepare_languages(token),
        }
        return self._render("greeting_page", values, 200)

    def _prepare_languages(self, token):
        """Return the installed languages: code, own name, address, whether it is shown now."""
        current = get_lang(request.env).code
        return [
            {
                "code": code.replace("_", "-"),
                "name": name.split(" / ")[-1],
                "url": f"/g/{token}/{code}",
                "current": code == current,
            }
            for code, name in get_languages().items()
        ]

    def _render(self, template, values, status):
        lang = get_lang(request.env)
        values.update(html_lang=lang.code.replace("_", "-"), direction=lang.direction)
        response = request.render(f"logistics_customer_service.{template}", values, status=status)
        response.headers.update(HEADERS)
        return response
