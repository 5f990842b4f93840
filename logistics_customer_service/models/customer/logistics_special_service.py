from odoo import fields, models


class LogisticsSpecialService(models.Model):
    _name = "logistics.special.service"
    _inherit = ["logistics.needs.tag"]
    _description = "Special Service"

    handling = fields.Text(
        translate=True, help="What packers and drivers must do; printed on the delivery slip."
    )
