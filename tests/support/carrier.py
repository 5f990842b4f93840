"""A carrier that reports events to a served database, over HTTP as a stranger does."""

import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime

PATH = "/logistics/v1/carrier/events"

# Makes a carrier with a key and so many deliveries with the tracking numbers T0, T1, …
PREPARE = """
import json, sys
product = env["product.product"].create({"name": "Transport", "type": "service"})
carrier = env["delivery.carrier"].create({"name": "Express", "product_id": product.id})
key = env["logistics.carrier.key"].create({"carrier_id": carrier.id, "rate_limit": 10**7})
warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
customer = env["res.partner"].create({"name": "Customer"})
env["stock.picking"].create([
    {
        "partner_id": customer.id,
        "picking_type_id": warehouse.out_type_id.id,
        "location_id": warehouse.lot_stock_id.id,
        "location_dest_id": env.ref("stock.stock_location_customers").id,
        "carrier_id": carrier.id,
        "carrier_tracking_ref": f"T{number}",
    }
    for number in range(%d)
])
env.cr.commit()
print("KEY", key.name, key.secret)
"""


@dataclass(frozen=True)
class Carrier:
    """A carrier's key, and where it reports to."""

    url: str
    key: str
    secret: str

    def post(self, events, timeout=60, path=PATH):
        """Report events; return the status, or None where nobody answered."""
        body = json.dumps({"events": events}).encode()
        stamp = str(int(time.time()))
        signature = hmac.new(self.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "X-Logistics-Key": self.key,
            "X-Logistics-Timestamp": stamp,
            "X-Logistics-Signature": signature.hexdigest(),
        }
        request = urllib.request.Request(self.url + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status if answer.read() else None
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None


def key_of(log):
    """Return name and secret of the key that :data:`PREPARE` made, from what it printed."""
    return re.search(r"^KEY (\S+) (\S+)$", log, re.MULTILINE).groups()


def report(event_id, number, code="0"):
    """Return an event about the delivery with a tracking number, as it is sent."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"id": event_id, "tracking_number": number, "code": code, "time": now, "place": "Hub 3"}
