import logging

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.foundation.own_content import keep_own

_logger = logging.getLogger(__name__)
MODULE = __name__.split(".")[2]


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _render_qweb_html(self, report_ref, docids, data=None):
        """Print what the user may read; nothing that was written to us makes the printer fetch."""
        self._check_printed(report_ref, docids)
        page, kind = super()._render_qweb_html(report_ref, docids, data)
        if self._is_of_logistics(report_ref):
            page = keep_own(page, self._get_report_url())
        return page, kind

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Return HTML where the server cannot print and who asks can do with it."""
        self._check_printed(report_ref, res_ids)
        if not self.env.context.get("html_if_unprintable"):
            return super()._render_qweb_pdf(report_ref, res_ids, data)
        if self.get_wkhtmltopdf_state() in ("ok", "upgrade", "workers"):
            try:
                return super()._render_qweb_pdf(report_ref, res_ids, data)
            except UserError as error:
                # a printer's trouble must not keep a mail from being sent
                _logger.warning("%s could not be printed: %s", report_ref, error)
        return self._render_qweb_html(report_ref, res_ids, data)

    @api.model
    def _check_printed(self, report_ref, res_ids):
        """Raise before anything is rendered: what fails in a template is told as the server's fault."""
        if res_ids and self._is_of_logistics(report_ref):
            ids = [res_ids] if isinstance(res_ids, int) else res_ids
            self.env[self._get_report(report_ref).model].browse(ids).check_access("read")

    @api.model
    def _is_of_logistics(self, report_ref):
        """Tell whether a report prints what is ours, or is ours."""
        report = self._get_report(report_ref)
        model = self.env.get(report.model)
        return model is not None and model._original_module == MODULE
