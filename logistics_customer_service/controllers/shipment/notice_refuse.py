from odoo.http import Controller, route

from ..customer.refuse_page import SENDING, RefusePage
from ..foundation.link_page import LOOKING

ADDRESSES = ["/n/<string:token>", "/n/<string:token>/<string:lang>"]
# whoever was written to may refuse more of it, also when nothing is sent any more
PART = None


class NoticeRefuse(RefusePage, Controller):
    """Where somebody who was told about a shipment says that it shall be the last time."""

    _link_model = "logistics.notice"
    _page = "notice_refuse_page"
    _closed_page = "notice_refuse_page_closed"

    @route(ADDRESSES, **LOOKING)
    def show_refusal(self, token, lang=None, **_params):
        """Ask whether it is meant."""
        return self._look(token, lang)

    @route(ADDRESSES, **SENDING)
    def refuse_notices(self, token, lang=None, **_params):
        """Keep that the customer wants no more notices."""
        return self._take(token, lang)
