import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from ...tools.foundation.identity import read_identity

_logger = logging.getLogger(__name__)

ORIGINAL = "logistics_customer_service.original"


class LogisticsDatabase(models.AbstractModel):
    """Whether this database is the original, or one of its copies.

    Customers and carriers know the original alone: whatever leaves the database, and whatever
    opens it from outside without a login, asks here. The original keeps what tells it from its
    copies (``tools/foundation/identity.py``); a neutralised database keeps that it is none.
    """

    _name = "logistics.database"
    _description = "Original or Copy"

    @api.model
    def _is_original(self):
        """Tell whether this database may write to customers, call carriers and open links."""
        # parameters are the administrator's, whoever sends goes by them
        kept = self.env["ir.config_parameter"].sudo().get_param(ORIGINAL)
        return kept == self._get_identity()

    @api.model
    def _check_original(self):
        """Raise for a user who wants something sent from a copy.

        :raise UserError: in a copy
        """
        if not self._is_original():
            raise UserError(
                self.env._(
                    "This database is a copy or was moved: customer service sends nothing from it. "
                    "Where it is the one you work with, an administrator says so in the settings."
                )
            )

    @api.model
    def _become_original(self):
        """Note that from now on this database is the one that customers and carriers deal with."""
        _logger.info("Customer service works with this database, says user %s", self.env.uid)
        # parameters are the administrator's: whoever calls this has been checked
        self.env["ir.config_parameter"].sudo().set_param(ORIGINAL, self._get_identity())

    @api.model
    def _become_original_once(self):
        """Take a database for the original that keeps nothing yet: neutralised ones do."""
        # parameters are the administrator's, data are loaded by nobody else
        if not self.env["ir.config_parameter"].sudo().get_param(ORIGINAL):
            self._become_original()

    @api.model
    @ormcache()
    def _get_identity(self):
        return read_identity(self.env.cr)

    @api.model
    def _get_own_models(self):
        """Return the names of the models of ours, of which something may be sent."""
        return [name for name, model in self.pool.items() if model._original_module == self._original_module]

    @api.model
    def _get_belongings(self):
        """Return what goes with this addon."""
        return self.env["ir.config_parameter"].search([("key", "=", ORIGINAL)])
