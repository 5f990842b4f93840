from odoo.http import request

from ..foundation import link_page
from ..foundation.link_page import LinkPage, get_address

MAX_BODY = 8 * 1024
# Mail programs send the one click of RFC 8058 without a browser, so without session and form: the
# token in the address is the right to refuse, and a forged request without it gains nothing.
SENDING = {**link_page.SENDING, "csrf": False, "save_session": False, "max_content_length": MAX_BODY}


class RefusePage(LinkPage):
    """Where whoever was written to says that it shall be the last time. No controller itself."""

    _lang_path = "partner_id.lang"
    _page = None  # the template; it gets ``refused`` and ``action``

    def _find_by_link(self, token):
        # a visitor has no rights: the secret of the link is what allows this one record
        return request.env[self._link_model].sudo()._find_refusable(token)

    def _look(self, token, lang):
        """Ask whether it is meant; a program that follows links refuses nothing by it."""
        record, refusal = self._open(token, lang=lang)
        return refusal or self._show(record, token, lang)

    def _take(self, token, lang):
        """Keep that the customer wants no more."""
        record, refusal = self._open(token, lang=lang)
        if refusal:
            return refusal
        record._refuse()
        return self._show(record, token, lang)

    def _show(self, record, token, lang):
        base = f"{record._refuse_path}/{token}"
        values = {
            "company": record.company_id,
            "base": base,
            "refused": record._has_refused(),
            "action": get_address(base, lang),
        }
        return self._render(self._page, values)
