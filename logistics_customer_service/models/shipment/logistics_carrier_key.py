import hashlib
import hmac
import secrets
import time
from datetime import timedelta
from types import SimpleNamespace

from odoo import api, fields, models
from odoo.tools import ormcache

from ...tools.shipment.carrier_events import TooMany

# where what a key sent is, and where it is first
KEPT = ("logistics.shipment.event", "logistics.carrier.inbox")
LEASED = 10
WINDOW = timedelta(minutes=1)
SEAL = "logistics.carrier.key"


class LogisticsCarrierKey(models.Model):
    """The key with which a carrier signs what it tells us; one carrier, one company."""

    _name = "logistics.carrier.key"
    _description = "Carrier Key"
    _order = "carrier_id, id"
    _check_company_auto = True

    name = fields.Char(
        string="Key Name",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self._new_id(),
    )
    secret = fields.Char(
        compute="_compute_secret",
        groups="logistics_customer_service.group_manager",
        help="Signs the requests; give it to the carrier by a safe way and to nobody else. "
        "Empty: it was made with another key of the server, or in the database that this is a copy of.",
    )
    # what signs is not in the database, but for whoever has the server's key
    sealed_secret = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        default=lambda self: self.env["logistics.link.key"]._seal(SEAL, secrets.token_urlsafe(32)),
    )
    carrier_id = fields.Many2one(
        "delivery.carrier", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    expires_on = fields.Date(help="The last day on which the key is accepted; empty: no end.")
    rate_limit = fields.Integer(
        default=6000,
        required=True,
        help="New events accepted within a minute; more are refused until it is over.",
    )
    last_used_at = fields.Datetime(compute="_compute_last_used_at", string="Last Event")

    _name_unique = models.UniqueIndex("(name)")
    _check_rate_limit = models.Constraint(
        "CHECK (rate_limit > 0)", "The rate limit must be positive."
    )

    @api.model
    def _new_id(self):
        return f"lk_{secrets.token_hex(12)}"

    @api.depends("sealed_secret")
    def _compute_secret(self):
        keys = self.env["logistics.link.key"]
        for key in self:
            sealed = key.sudo().sealed_secret  # whoever may read the secret may unseal it
            key.secret = sealed and keys._unseal(SEAL, sealed)

    def _compute_last_used_at(self):
        taken, waiting = (
            dict(self.env[name]._read_group([("key_id", "in", self.ids)], ["key_id"], ["received_at:max"]))
            for name in KEPT
        )
        for key in self:
            key.last_used_at = waiting.get(key) or taken.get(key)

    @api.model
    def _find(self, name):
        """Return the key of a name that is accepted today, or an empty set."""
        today = fields.Date.today()
        # all that a request needs to know of it, at once
        names = ["carrier_id", "company_id", "expires_on", "rate_limit", "sealed_secret"]
        return self.search_fetch([("name", "=", name)], names, limit=1, order="id").filtered(
            lambda key: not key.expires_on or key.expires_on >= today
        )

    def _sign(self, timestamp, body):
        """Return the signature of a request: HMAC-SHA256, in hexadecimal.

        An empty set signs, too, with a secret nobody knows: an unknown key must take as long.

        :param timestamp: seconds since the epoch, as the header's text
        :param body: the request's body, in bytes
        """
        secret = self.secret or secrets.token_urlsafe(32)
        message = timestamp.encode() + b"." + body
        return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()

    def _is_signed(self, timestamp, body, signature):
        """Tell whether a request was signed with this key, in constant time."""
        expected = self._sign(timestamp, body).encode()
        return hmac.compare_digest(expected, signature.encode()) and bool(self.secret)

    def _spend(self, count):
        """Take so many new events from what the key may still send.

        What was sent is counted once in a while. Then a process may spend a tenth of what is left
        without counting anew, for a second: all of them together hardly more than there is.

        :raise TooMany: over the rate limit
        """
        lease = self._get_lease()
        if count > lease.left or time.monotonic() > lease.until:
            room, wait = self._get_room()
            if count > room:
                raise TooMany(wait)
            lease.left, lease.until = max(room // LEASED, count), time.monotonic() + 1
        lease.left -= count

    @ormcache("self.id")
    def _get_lease(self):
        """Return what this process may spend, an object that is changed in place."""
        return SimpleNamespace(left=0, until=0)

    def _get_room(self):
        """Return how many events the key may still send now, and in how many seconds anew."""
        now = fields.Datetime.now()
        sent = [("key_id", "=", self.id), ("received_at", ">", now - WINDOW)]
        (taken, first), (waiting, next_one) = (
            self.env[name]._read_group(sent, [], ["__count", "received_at:min"])[0] for name in KEPT
        )
        oldest = min(filter(None, (first, next_one)), default=now - WINDOW)
        return max(self.rate_limit - taken - waiting, 0), max(int((oldest + WINDOW - now).total_seconds()), 1)
