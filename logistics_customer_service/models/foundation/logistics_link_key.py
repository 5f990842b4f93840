import base64
import hashlib
import logging

from cryptography.fernet import Fernet, InvalidToken

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import config, ormcache

from ...tools.foundation import link_key

_logger = logging.getLogger(__name__)

# drawn when a copy is neutralised: see data/neutralize.sql
NEUTRALISED = "logistics_customer_service.neutralised"


class LogisticsLinkKey(models.AbstractModel):
    """The key of this database, made from the server's: what opens a link here opens none elsewhere.

    It is no record: see ``tools/foundation/link_key.py``. A copy made by Odoo has another
    ``database.uuid``, one that was neutralised a mark; no other copy opens any link, until it is said to
    be the original (``logistics.database``).
    """

    _name = "logistics.link.key"
    _description = "Key of Links"

    # === BUSINESS METHODS ===#

    @api.model
    def _derive(self, *words):
        """Return 32 bytes that need the key to be made again.

        :param words: what they are for; numbers and texts
        :raise UserError: where the server has no key and can make none
        """
        return link_key.derive(link_key.derive(self._load(), self._get_database()), *words)

    @api.model
    def _load(self):
        try:
            return link_key.load_key(config.get(link_key.OPTION), config["data_dir"])
        except (OSError, ValueError) as error:
            _logger.error("No link can be made or opened: %s", error)
            raise UserError(
                self.env._("No link can be made or opened; see the log of the server.")
            ) from error

    @api.model
    def _get_digest(self, token):
        """Return what is kept of a token that was drawn and sent before tokens were derived."""
        return hashlib.sha256(f"{self._get_database()}{token}".encode()).hexdigest()

    @api.model
    def _seal(self, purpose, text):
        """Return a text so that it can be kept in the database; ``_unseal`` gives it back."""
        return self._get_safe(purpose).encrypt(text.encode()).decode()

    @api.model
    def _unseal(self, purpose, sealed):
        """Return the text that was sealed, or None with another key, as in a copy of the database."""
        try:
            return self._get_safe(purpose).decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    @api.model
    def _get_safe(self, purpose):
        return Fernet(base64.urlsafe_b64encode(self._derive("seal", purpose)))

    @api.model
    def _get_place(self):
        """Return where the server's key lies, for whoever makes backups."""
        if config.get(link_key.OPTION):
            return self.env._("%s in the server's configuration file", link_key.OPTION)
        return str(link_key.get_place(config["data_dir"]))

    # === WHICH DATABASE ===#

    @api.model
    @ormcache()
    def _get_database(self):
        """Return what tells this database from others: links made in one open nothing in another."""
        parameters = self.env["ir.config_parameter"].sudo()  # parameters are admin-only
        return f"{parameters.get_param('database.uuid')}:{parameters.get_param(NEUTRALISED, '')}:"

    @api.model
    def _get_belongings(self):
        """Return what goes with this addon."""
        return self.env["ir.config_parameter"].search([("key", "=", NEUTRALISED)])
