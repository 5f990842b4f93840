import re
import time

from werkzeug.exceptions import RequestEntityTooLarge

from odoo import SUPERUSER_ID, fields
from odoo.http import Controller, request, route

from ...tools.shipment.carrier_events import MAX_BODY, BadRequest, TooMany, parse

MAX_SKEW = 5 * 60


class CarrierEvents(Controller):
    """Where carriers tell what happens to shipments; see docs/shipment/carrier-api.md."""

    # No CSRF token: the request is signed, no cookie speaks for anybody here.
    @route(
        "/logistics/v1/carrier/events",
        type="http",
        auth="none",
        readonly=False,
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def receive(self, **_params):
        """Keep a carrier's events, all of a request or none, each once; a job makes something of them."""
        if not request.env["logistics.database"]._is_original():
            return _refuse(503, "unavailable", "This is a copy; the original takes events.")
        if not request.env["res.groups"]._has_logistics_part("shipments"):
            return _refuse(503, "unavailable", "Shipments are not followed here at present.")
        if request.httprequest.mimetype != "application/json":
            return _refuse(415, "unsupported_media_type", "Send application/json.")
        try:
            body = request.httprequest.get_data()
        except RequestEntityTooLarge:
            return _refuse(413, "too_large", f"At most {MAX_BODY} bytes; send fewer events.")
        key = self._authenticate(body)
        if not key:
            return _refuse(401, "unauthorized", "Unknown key, bad signature or expired request.")
        try:
            reports = parse(body, fields.Datetime.now())
            counts = key.env["logistics.carrier.inbox"]._accept(key, reports)
            return request.make_json_response(counts)
        except BadRequest as error:
            place = {"event": error.event, "field": error.field}
            return _refuse(400, "bad_request", error.reason, **place)
        except TooMany as error:
            response = _refuse(429, "too_many", "Over the rate limit; send again later.")
            response.headers["Retry-After"] = str(error.wait)
            return response

    def _authenticate(self, body):
        """Return the key that signed the request, or an empty set."""
        headers = request.httprequest.headers
        timestamp = headers.get("X-Logistics-Timestamp", "")
        # a carrier has no user: whatever it may do, the key allows
        keys = request.env(user=SUPERUSER_ID, su=True)["logistics.carrier.key"]
        key = keys._find(headers.get("X-Logistics-Key", "").replace("\0", ""))
        signed = key._is_signed(timestamp, body, headers.get("X-Logistics-Signature", ""))
        return key if signed and _is_recent(timestamp) else keys


def _is_recent(timestamp):
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    return abs(time.time() - int(timestamp)) <= MAX_SKEW


def _refuse(status, code, message, **place):
    """Return an answer that says what is wrong, and nothing of what is inside."""
    error = {"code": code, "message": message}
    error.update({name: value for name, value in place.items() if value is not None})
    return request.make_json_response({"error": error}, status=status)
