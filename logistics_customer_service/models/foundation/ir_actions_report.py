import logging

from odoo import models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Return HTML where the server cannot print and who asks can do with it."""
        if not self.env.context.get("html_if_unprintable"):
            return super()._render_qweb_pdf(report_ref, res_ids, data)
        if self.get_wkhtmltopdf_state() in ("ok", "upgrade", "workers"):
            try:
                return super()._render_qweb_pdf(report_ref, res_ids, data)
            except UserError as error:
                # a printer's trouble must not keep a mail from being sent
                _logger.warning("%s could not be printed: %s", report_ref, error)
        return self._render_qweb_html(report_ref, res_ids, data)
