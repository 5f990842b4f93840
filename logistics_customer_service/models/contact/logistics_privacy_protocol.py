from odoo import models

from .logistics_personal import QUOTING


class LogisticsPrivacyProtocol(models.Model):
    _inherit = "logistics.privacy.protocol"

    def _erase_records(self, name, after, kept):
        """What somebody said on a visit is drawn into the report of the month."""
        if name == "logistics.visit.finding":
            personal = self.env["logistics.personal"]
            spec = personal._get_declarations()[name]
            self._erase_quotations(
                personal._search_records(name, personal._get_domain(name, spec, self._get_people()))
            )
        return super()._erase_records(name, after, kept)

    def _erase_quotations(self, said):
        # what reports quote goes, whoever wrote them: the manager's right to erase is checked before
        reports = self.env["logistics.visit.monthly.report"].sudo()
        months = said.filtered("visited_on").grouped(
            lambda one: (one.company_id, one.visited_on.replace(day=1))
        )
        for (company, month), findings in months.items():
            found = reports.search([("company_id", "=", company.id), ("month", "=", month)])
            self._strip(found, QUOTING, findings.mapped("text"))
