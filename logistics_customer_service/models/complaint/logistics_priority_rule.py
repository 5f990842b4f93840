from odoo import api, fields, models
from odoo.tools import ormcache

from .logistics_complaint_category import SEVERITIES

PRIORITIES = [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")]
# where nobody has made a rule
FALLBACK = {"low": "0", "medium": "1", "high": "2", "critical": "3"}


class LogisticsPriorityRule(models.Model):
    """A cell of the matrix severity × tier."""

    _name = "logistics.priority.rule"
    _inherit = ["logistics.cached.mixin"]
    _description = "Priority Rule"
    _order = "company_id, severity_rank, tier_id, id"
    _rec_name = "severity"

    severity = fields.Selection(SEVERITIES, required=True)
    severity_rank = fields.Integer(compute="_compute_severity_rank", store=True)
    tier_id = fields.Many2one(
        "logistics.tier",
        ondelete="cascade",
        index=True,
        help="Empty: every other tier. Tiers of two schemes with the same code are the same.",
    )
    priority = fields.Selection(PRIORITIES, required=True, default="1")
    company_id = fields.Many2one(
        "res.company",
        index=True,
        ondelete="cascade",
        help="Empty: every company that has no rule of its own for the severity.",
    )

    _cell_unique = models.UniqueIndex(
        "(severity, COALESCE(tier_id, 0), COALESCE(company_id, 0))",
        "There is a rule for this severity and tier already.",
    )

    @api.depends("severity")
    def _compute_severity_rank(self):
        ranks = {severity: rank for rank, (severity, _label) in enumerate(SEVERITIES)}
        for rule in self:
            rule.severity_rank = ranks.get(rule.severity, 0)

    # === BUSINESS METHODS ===#

    @api.model
    @ormcache()
    def _get_matrix(self):
        """Return priorities by company id (or False), severity and tier code (or False)."""
        # the agent who registers a case need not see the policy
        rules = self.sudo().search([])
        return {
            (rule.company_id.id, rule.severity, rule.tier_id.code): rule.priority for rule in rules
        }

    @api.model
    def _look_up(self, matrix, company, severity, tier):
        """Return the priority of a severity and tier: the company's rules outweigh the shared.

        :param matrix: what :meth:`_get_matrix` returned
        """
        for company_id in (company.id, False):
            for code in (tier.code, False):
                if (company_id, severity, code) in matrix:
                    return matrix[company_id, severity, code]
        return FALLBACK.get(severity, "1")
