from odoo import fields, models


class LogisticsVisitAction(models.Model):
    _inherit = "logistics.visit.action"

    urgent_id = fields.Many2one(
        "logistics.visit.urgent.report",
        string="From Urgent Report",
        index="btree_not_null",
        copy=False,
        check_company=True,
        ondelete="set null",
    )
