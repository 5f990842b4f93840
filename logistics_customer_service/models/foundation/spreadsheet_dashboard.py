from odoo import fields, models


class SpreadsheetDashboard(models.Model):
    """Dashboards of parts of customer service that are switched off are shown to nobody."""

    _inherit = "spreadsheet.dashboard"

    logistics_part_ids = fields.Many2many(
        "res.groups",
        "logistics_dashboard_part_rel",
        string="Parts of Customer Service",
        help="Shown where one of these parts is switched on; empty: always.",
    )
