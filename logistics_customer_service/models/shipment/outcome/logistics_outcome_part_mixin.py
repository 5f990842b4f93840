from odoo import fields, models


class LogisticsOutcomePartMixin(models.AbstractModel):
    """What outcomes, and their sums, are told apart by: who brought goods, from where, to whom."""

    _name = "logistics.outcome.part.mixin"
    _description = "Parts of Outcomes"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    carrier_id = fields.Many2one("delivery.carrier", readonly=True, index="btree_not_null")
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, index="btree_not_null")
    country_id = fields.Many2one("res.country", readonly=True, index="btree_not_null")
    state_id = fields.Many2one(
        "res.country.state", string="Region", readonly=True, index="btree_not_null"
    )
    tier_id = fields.Many2one(
        "logistics.tier",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The customer's tier when the order was placed, or the delivery made.",
    )
