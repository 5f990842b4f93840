from odoo import fields, models


class LogisticsComplaint(models.Model):
    _inherit = "logistics.complaint"

    visit_id = fields.Many2one(
        "logistics.visit",
        string="From Visit",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="logistics_customer_service.group_agent",
    )
    urgent_id = fields.Many2one(
        "logistics.visit.urgent.report",
        string="From Urgent Report",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="logistics_customer_service.group_agent",
    )
