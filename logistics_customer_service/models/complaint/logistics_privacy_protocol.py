import re

from odoo import models
from odoo.tools import html2plaintext


class LogisticsPrivacyProtocol(models.Model):
    _inherit = "logistics.privacy.protocol"

    def _erase_records(self, name, after, kept):
        """The library of cases tells what happened, perhaps in the words of the case."""
        if name == "logistics.case.lesson":
            personal = self.env["logistics.personal"]
            spec = personal._get_declarations()[name]
            lessons = personal._search_records(name, personal._get_domain(name, spec, self._get_people()))
            for lesson in lessons:
                said = re.split(r"[\n.!?。！？]+", html2plaintext(lesson.complaint_id.description or ""))
                self._strip(lesson, spec.masked, [sentence.strip() for sentence in said])
        return super()._erase_records(name, after, kept)
