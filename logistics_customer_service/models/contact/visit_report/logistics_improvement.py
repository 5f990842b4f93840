from odoo import models


class LogisticsImprovement(models.Model):
    _name = "logistics.improvement"
    _inherit = ["logistics.improvement", "logistics.urgent.follow.up.mixin"]
