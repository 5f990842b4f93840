from odoo import fields, models


class LogisticsUrgentFollowUpMixin(models.AbstractModel):
    """What may follow from an urgent report."""

    _name = "logistics.urgent.follow.up.mixin"
    _description = "Follows from an Urgent Report"

    urgent_id = fields.Many2one(
        "logistics.visit.urgent.report",
        string="From Urgent Report",
        index="btree_not_null",
        copy=False,
        check_company=True,
        ondelete="set null",
    )
