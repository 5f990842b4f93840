from odoo import models
from odoo.tools import SQL


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        """Find what is declared to hold something of people, too: by any path, address or number."""
        query = super()._get_query()
        personal = self.env["logistics.personal"]
        contacts = self.env["res.partner"].sudo().with_context(active_test=False)
        people = contacts.search(
            ["|", ("email_normalized", "=", self.email.strip().lower()), ("name", "ilike", self.name.strip())]
        )
        people = personal._gather(people)
        marks = personal._get_marks(people)
        for name, spec in personal._get_known().items():
            if not name.startswith("logistics."):
                continue
            domain = personal._get_domain(name, spec, people, marks)
            found = personal._search_records(name, domain)
            if found:
                query = SQL(
                    "%s UNION SELECT %s, id, %s FROM %s WHERE id = ANY(%s)",
                    query,
                    self.env["ir.model"]._get_id(name),
                    SQL("active") if "active" in found else SQL("TRUE"),
                    SQL.identifier(found._table),
                    found.ids,
                )
        return query
