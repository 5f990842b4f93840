from odoo import api, fields, models
from odoo.tools import SQL

from .faults import get_fault_step
from .logistics_outcome_line import SOURCES


class LogisticsOutcomeDelivery(models.Model):
    """How a delivery to a customer went, each part of a backorder for itself (formulas 1 and 8).

    Goods that are sent again or in exchange were promised anew, and are judged by that.
    """

    _name = "logistics.outcome.delivery"
    _inherit = ["logistics.outcome.mixin", "logistics.outcome.part.mixin"]
    _description = "Outcome of a Delivery"
    _log_access = False
    _order = "picking_id desc"
    _rec_name = "picking_id"
    _judged = "picking_id"
    _then = ("country_id", "state_id")
    _counted = ("partner_id", "company_id", "delivered_at", "promised_day", "is_on_time")

    picking_id = fields.Many2one(
        "stock.picking", string="Delivery", required=True, readonly=True, ondelete="cascade"
    )
    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    promised_at = fields.Datetime(string="Promised", readonly=True)
    promised_day = fields.Date(readonly=True, help="In the company's time zone.")
    date_done = fields.Datetime(string="Left the Warehouse", readonly=True)
    done_day = fields.Date(readonly=True, index=True)
    delivered_at = fields.Datetime(string="Handed Over", readonly=True)
    delivered_day = fields.Date(readonly=True, index=True)
    delivered_source = fields.Selection(SOURCES, string="Delivered, Says", readonly=True)
    shipment_state = fields.Selection(
        selection=lambda self: self.env["logistics.shipment.event"]._get_states(), readonly=True
    )
    reroute_reason_id = fields.Many2one(
        "logistics.reason", string="Rerouted", readonly=True, index="btree_not_null"
    )
    return_reason_id = fields.Many2one(
        "logistics.reason", string="Reason of Return", readonly=True, index="btree_not_null"
    )
    is_out = fields.Boolean(readonly=True, help="Left the warehouse or was handed over.")
    is_on_time = fields.Boolean(
        string="On Time", readonly=True, help="Handed over on or before the promised day."
    )
    days_late = fields.Integer(readonly=True, aggregator="avg")
    transit_days = fields.Integer(
        string="Days on the Way",
        readonly=True,
        aggregator="avg",
        help="Calendar days from the carrier's getting the goods to their handover, as the carrier "
        "or staff say; empty where nobody said a word.",
    )
    is_returned = fields.Boolean(string="Returned or Adjusted", readonly=True)
    is_silent = fields.Boolean(string="Gone Silent", readonly=True)
    is_without_consent = fields.Boolean(string="Without Consent", readonly=True)
    weight = fields.Float(string="Goods Weight", digits="Stock Weight", readonly=True)
    piece_qty = fields.Float(string="Pieces", readonly=True)
    damaged_qty = fields.Float(string="Damaged Pieces", readonly=True)
    short_qty = fields.Float(string="Short Pieces", readonly=True)

    _picking_unique = models.UniqueIndex("(picking_id)")
    _day_idx = models.Index("(company_id, promised_day)")
    # a night adds up a customer's without looking at the rows
    _customer_idx = models.Index("(partner_id) INCLUDE (company_id, delivered_at, promised_day, is_on_time)")

    # === BUSINESS METHODS ===#

    @api.model
    def _get_judgeable_sql(self):
        """Return the SQL of which transfers ``sp`` are deliveries that are judged."""
        return SQL(
            "sp.state NOT IN ('draft', 'cancel') AND %s",
            self.env["stock.picking"]._get_delivery_sql(),
        )

    @api.model
    def _get_gone_sql(self, ids):
        """Gone are transfers that are no delivery, and those that go to somebody else now."""
        return SQL(
            """held.picking_id = ANY(%s) AND NOT EXISTS (
                   SELECT FROM stock_picking sp
                LEFT JOIN sale_order so ON so.id = sp.sale_id
                    WHERE sp.id = held.picking_id AND %s
                      AND COALESCE(so.partner_id, sp.partner_id)
                          IS NOT DISTINCT FROM held.partner_id)""",
            list(ids),
            self._get_judgeable_sql(),
        )

    @api.model
    def _get_steps(self, ids):
        return [
            self._get_zone_step(),
            self._get_shipment_step(ids),
            get_fault_step(SQL("sp.id = ANY(%s)", list(ids))),
            self._get_faulty_step(),
        ]

    @api.model
    def _get_shipment_step(self, ids):
        """``shipment``: the deliveries with what decides about them."""
        deliveries = self.env["stock.picking"]
        return SQL(
            """shipment AS (
                SELECT sp.*, kind.warehouse_id AS from_warehouse_id, so.date_order,
                       COALESCE(so.partner_id, sp.partner_id) AS customer_id,
                       CASE WHEN sp.state = 'done' THEN sp.date_done END AS left_at,
                       %(handed_over)s AS at, %(carried)s AS carried_at,
                       COALESCE(sp.shipment_promised_at, %(promised)s) AS promised_at
                  FROM stock_picking sp
                  JOIN stock_picking_type kind ON kind.id = sp.picking_type_id
             LEFT JOIN sale_order so ON so.id = sp.sale_id
                 WHERE sp.id = ANY(%(ids)s) AND %(is_judgeable)s
            )""",
            handed_over=deliveries._get_handed_over_sql(),
            carried=SQL(
                "CASE WHEN sp.carrier_delivered_at IS NOT NULL THEN %s END",
                deliveries._get_handed_to_carrier_sql(),
            ),
            # looked up only where the delivery does not keep it: those from before the addon
            promised=deliveries._get_promised_sql(),
            is_judgeable=self._get_judgeable_sql(),
            ids=list(ids),
        )

    @api.model
    def _get_faulty_step(self):
        """``faulty``: per delivery its damaged and short pieces."""
        return SQL(
            """faulty AS (
                SELECT picking_id, SUM(damaged) AS damaged, SUM(short) AS short
                  FROM fault
                 GROUP BY picking_id
            )"""
        )

    @api.model
    def _get_source(self, ids):
        return SQL(
            """(SELECT shipment.*, left_at IS NOT NULL OR at IS NOT NULL AS is_out
                  FROM shipment) j
               JOIN zone ON zone.company_id = j.company_id
          LEFT JOIN res_partner customer ON customer.id = j.customer_id
          LEFT JOIN logistics_profile profile
                 ON profile.partner_id = customer.commercial_partner_id
                AND profile.company_id = j.company_id
          LEFT JOIN faulty ON faulty.picking_id = j.id AND j.is_out"""
        )

    @api.model
    def _get_columns(self):
        promised_day = self._get_day_sql(SQL("j.promised_at"))
        delivered_day = self._get_day_sql(SQL("j.at"))
        return {
            "picking_id": SQL("j.id"),
            "order_id": SQL("j.sale_id"),
            "company_id": SQL("j.company_id"),
            "partner_id": SQL("j.customer_id"),
            "carrier_id": SQL("j.carrier_id"),
            "warehouse_id": SQL("j.from_warehouse_id"),
            "country_id": SQL("customer.country_id"),
            "state_id": SQL("customer.state_id"),
            "tier_id": self.env["logistics.profile"]._get_tier_then_sql(
                SQL("COALESCE(j.date_order, j.create_date)")
            ),
            "promised_at": SQL("j.promised_at"),
            "promised_day": promised_day,
            "date_done": SQL("j.left_at"),
            "done_day": self._get_day_sql(SQL("j.left_at")),
            "delivered_at": SQL("j.at"),
            "delivered_day": delivered_day,
            "delivered_source": SQL(
                "CASE WHEN j.at IS NOT NULL THEN COALESCE(j.carrier_delivered_source, 'odoo') END"
            ),
            "shipment_state": SQL("j.shipment_state"),
            "reroute_reason_id": SQL("j.reroute_reason_id"),
            "return_reason_id": SQL(
                """(SELECT back.logistics_reason_id FROM stock_picking back
                     WHERE back.return_id = j.id AND back.state = 'done'
                     ORDER BY back.logistics_reason_id IS NULL, back.id DESC LIMIT 1)"""
            ),
            "is_out": SQL("j.is_out"),
            "is_on_time": SQL("%s <= %s", delivered_day, promised_day),
            "days_late": SQL("GREATEST(%s - %s, 0)", delivered_day, promised_day),
            "transit_days": SQL(
                "GREATEST(%s - %s, 0)", delivered_day, self._get_day_sql(SQL("j.carried_at"))
            ),
            "is_returned": SQL("j.is_out AND (%s)", self._get_returned_sql()),
            "is_silent": SQL(
                """j.is_out AND EXISTS (
                       SELECT FROM logistics_shipment_event event
                        WHERE event.picking_id = j.id AND event.kind = 'silent')"""
            ),
            "is_without_consent": SQL("j.is_out AND COALESCE(j.consent_finding, FALSE)"),
            "weight": SQL("CASE WHEN j.is_out THEN j.weight ELSE 0 END"),
            "piece_qty": SQL(
                "CASE WHEN j.is_out THEN COALESCE((%s), 0) ELSE 0 END", self._get_pieces_query()
            ),
            "damaged_qty": SQL("COALESCE(faulty.damaged, 0)"),
            "short_qty": SQL("COALESCE(faulty.short, 0)"),
        }

    @api.model
    def _get_pieces_query(self):
        """Return the query of how many pieces a delivery brought, in the products' units."""
        return SQL(
            """SELECT SUM(sm.quantity * unit.factor / stock_unit.factor)
                 FROM stock_move sm
                 JOIN uom_uom unit ON unit.id = sm.product_uom
                 JOIN product_product product ON product.id = sm.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                 JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
                WHERE sm.picking_id = j.id AND sm.state = 'done'"""
        )

    @api.model
    def _get_returned_sql(self):
        """Return the SQL of whether goods of a delivery came back or were moved otherwise."""
        return SQL(
            """COALESCE(j.shipment_state = 'returned', FALSE)
               OR EXISTS (SELECT FROM stock_picking back
                           WHERE back.return_id = j.id AND back.state = 'done')
               OR EXISTS (SELECT FROM logistics_delivery_remark remark
                            JOIN logistics_reason reason ON reason.id = remark.reason_id
                           WHERE remark.picking_id = j.id AND reason.kind = 'return_adjust')"""
        )
