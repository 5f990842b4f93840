from odoo import api, fields, models

SEVERITIES = [
    ("low", "Minor"),
    ("medium", "Moderate"),
    ("high", "Serious"),
    ("critical", "Critical"),
]


class LogisticsComplaintCategory(models.Model):
    _name = "logistics.complaint.category"
    _inherit = ["logistics.cached.mixin"]  # skills that name categories are
    _description = "Complaint Category"
    _parent_store = True
    _order = "parent_path, sequence, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "code"]

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        string="Full Name",
        compute="_compute_complete_name",
        search="_search_complete_name",
        recursive=True,
    )
    code = fields.Char()
    parent_id = fields.Many2one("logistics.complaint.category", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("logistics.complaint.category", "parent_id", string="Below")
    company_id = fields.Many2one("res.company", index=True, help="Empty: every company.")
    sequence = fields.Integer(default=10)
    severity = fields.Selection(
        SEVERITIES, default="medium", required=True, help="What a new case starts with."
    )
    team_id = fields.Many2one(
        "logistics.service.team",
        ondelete="set null",
        help="The team that knows the matter; empty: the company's first team.",
    )
    description = fields.Text(translate=True, help="What belongs here, for those who register.")
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_id.complete_name")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        for category in self:
            parent = category.parent_id.complete_name
            category.complete_name = f"{parent} / {category.name}" if parent else category.name

    @api.model
    def _search_complete_name(self, operator, value):
        """Find by the own name or by that of a category above."""
        if operator not in ("ilike", "=ilike", "in", "like", "="):
            return NotImplemented
        # the categories of a company are few
        return [("id", "child_of", self.search([("name", operator, value)]).ids)]
