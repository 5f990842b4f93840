import hashlib
import hmac
import secrets

from odoo import api, fields, models
from odoo.tools import consteq


class LogisticsCarrierKey(models.Model):
    """The key with which a carrier signs what it tells us; one carrier, one company."""

    _name = "logistics.carrier.key"
    _description = "Carrier Key"
    _order = "carrier_id, id"
    _check_company_auto = True

    name = fields.Char(
        string="Key", required=True, readonly=True, copy=False, default=lambda self: self._new_id()
    )
    secret = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_urlsafe(32),
        groups="logistics_customer_service.group_manager",
        help="Signs the requests; give it to the carrier by a safe way and to nobody else.",
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
        default=6000, help="Events accepted in a minute; more are refused until it is over."
    )
    last_used_at = fields.Datetime(compute="_compute_last_used_at")

    _name_unique = models.UniqueIndex("(name)")
    _check_rate_limit = models.Constraint(
        "CHECK (rate_limit > 0)", "The rate limit must be positive."
    )

    @api.model
    def _new_id(self):
        return f"lk_{secrets.token_hex(12)}"

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
        key = self.search([("name", "=", name)], limit=1)
        today = fields.Date.today()
        return key.filtered(lambda key: not key.expires_on or key.expires_on >= today)

    def _sign(self, timestamp, body):
        """Return the signature of a request: HMAC-SHA256, in hexadecimal.

        :param timestamp: seconds since the epoch, as the header's text
        :param body: the request's body, in bytes
        """
        message = timestamp.encode() + b"." + body
        return hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()

    def _is_signed(self, timestamp, body, signature):
        """Tell whether a request was signed with this key, in constant time."""
        return consteq(self._sign(timestamp, body), signature)

    def _get_room(self):
        """Return how many events the key may still send within this minute."""
        since = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        sent = self.env["logistics.shipment.event"].search_count(
            [("key_id", "=", self.id), ("received_at", ">", since)]
        )
        return max(self.rate_limit - sent, 0)
