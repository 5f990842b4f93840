import hmac
import re
import secrets
import string

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

# letters and digits alone: what a message ends with, phones leave out of a link if it is a sign
ALPHABET = string.ascii_letters + string.digits
HANDLE = 5
SECRET = 22  # of 62 signs: 131 bits
TOKEN = re.compile(r"[A-Za-z0-9]{27}")
NOT_A_TOKEN = "-" * 27  # no handle has such signs, and unlike "" it finds no row without handle


def _draw(length):
    return "".join(secrets.choice(ALPHABET) for _position in range(length))


class LogisticsSecretMixin(models.AbstractModel):
    """A record that a link without login opens.

    The token is a handle by which the row is found, and a secret of 131 bits that is compared in
    constant time: how long an answer takes tells nothing. Handles are random and short, for a link
    must go into an SMS; should two records share one, the secret decides.
    """

    _name = "logistics.secret.mixin"
    _description = "What a Link without Login Opens"

    handle = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: _draw(HANDLE),
    )
    secret = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        default=lambda self: _draw(SECRET),
    )

    def _is_open(self):
        """Tell whether the link opens the record now; of an empty set it does not."""
        raise NotImplementedError

    def _get_token(self):
        """Return the 27 signs that open the record; rows that a query made are given theirs now."""
        self.ensure_one()
        record = self.sudo()  # whoever is told the token may open it
        if not record.secret:
            record._draw_anew()
        return record.handle + record.secret

    def _draw_anew(self):
        """Give the records other tokens; the old ones open nothing any more."""
        for record in self:
            record.write({"handle": _draw(HANDLE), "secret": _draw(SECRET)})

    @api.model
    def _find(self, token):
        """Return the open record of a token, or an empty set."""
        found = self._find_held(token)
        return found if found._is_open() else self.browse()

    @api.model
    def _find_held(self, token):
        """Return the record of a token, open or not, or an empty set.

        Whatever is wrong with a token, the work is the same.
        """
        token = token if TOKEN.fullmatch(token) else NOT_A_TOKEN
        handle, secret = token[:HANDLE], token[HANDLE:].encode()
        held = self.search_fetch([("handle", "=", handle)], ["secret"])
        nobody = _draw(SECRET)
        found = self.browse()
        for record, expected in [(record, record.secret) for record in held] or [(found, nobody)]:
            if hmac.compare_digest(expected.encode(), secret):
                found = record
        return found
