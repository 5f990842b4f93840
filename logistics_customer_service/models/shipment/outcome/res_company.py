from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_outcome_zone = fields.Char(
        string="Time Zone of Outcomes",
        readonly=True,
        copy=False,
        help="The time zone by whose days outcomes were judged.",
    )

    @api.model
    def _note_outcome_zones(self):
        """Have everything judged anew where a company's days are others than they were."""
        changed = self.env["res.company"]
        for company in self.search([]):
            zone = company._get_logistics_tz()
            if zone != company.logistics_outcome_zone:
                if company.logistics_outcome_zone:
                    changed += company
                company.logistics_outcome_zone = zone
        if changed:
            self.env["logistics.outcome.rebuild"]._start("zone")
