from odoo import fields, models
from odoo.tools import SQL


class LogisticsComplaintRateReport(models.Model):
    """Complaints held against deliveries: a row per delivery and a row per valid complaint.

    Both are sorted by the same things, so that one sum stands over the other under any grouping,
    and every row opens its delivery or its case (formula 9).
    """

    _name = "logistics.complaint.rate.report"
    _inherit = ["logistics.report.mixin"]
    _description = "Complaints per Delivery"
    _auto = False
    _order = "date desc, id desc"

    picking_id = fields.Many2one("stock.picking", string="Delivery", readonly=True)
    complaint_id = fields.Many2one("logistics.complaint", string="Case", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one(
        "logistics.tier",
        readonly=True,
        help="The customer's tier today, for deliveries and complaints alike.",
    )
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    date = fields.Datetime(
        readonly=True, help="When the delivery left the warehouse, or the complaint reached us."
    )
    delivery_count = fields.Integer(string="Deliveries", readonly=True)
    valid_count = fields.Integer(
        string="Valid Complaints",
        readonly=True,
        help="Complaints and claims, not cancelled, for which the customer is not the responsible party.",
    )
    complaint_rate = fields.Float(
        string="Complaints per 1,000 Deliveries",
        readonly=True,
        aggregator="sum",
        help="1,000 × valid complaints ÷ deliveries (formula 9).",
    )

    def _get_ratios(self):
        return {"complaint_rate": ("valid_count", "delivery_count")}

    def _read_group_select(self, aggregate_spec, query):
        ratio = super()._read_group_select(aggregate_spec, query)
        per_thousand = aggregate_spec.partition(":")[0] == "complaint_rate"
        return SQL("1000 * %s", ratio) if per_thousand else ratio

    # === QUERY ===#

    def _get_columns(self):
        names = ("id", "picking_id", "complaint_id", "company_id", "partner_id", "tier_id")
        names += ("carrier_id", "warehouse_id", "date", "delivery_count", "valid_count")
        return {**super()._get_columns(), **{name: SQL.identifier("r", name) for name in names}}

    def _get_steps(self):
        return [self._get_row_step()]

    def _get_row_step(self):
        """``counted``: deliveries and complaints in one list, ids even and odd."""
        return SQL(
            """counted AS NOT MATERIALIZED (
                SELECT 2 * d.id AS id, d.picking_id, NULL::int AS complaint_id, d.company_id,
                       d.partner_id, d.tier_id, d.carrier_id, d.warehouse_id,
                       COALESCE(d.date_done, d.delivered_at) AS date,
                       1 AS delivery_count, 0 AS valid_count
                  FROM (%(deliveries)s) d
                 WHERE d.delivery_count = 1
             UNION ALL
                SELECT 2 * c.id + 1, NULL::int, c.complaint_id, c.company_id,
                       c.partner_id, profile.tier_id, c.carrier_id, c.warehouse_id,
                       c.received_at, 0, 1
                  FROM (%(cases)s) c
             LEFT JOIN logistics_profile profile
                    ON profile.partner_id = c.partner_id AND profile.company_id = c.company_id
                 WHERE c.valid_count = 1
            )""",
            deliveries=self.env["logistics.shipment.report"]._table_query,
            cases=self.env["logistics.complaint.report"]._table_query,
        )

    def _get_source(self):
        return SQL("counted r")

    # === ACTIONS ===#

    def action_open(self):
        """Open the delivery or the case of the row."""
        self.ensure_one()
        return self._open(self.complaint_id or self.picking_id)
