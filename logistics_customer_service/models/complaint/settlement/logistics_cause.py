from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LogisticsCause(models.Model):
    """Why something went wrong; a tree, each branch offered for the categories it explains."""

    _name = "logistics.cause"
    _description = "Cause"
    _parent_store = True
    _order = "parent_path, sequence, id"
    _rec_name = "complete_name"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        string="Full Name", compute="_compute_complete_name", recursive=True
    )
    code = fields.Char()
    parent_id = fields.Many2one("logistics.cause", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("logistics.cause", "parent_id", string="Below")
    sequence = fields.Integer(default=10)
    category_ids = fields.Many2many(
        "logistics.complaint.category",
        string="Categories",
        help="The cause is offered for these categories and those below them; empty: for all.",
    )
    party_id = fields.Many2one(
        "logistics.responsible.party",
        string="Usually Responsible",
        ondelete="set null",
        help="Proposed as responsible party where the cause is chosen.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: every company."
    )
    description = fields.Text(translate=True)
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_id.complete_name")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        for cause in self:
            parent = cause.parent_id.complete_name
            cause.complete_name = f"{parent} / {cause.name}" if parent else cause.name

    @api.constrains("parent_id")
    def _check_no_circle(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A cause cannot stand below itself."))
