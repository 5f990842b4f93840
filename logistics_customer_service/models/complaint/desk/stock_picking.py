from odoo import Command, api, models
from odoo.tools import SQL

from ..logistics_complaint_stage import OPEN_PHASES


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === BUSINESS METHODS ===#

    def _get_open_cases(self):
        """Return delivery → the first open case about it, of those that have one: one query."""
        if not self.ids:
            return {}
        self._flush_cases()
        rows = self.env.execute_query(
            SQL(
                """SELECT * FROM (SELECT sp.id, %s AS case_id FROM stock_picking sp
                                   WHERE sp.id = ANY(%s)) delivery
                    WHERE case_id IS NOT NULL""",
                self._get_open_case_sql(SQL("sp.id")),
                self.ids,
            )
        )
        cases = self.env["logistics.complaint"]
        return {self.browse(picking_id): cases.browse(case_id) for picking_id, case_id in rows}

    @api.model
    def _flush_cases(self):
        self.flush_model(["sale_id"])
        self.env["logistics.complaint"].flush_model(["phase", "picking_ids", "order_ids"])

    @api.model
    def _get_open_case_sql(self, picking_id):
        """Return the SQL of the first open case about a delivery; NULL where there is none.

        A case that names orders and no delivery is about all that these orders brought.

        :param picking_id: SQL of the delivery's id
        """
        return SQL(
            """(SELECT MIN(c.id) FROM logistics_complaint c
                 WHERE c.phase IN %(phases)s AND c.id IN (
                       SELECT named.logistics_complaint_id
                         FROM logistics_complaint_picking_rel named
                        WHERE named.stock_picking_id = %(picking)s
                    UNION ALL
                       SELECT ordered.logistics_complaint_id
                         FROM stock_picking delivery
                         JOIN logistics_complaint_order_rel ordered
                           ON ordered.sale_order_id = delivery.sale_id
                        WHERE delivery.id = %(picking)s AND NOT EXISTS (
                              SELECT FROM logistics_complaint_picking_rel other
                               WHERE other.logistics_complaint_id
                                     = ordered.logistics_complaint_id)))""",
            phases=OPEN_PHASES,
            picking=picking_id,
        )

    # === ACTION METHODS ===#

    def action_register_complaint(self):
        """Open the intake dialogue about this delivery."""
        self.ensure_one()
        customer = self._get_logistics_customer()
        return customer._get_intake_action(
            default_choice_id=customer.id,
            default_company_id=self.company_id.id,
            default_order_ids=[Command.set(self.sale_id.ids)],
            default_picking_ids=[Command.set(self.ids)],
        )
