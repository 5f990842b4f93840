from werkzeug.exceptions import RequestEntityTooLarge

from odoo.addons.rpc.controllers.json2 import WebJson2Controller
from odoo.http import DEFAULT_MAX_CONTENT_LENGTH, request, route

from ...tools.complaint.case_records import MAX_BODY

OWN_PATHS = tuple(
    f"/json/2/logistics.complaint/{name}" for name in ("register_cases", "read_case_states")
)

# the API of all models goes through here
PART = None


def _limit_body(_controller):
    """Return how many bytes the call may have, before any of them is read.

    :raise RequestEntityTooLarge: for a call about cases that announces more
    """
    if request.httprequest.path not in OWN_PATHS:
        return DEFAULT_MAX_CONTENT_LENGTH
    if (request.httprequest.content_length or 0) > MAX_BODY:
        raise RequestEntityTooLarge(f"At most {MAX_BODY} bytes; send fewer cases.")
    return MAX_BODY


class CaseApi(WebJson2Controller):
    """Odoo's own API; calls about cases have a limit of their own."""

    @route(max_content_length=_limit_body)
    def web_json_2_rpc(self, *args, **kwargs):
        return super().web_json_2_rpc(*args, **kwargs)
