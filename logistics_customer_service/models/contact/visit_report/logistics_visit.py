from odoo import api, fields, models


class LogisticsVisit(models.Model):
    _inherit = "logistics.visit"

    urgent_ids = fields.One2many("logistics.visit.urgent.report", "visit_id", string="Urgent Reports")
    urgent_count = fields.Integer(
        string="Number of Urgent Reports", compute="_compute_urgent_count"
    )

    @api.depends("urgent_ids")
    def _compute_urgent_count(self):
        counts = dict(
            self.env["logistics.visit.urgent.report"]._read_group(
                [("visit_id", "in", self.ids)], ["visit_id"], ["__count"]
            )
        )
        for visit in self:
            visit.urgent_count = counts.get(visit._origin, 0)

    def action_report_urgent(self):
        """Open a new urgent report with what is known of the visit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Urgent Report"),
            "res_model": "logistics.visit.urgent.report",
            "views": [(False, "form")],
            "context": {
                "default_visit_id": self.id,
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }

    def action_view_urgent(self):
        """Open the urgent reports of the visit."""
        return self.urgent_ids._get_records_action(name=self.env._("Urgent Reports"))
