import hashlib
import hmac
import secrets
from datetime import timedelta

from odoo import api, fields, models

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
        last = dict(
            self.env["logistics.shipment.event"]._read_group(
                [("key_id", "in", self.ids)], ["key_id"], ["received_at:max"]
            )
        )
        for key in self:
            key.last_used_at = last.get(key)

    @api.model
    def _find(self, name):
        """Return the key of a name that is accepted today, or an empty set."""
        today = fields.Date.today()
        return self.search([("name", "=", name)], limit=1).filtered(
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

    def _get_room(self):
        """Return how many events the key may still send now, and in how many seconds anew."""
        now = fields.Datetime.now()
        sent, oldest = self.env["logistics.shipment.event"]._read_group(
            [("key_id", "=", self.id), ("received_at", ">", now - WINDOW)],
            [],
            ["__count", "received_at:min"],
        )[0]
        wait = (oldest + WINDOW - now).total_seconds() if oldest else 0
        return max(self.rate_limit - sent, 0), max(int(wait), 1)
