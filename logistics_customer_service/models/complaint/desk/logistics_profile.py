from odoo import api, fields, models

from ..logistics_complaint_stage import OPEN_PHASES


class LogisticsProfile(models.Model):
    """The cases of a customer, counted and opened."""

    _inherit = "logistics.profile"

    complaint_count = fields.Integer(string="Service Cases", compute="_compute_complaint_count")
    open_complaint_count = fields.Integer(
        string="Open Service Cases", compute="_compute_complaint_count"
    )

    @api.depends("partner_id", "company_id")
    def _compute_complaint_count(self):
        """One grouped read for all profiles."""
        groups = self.env["logistics.complaint"]._read_group(
            [("partner_id", "in", self.partner_id.ids)],
            ["partner_id", "company_id", "phase"],
            ["__count"],
        )
        totals, still_open = {}, {}
        for partner, company, phase, count in groups:
            key = partner, company
            totals[key] = totals.get(key, 0) + count
            if phase in OPEN_PHASES:
                still_open[key] = still_open.get(key, 0) + count
        for profile in self:
            key = profile.partner_id, profile.company_id
            profile.complaint_count = totals.get(key, 0)
            profile.open_complaint_count = still_open.get(key, 0)

    def action_view_complaints(self):
        """Open the cases of the customer."""
        self.ensure_one()
        return self.env["logistics.complaint"]._get_cases_action(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            default_partner_id=self.partner_id.id,
        )

    def action_register_complaint(self):
        """Open the intake dialogue for the customer."""
        self.ensure_one()
        return self.partner_id._get_intake_action(
            default_choice_id=self.partner_id.id, default_company_id=self.company_id.id
        )
