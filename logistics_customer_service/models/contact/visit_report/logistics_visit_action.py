from odoo import models


class LogisticsVisitAction(models.Model):
    _name = "logistics.visit.action"
    _inherit = ["logistics.visit.action", "logistics.urgent.follow.up.mixin"]
