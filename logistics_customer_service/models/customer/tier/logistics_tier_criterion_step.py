from odoo import api, fields, models


class LogisticsTierCriterionStep(models.Model):
    _name = "logistics.tier.criterion.step"
    _description = "Break Point"
    _order = "criterion_id, value_from"
    _rec_name = "value_from"

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

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps.criterion_id._check_scheme_editable()
        return steps

    def write(self, vals):
        self.criterion_id._check_scheme_editable()
        result = super().write(vals)
        if "criterion_id" in vals:
            self.criterion_id._check_scheme_editable()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self.criterion_id._check_scheme_editable()
