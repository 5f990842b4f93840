from markupsafe import escape

from odoo import models

from .logistics_personal import QUOTING


class LogisticsPrivacyProtocol(models.Model):
    _inherit = "logistics.privacy.protocol"

    def _erase_records(self, name, after, kept):
        """What somebody said on a visit is drawn into the report of the month."""
        if name == "logistics.visit.finding":
            personal = self.env["logistics.personal"]
            spec = personal._get_declarations()[name]
            said = personal._search_records(
                name, personal._get_domain(name, spec, self._get_people())
            )
            self._erase_quotations(said)
        return super()._erase_records(name, after, kept)

    def _erase_quotations(self, said):
        """Take what was said out of the reports of the months in which it was."""
        reports = self.env["logistics.visit.monthly.report"].sudo()
        word = self._get_word()
        for (company, month), findings in said.grouped(
            lambda one: (one.company_id, one.visited_on and one.visited_on.replace(day=1))
        ).items():
            texts = {str(escape(one.text)): f"{word} {one.id}" for one in findings if one.text}
            for report in reports.search([("company_id", "=", company.id), ("month", "=", month)]):
                self._strip(report, texts)

    def _strip(self, report, texts):
        changed = {}
        for name in QUOTING:
            text = report[name] or ""
            for quoted, word in texts.items():
                text = text.replace(quoted, word)
            if text != (report[name] or ""):
                changed[name] = text
        if changed:
            report._by_method().write(changed)
