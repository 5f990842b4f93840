from werkzeug.exceptions import NotFound

from odoo import models
from odoo.http import request

# our controllers, and those of the addons that join us to others
OWN = __name__.partition(".models.")[0]


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _match(cls, path_info):
        """An address with more digits than Python takes for a number is no page's."""
        try:
            return super()._match(path_info)
        except ValueError as error:
            raise NotFound from error

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """A copy opens nothing to whoever has no login: the links are the original's."""
        result = super()._pre_dispatch(rule, args)
        if cls._opens_without_login(rule.endpoint) and not request.env["logistics.database"]._is_original():
            raise NotFound
        return result

    @classmethod
    def _opens_without_login(cls, endpoint):
        return endpoint.routing["auth"] == "public" and endpoint.func.__module__.startswith(OWN)
