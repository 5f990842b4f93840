from odoo import fields, models


class LogisticsCargoNature(models.Model):
    _name = "logistics.cargo.nature"
    _inherit = ["logistics.needs.tag"]
    _description = "Cargo Nature"

    handling = fields.Text(
        translate=True, help="What packers and drivers must do; printed on the delivery slip."
    )
