from werkzeug.exceptions import NotFound

from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _match(cls, path_info):
        """An address with more digits than Python takes for a number is no page's."""
        try:
            return super()._match(path_info)
        except ValueError as error:
            raise NotFound from error
