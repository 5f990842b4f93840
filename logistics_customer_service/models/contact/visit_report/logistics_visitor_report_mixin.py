from odoo import api, fields, models


class LogisticsVisitorReportMixin(models.AbstractModel):
    """What one visitor reports: it is of the visitor's team."""

    _name = "logistics.visitor.report.mixin"
    _inherit = ["logistics.visit.report.mixin"]
    _description = "Report of a Visitor"

    team_id = fields.Many2one(
        "logistics.service.team",
        compute="_compute_team_id",
        store=True,
        index="btree_not_null",
        precompute=True,
        ondelete="set null",
    )

    # === COMPUTE METHODS ===#

    @api.depends("user_id", "company_id")
    def _compute_team_id(self):
        teams = self._get_teams({(report.user_id, report.company_id) for report in self})
        for report in self:
            report.team_id = teams[report.user_id, report.company_id]
