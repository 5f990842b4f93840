from odoo import api, models
from odoo.tools import SQL

from ..customer.logistics_profile_fact import FactStep

DELIVERY_COLUMNS = {
    name: f"COALESCE(delivery_fact.{name}, 0)"
    for name in ("delivery_count", "delivery_judged_count", "on_time_count")
}
FULFILMENT_COLUMNS = {
    name: f"COALESCE(fulfilment_fact.{name}, 0)"
    for name in ("in_full_judged_count", "in_full_count")
}


class LogisticsProfileFact(models.Model):
    """What deliveries say of a customer."""

    _inherit = "logistics.profile.fact"

    @api.model
    def _get_fact_steps(self):
        return [
            *super()._get_fact_steps(),
            FactStep("delivery_fact", "_get_deliveries_cte", DELIVERY_COLUMNS),
            FactStep("fulfilment_fact", "_get_fulfilment_cte", FULFILMENT_COLUMNS),
        ]

    def _get_deliveries_cte(self, company, _today):
        """``transfer``: what goes out, returns excluded; ``delivery_fact``: what reached customers.

        The customer is the order's, else the transfer's. The promise is that of the order, else
        the deadline, else the scheduled date of the transfer; goods sent out again were promised
        anew. On time is judged by calendar day
        in the company's time zone (formula 1).
        """
        Picking = self.env["stock.picking"]
        return SQL(
            """transfer AS MATERIALIZED (
                SELECT o.profile_id, o.id AS order_id, sp.state, %(handed_over)s AS date_done,
                       %(is_delivery)s AS to_customer,
                       COALESCE(CASE WHEN sp.return_id IS NULL THEN o.promised END,
                                sp.date_deadline, sp.scheduled_date) AS promised
                  FROM orders o
                  JOIN stock_picking sp ON sp.sale_id = o.id
                  JOIN stock_picking_type kind ON kind.id = sp.picking_type_id
                 WHERE sp.company_id = %(company)s AND sp.state <> 'cancel'
                   AND (%(is_delivery)s OR (kind.code IN ('outgoing', 'dropship')
                                            AND %(is_ordered)s
                                            AND sp.location_id <> ALL(%(customer_locations)s)))
             UNION ALL
                SELECT c.profile_id, NULL, sp.state, %(handed_over)s, TRUE,
                       COALESCE(sp.date_deadline, sp.scheduled_date)
                  FROM customer c
                  JOIN stock_picking sp ON sp.partner_id = c.partner_id
                 WHERE sp.company_id = %(company)s AND sp.sale_id IS NULL AND sp.state = 'done'
                   AND %(is_delivery)s
            ), delivery_fact AS (
                SELECT d.profile_id, win.months,
                       COUNT(*) AS delivery_count,
                       COUNT(d.promised) AS delivery_judged_count,
                       COUNT(*) FILTER (
                           WHERE (d.date_done AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                              <= (d.promised AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                       ) AS on_time_count
                  FROM transfer d
                  JOIN win ON d.date_done >= win.since
                 WHERE d.state = 'done' AND d.to_customer
                 GROUP BY d.profile_id, win.months
            )""",
            company=company.id,
            zone=company._get_logistics_tz(),
            handed_over=Picking._get_handed_over_sql(),
            is_delivery=Picking._get_delivery_sql(),
            customer_locations=Picking._get_customer_location_ids(),
            is_ordered=Picking._get_ordered_sql(),
        )

    def _get_fulfilment_cte(self, _company, _today):
        """``fulfilment_fact``: orders in full among those delivered with nothing left open.

        Measured per order line against its ordered quantity, from what went to the customer:
        a return does not undo a delivery, a split demand does not hide a short one (formula 2).
        Other goods in place of those ordered are not the item of the line.
        The line's delivered quantity, which a return lowers, is enough where it suffices (also
        for kits, whose moves are of other products); the moves are read for the others only.
        """
        return SQL(
            """closed AS MATERIALIZED (
                SELECT profile_id, order_id,
                       MAX(date_done) FILTER (WHERE to_customer) AS date_done
                  FROM transfer
                 WHERE order_id IS NOT NULL
                 GROUP BY profile_id, order_id
                HAVING BOOL_AND(state = 'done') AND BOOL_OR(to_customer)
            ), complete AS (
                SELECT o.id AS order_id,
                       BOOL_AND(
                           line.substitution_reason_id IS NULL
                           AND line.substitute_for_id IS NULL
                           AND (COALESCE(line.qty_delivered, 0) >= line.product_uom_qty
                           OR %(sent)s >= line.product_uom_qty * ordered.factor - 0.00001
                           IS TRUE)
                       ) AS in_full
                  FROM orders o
                  JOIN sale_order_line line ON line.order_id = o.id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom ordered ON ordered.id = line.product_uom_id
                 WHERE template.type = 'consu' AND line.product_uom_qty > 0
                 GROUP BY o.id
            ), fulfilment AS (
                SELECT closed.profile_id, closed.date_done, complete.in_full
                  FROM closed
                  JOIN complete ON complete.order_id = closed.order_id
            ), fulfilment_fact AS (
                SELECT f.profile_id, win.months,
                       COUNT(*) AS in_full_judged_count,
                       COUNT(*) FILTER (WHERE f.in_full) AS in_full_count
                  FROM fulfilment f
                  JOIN win ON f.date_done >= win.since
                 GROUP BY f.profile_id, win.months
            )""",
            sent=self.env["sale.order.line"]._get_sent_sql(
                "line",
                SQL(
                    "sm.location_dest_id = ANY(%s)",
                    self.env["stock.picking"]._get_customer_location_ids(),
                ),
            ),
        )
