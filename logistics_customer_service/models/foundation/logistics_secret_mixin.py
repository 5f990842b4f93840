import hmac
import re
import secrets
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS, Domain

from ...tools.foundation.link_key import ALPHABET, spell
from ...tools.foundation.link_patterns import MASK

HANDLE = 5
SECRET = 22  # of 62 signs: 131 bits
# 27 letters and digits; links of earlier versions may be longer
TOKEN = re.compile(r"[A-Za-z0-9_-]{27,64}")
NOT_A_TOKEN = "~" * 27  # no token has such signs, and unlike "" it finds no row without handle


class LogisticsSecretMixin(models.AbstractModel):
    """A record that a link without login opens.

    The token is a handle by which the row is found, and a secret of 131 bits that is compared in
    constant time: how long an answer takes tells nothing. Handles are random and short, for a link
    must go into an SMS; should two records share one, the secret decides.

    The secret is nowhere in the database: it is derived from the row by a key that lies outside
    (``logistics.link.key``), so that whatever is sent once more bears the same link.
    """

    _name = "logistics.secret.mixin"
    _description = "What a Link without Login Opens"

    # where links to these records lead: the beginning of the path, ``{id}`` in place of the record's
    _link_paths = ()

    handle = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self._draw_handle(),
    )
    generation = fields.Integer(
        readonly=True, copy=False, help="How often the record was given another link."
    )
    old_link_digest = fields.Char(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        index="btree_not_null",
        help="By it the link is known that was sent when links were still kept.",
    )

    @api.model
    def _draw_handle(self):
        return "".join(secrets.choice(ALPHABET) for _position in range(HANDLE))

    def _is_open(self):
        """Tell whether the link opens the record now; of an empty set it does not."""
        raise NotImplementedError

    def _get_token(self):
        """Return the 27 signs that open the record; rows that a query made are given a handle now."""
        self.ensure_one()
        record = self.sudo()  # whoever is told the token may open it
        if not record.handle:
            record._draw_anew()
        return record.handle + record._get_secret()

    def _get_masked_token(self):
        """Return what stands for the token where it is nobody's to read: see ``logistics.link.text``."""
        self.ensure_one()
        record = self.sudo()  # whoever writes to somebody makes the link
        if not record.handle:
            record._draw_anew()
        return f"{record.handle}{MASK}{record.id}"

    def _get_secret(self):
        """Return the signs that nobody can tell who does not have the key of this database."""
        words = (self._name, self.id, self.handle, self.generation or 0)
        return spell(self.env["logistics.link.key"]._derive("link", *words), SECRET)

    def _draw_anew(self):
        """Give the records other tokens; the old ones open nothing any more."""
        for record in self:
            record.write(
                {
                    "handle": self._draw_handle(),
                    "generation": record.generation + 1,
                    "old_link_digest": False,
                }
            )

    # === COPYING ===#

    def action_copy_link(self):
        """Show the link by which the customer answers, and note who asked for it and when.

        :raise AccessError: for people who are not customer service
        :raise UserError: where there is no link to copy, or it opens nothing any more
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("logistics_customer_service.group_agent"):
            raise AccessError(self.env._("Only customer service copies links of customers."))
        record = self.sudo()  # agents read no links; that they ask is noted
        if not record._is_open() or not record._get_copied_link():
            raise UserError(self.env._("There is no link that opens something."))
        body = self.env._("The customer's link was copied: %s", record.display_name)
        record._get_link_log()._message_log(body=body, author_id=self.env.user.partner_id.id)
        return self.env["logistics.link.copy"]._open(record)

    def _get_copied_link(self):
        """Return the link that agents may copy, or False; whoever has one overrides it."""
        return False

    def _get_link_log(self):
        """Return in whose chatter it is noted that the link was copied."""
        raise NotImplementedError

    # === OPENING ===#

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
        return self._find_all_held([token])[token]

    @api.model
    def _find_all_held(self, tokens):
        """Return the record of each token, open or not, or an empty set: a dict."""
        keys = self.env["logistics.link.key"]
        asked = {token: token if TOKEN.fullmatch(token) else NOT_A_TOKEN for token in tokens}
        digests = {token: keys._get_digest(known) for token, known in asked.items()}
        handles = {known[:HANDLE] for known in asked.values()}
        held = self.search_fetch(
            Domain("handle", "in", handles) | Domain("old_link_digest", "in", set(digests.values())),
            ["handle", "generation", "old_link_digest"],
        )
        rows = defaultdict(list)
        for record in held:
            rows[record.handle].append(record)
            rows[record.old_link_digest].append(record)
        found = {}
        for token, known in asked.items():
            likely = [*rows[known[:HANDLE]], *rows[digests[token]]] or [self.browse()]
            right = [record for record in likely if record._is_token(known, digests[token])]
            found[token] = right[0] if right else self.browse()
        return found

    def _is_token(self, token, digest):
        """Tell, in constant time, whether a token is that of this row; it never is of no row."""
        derived = f"{self.handle or ''}{self._get_secret()}"
        right = hmac.compare_digest(derived.encode(), token.encode())
        return right | hmac.compare_digest((self.old_link_digest or "").encode(), digest.encode())
