from odoo import fields, models


class LogisticsTierCriterionStep(models.Model):
    _name = "logistics.tier.criterion.step"
    _inherit = ["logistics.tier.scheme.part.mixin"]
    _description = "Break Point"
    _order = "criterion_id, value_from"
    _rec_name = "value_from"
    _scheme_path = "criterion_id.scheme_id"

    criterion_id = fields.Many2one(
        "logistics.tier.criterion", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="criterion_id.company_id", store=True, index=True)
    value_from = fields.Float(string="From Value", required=True)
    points = fields.Float(required=True)

    _check_points = models.Constraint(
        "CHECK (points >= 0 AND points <= 100)", "Points lie between 0 and 100."
    )
    _value_unique = models.UniqueIndex(
        "(criterion_id, value_from)", "Two break points of a criterion start at the same value."
    )
