from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.foundation.periods import window_first_day, window_start


class LogisticsProfileFact(models.Model):
    """What Odoo's orders, deliveries and invoices say of a customer in a window of time.

    One row per profile and window, written by one statement per batch of profiles. The rows live
    apart from the profile so that the nightly job never contends with people who edit profiles.
    """

    _name = "logistics.profile.fact"
    _description = "Customer Facts"
    _order = "profile_id, window_months"
    _rec_name = "profile_id"
    _log_access = False

    profile_id = fields.Many2one("logistics.profile", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    window_months = fields.Integer(
        required=True, aggregator=None, help="Length of the window; 0 is since the first order."
    )
    order_count = fields.Integer(string="Orders")
    order_amount = fields.Monetary(string="Ordered Amount")
    refund_amount = fields.Monetary(string="Credited")
    net_amount = fields.Monetary(string="Net Sales", help="Ordered less credited.")
    margin = fields.Monetary(help="Only where the margin of sales orders is recorded.")
    first_order_at = fields.Datetime(string="First Order")
    last_order_at = fields.Datetime(string="Last Order")
    median_gap_days = fields.Float(string="Median Days Between Orders", aggregator="avg")
    delivery_count = fields.Integer(string="Deliveries")
    delivery_judged_count = fields.Integer(
        string="Deliveries Judged", help="Deliveries done that had a promised day."
    )
    on_time_count = fields.Integer(string="On Time")
    in_full_judged_count = fields.Integer(
        string="Orders Judged",
        help="Orders with a delivery done and nothing more to deliver.",
    )
    in_full_count = fields.Integer(string="In Full")
    overdue_amount = fields.Monetary(string="Overdue Amount")
    payment_count = fields.Integer(string="Invoices Paid")
    mean_payment_delay = fields.Float(
        string="Mean Payment Delay",
        aggregator="avg",
        help="Mean days from the due date to the full payment; negative is early.",
    )
    answer_count = fields.Integer(string="Scores", help="Answers with an overall score.")
    satisfied_count = fields.Integer(string="Satisfied", help="Overall scores of 4 or 5.")
    csat = fields.Float(
        string="Satisfaction",
        aggregator=None,
        help="Share of overall scores of 4 or 5; who did not answer is not counted.",
    )
    mean_score = fields.Float(aggregator="avg", help="Mean of the overall scores, 1 to 5.")
    score_trend = fields.Float(
        aggregator=None,
        help="Mean score of the later half of the answers less that of the earlier half.",
    )
    last_score = fields.Integer(aggregator=None, help="The latest overall score.")
    last_answered_at = fields.Datetime(string="Last Answer")

    _profile_window_unique = models.UniqueIndex("(profile_id, window_months)")

    @api.model
    def _get_windows(self, company):
        """Return the sorted window lengths, in months, that the company's figures need."""
        scheme = self.env["logistics.tier.scheme"]._get_in_force(company)
        return sorted({0, company.logistics_window_months, *scheme._get_window_months(company)})

    @api.model
    def _refresh(self, company, profile_ids, today):
        """Bring the facts of a batch of profiles up to date; only rows that changed are written.

        :param company: the company of the profiles
        :param profile_ids: ids of profiles
        :param today: date in the company's time zone
        :return: the number of rows written
        """
        windows = self._get_windows(company)
        names = SQL(", ").join(map(SQL.identifier, self._get_fact_names()))
        excluded = SQL(", ").join(
            SQL.identifier("excluded", name) for name in self._get_fact_names()
        )
        current = SQL(", ").join(
            SQL.identifier(self._table, name) for name in self._get_fact_names()
        )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO logistics_profile_fact
                        (profile_id, company_id, window_months, %(names)s)
                   %(facts)s
                   ON CONFLICT (profile_id, window_months) DO UPDATE
                      SET (%(names)s) = ROW(%(excluded)s)
                    WHERE (%(current)s) IS DISTINCT FROM (%(excluded)s)""",
                names=names,
                facts=self._get_facts_query(company, profile_ids, windows, today),
                excluded=excluded,
                current=current,
            )
        )
        written = self.env.cr.rowcount
        self.env.cr.execute(
            SQL(
                """DELETE FROM logistics_profile_fact
                    WHERE profile_id = ANY(%s) AND NOT window_months = ANY(%s)""",
                list(profile_ids),
                windows,
            )
        )
        self.env["logistics.profile"].invalidate_model(flush=False)
        self.invalidate_model(flush=False)
        return written + self.env.cr.rowcount

    @api.model
    def _get_fact_names(self):
        """Return the names of the columns that :meth:`_get_facts_query` yields, in its order."""
        return [
            "order_count",
            "order_amount",
            "refund_amount",
            "net_amount",
            "margin",
            "first_order_at",
            "last_order_at",
            "median_gap_days",
            "delivery_count",
            "delivery_judged_count",
            "on_time_count",
            "in_full_judged_count",
            "in_full_count",
            "overdue_amount",
            "payment_count",
            "mean_payment_delay",
            "answer_count",
            "satisfied_count",
            "csat",
            "mean_score",
            "score_trend",
            "last_score",
            "last_answered_at",
        ]

    @api.model
    def _get_facts_query(self, company, profile_ids, windows, today):
        """Return the SELECT of profile, company, window and facts for a batch of profiles.

        :param windows: lengths in months, 0 for since the first order
        """
        zone = company._get_logistics_tz()
        starts = SQL(", ").join(
            SQL(
                "(%s::int4, %s::timestamp, %s::date)",
                months,
                window_start(today, months, zone),
                window_first_day(today, months),
            )
            for months in windows
        )
        return SQL(
            """
            WITH win (months, since, first_day) AS (VALUES %(starts)s),
            %(customers)s, %(orders)s, %(deliveries)s, %(fulfilment)s, %(payments)s, %(refunds)s,
            %(answers)s
            SELECT p.id, p.company_id, win.months,
                   COALESCE(o.order_count, 0),
                   COALESCE(o.order_amount, 0),
                   COALESCE(r.refund_amount, 0),
                   COALESCE(o.order_amount, 0) - COALESCE(r.refund_amount, 0),
                   o.margin, o.first_order_at, o.last_order_at, o.median_gap_days,
                   COALESCE(d.delivery_count, 0),
                   COALESCE(d.delivery_judged_count, 0),
                   COALESCE(d.on_time_count, 0),
                   COALESCE(f.in_full_judged_count, 0),
                   COALESCE(f.in_full_count, 0),
                   COALESCE(y.overdue_amount, 0),
                   COALESCE(y.payment_count, 0),
                   y.mean_payment_delay,
                   COALESCE(a.answer_count, 0),
                   COALESCE(a.satisfied_count, 0),
                   a.csat, a.mean_score, a.score_trend, a.last_score, a.last_answered_at
              FROM logistics_profile p
        CROSS JOIN win
         LEFT JOIN order_fact o ON o.profile_id = p.id AND o.months = win.months
         LEFT JOIN delivery_fact d ON d.profile_id = p.id AND d.months = win.months
         LEFT JOIN fulfilment_fact f ON f.profile_id = p.id AND f.months = win.months
         LEFT JOIN payment_fact y ON y.profile_id = p.id AND y.months = win.months
         LEFT JOIN refund_fact r ON r.profile_id = p.id AND r.months = win.months
         LEFT JOIN answer_fact a ON a.profile_id = p.id AND a.months = win.months
             WHERE p.id = ANY(%(ids)s) AND p.company_id = %(company)s
            """,
            starts=starts,
            customers=self._get_customers_cte(company, profile_ids),
            orders=self._get_orders_cte(company),
            deliveries=self._get_deliveries_cte(company, zone),
            fulfilment=self._get_fulfilment_cte(),
            payments=self._get_payments_cte(company, today),
            refunds=self._get_refunds_cte(company),
            answers=self._get_answers_cte(company),
            ids=list(profile_ids),
            company=company.id,
        )

    def _get_customers_cte(self, company, profile_ids):
        """``customer``: the profiles of the batch with their partner and all its contacts."""
        return SQL(
            """customer AS (
                SELECT p.id AS profile_id, contact.id AS partner_id
                  FROM logistics_profile p
                  JOIN res_partner contact ON contact.commercial_partner_id = p.partner_id
                 WHERE p.id = ANY(%s) AND p.company_id = %s
            )""",
            list(profile_ids),
            company.id,
        )

    def _get_orders_cte(self, company):
        """``orders``: confirmed orders with their amount in company currency; ``order_fact``.

        A gap counts in a window when the later of its two orders lies in it.
        """
        return SQL(
            """orders AS (
                SELECT c.profile_id, so.id, so.date_order, so.partner_invoice_id AS payer_id,
                       COALESCE(so.promised_date, so.commitment_date) AS promised,
                       %(amount)s AS amount, %(margin)s AS margin,
                       EXTRACT(epoch FROM so.date_order - LAG(so.date_order) OVER (
                           PARTITION BY c.profile_id ORDER BY so.date_order, so.id
                       ))::float8 / 86400 AS gap
                  FROM customer c
                  JOIN sale_order so ON so.partner_id = c.partner_id
                 WHERE so.company_id = %(company)s AND so.state = 'sale'
            ), order_fact AS (
                SELECT o.profile_id, win.months,
                       COUNT(*) AS order_count,
                       ROUND(SUM(o.amount), 2) AS order_amount,
                       ROUND(SUM(o.margin), 2) AS margin,
                       MIN(o.date_order) AS first_order_at,
                       MAX(o.date_order) AS last_order_at,
                       PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY o.gap) AS median_gap_days
                  FROM orders o
                  JOIN win ON o.date_order >= win.since
                 GROUP BY o.profile_id, win.months
            )""",
            amount=self._get_company_amount_sql(company, SQL("so.amount_untaxed")),
            margin=self._get_margin_sql(company),
            company=company.id,
        )

    def _get_company_amount_sql(self, company, amount):
        """Return the amount of order ``so`` in company currency.

        At the rate of the order's date, or at the latest rate, as the company chose.
        """
        if company.logistics_currency_rate == "order":
            return SQL("(%s / COALESCE(NULLIF(so.currency_rate, 0), 1))::numeric", amount)
        return SQL(
            "(%s / COALESCE((%s::jsonb ->> so.currency_id::text)::numeric, 1))::numeric",
            amount,
            company._get_logistics_rates_json(),
        )

    def _get_margin_sql(self, company):
        if "margin" not in self.env["sale.order"]._fields:
            return SQL("NULL::numeric")
        return self._get_company_amount_sql(company, SQL("so.margin"))

    def _get_deliveries_cte(self, company, zone):
        """``transfer``: outgoing transfers, returns excluded; ``delivery_fact``: those done.

        The customer is the order's, else the transfer's. The promise is that of the order, else
        the deadline, else the scheduled date of the transfer. On time is judged by calendar day
        in the company's time zone (formula 1).
        """
        return SQL(
            """transfer AS MATERIALIZED (
                SELECT o.profile_id, o.id AS order_id, sp.state, %(handed_over)s AS date_done,
                       sp.location_dest_id = ANY(%(customer_locations)s) AS to_customer,
                       COALESCE(o.promised, sp.date_deadline, sp.scheduled_date) AS promised
                  FROM orders o
                  JOIN stock_picking sp ON sp.sale_id = o.id
                 WHERE sp.company_id = %(company)s AND sp.return_id IS NULL
                   AND sp.picking_type_id = ANY(%(outgoing_types)s) AND sp.state <> 'cancel'
             UNION ALL
                SELECT c.profile_id, NULL, sp.state, %(handed_over)s, TRUE,
                       COALESCE(sp.date_deadline, sp.scheduled_date)
                  FROM customer c
                  JOIN stock_picking sp ON sp.partner_id = c.partner_id
                 WHERE sp.company_id = %(company)s AND sp.return_id IS NULL
                   AND sp.sale_id IS NULL AND sp.state = 'done'
                   AND sp.picking_type_id = ANY(%(outgoing_types)s)
                   AND sp.location_dest_id = ANY(%(customer_locations)s)
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
            zone=zone,
            handed_over=self._get_handed_over_sql(),
            customer_locations=self._get_customer_location_ids(),
            outgoing_types=self._get_outgoing_type_ids(),
        )

    @api.model
    def _get_handed_over_sql(self):
        """Return the SQL of when the goods of transfer ``sp`` came to the customer.

        The word of the carrier or of staff where there is one, else the validation.
        """
        return SQL(
            """CASE WHEN sp.shipment_reported THEN sp.carrier_delivered_at
                    WHEN sp.state = 'done' THEN sp.date_done END"""
        )

    def _get_fulfilment_cte(self):
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
                           OR (SELECT SUM(sm.quantity * moved.factor)
                                 FROM stock_move sm
                                 JOIN uom_uom moved ON moved.id = sm.product_uom
                                WHERE sm.sale_line_id = line.id
                                  AND sm.product_id = line.product_id
                                  AND sm.state = 'done'
                                  AND sm.origin_returned_move_id IS NULL
                                  AND sm.location_dest_id = ANY(%(customer_locations)s)
                              ) >= line.product_uom_qty * ordered.factor - 0.00001
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
            customer_locations=self._get_customer_location_ids(),
        )

    def _get_customer_location_ids(self):
        # ids instead of a join: the planner cannot guess how many transfers go to customers;
        # the same ones whoever asks, for figures do not depend on a person's rights
        locations = self.env["stock.location"].sudo().with_context(active_test=False)
        return list(locations._search([("usage", "=", "customer")]))

    def _get_outgoing_type_ids(self):
        # the same ones whoever asks
        kinds = self.env["stock.picking.type"].sudo().with_context(active_test=False)
        return list(kinds._search([("code", "in", ("outgoing", "dropship"))]))

    def _get_payments_cte(self, company, today):
        """``payment_fact``: what is overdue today, and how late paid invoices were paid.

        It is the payer's record, whoever ordered. What a credit note settled was not paid.
        """
        return SQL(
            """receivable AS MATERIALIZED (
                SELECT c.profile_id, aml.date_maturity, aml.amount_residual,
                       CASE WHEN aml.amount_residual = 0 THEN (
                           SELECT MAX(settled.max_date) FROM account_partial_reconcile settled
                             JOIN account_move_line credit ON credit.id = settled.credit_move_id
                            WHERE settled.debit_move_id = aml.id
                              AND credit.display_type <> 'payment_term'
                       ) END AS paid_on
                  FROM customer c
                  JOIN account_move_line aml ON aml.partner_id = c.partner_id
                  JOIN account_move move ON move.id = aml.move_id
                 WHERE aml.company_id = %(company)s AND aml.parent_state = 'posted'
                   AND aml.display_type = 'payment_term' AND move.move_type = 'out_invoice'
            ), payment_fact AS (
                SELECT y.profile_id, win.months,
                       SUM(y.amount_residual) FILTER (
                           WHERE y.date_maturity < %(today)s
                       ) AS overdue_amount,
                       COUNT(y.paid_on) FILTER (
                           WHERE y.date_maturity >= win.first_day
                       ) AS payment_count,
                       (AVG(y.paid_on - y.date_maturity) FILTER (
                           WHERE y.date_maturity >= win.first_day
                       ))::float8 AS mean_payment_delay
                  FROM receivable y
            CROSS JOIN win
                 GROUP BY y.profile_id, win.months
            )""",
            company=company.id,
            today=today,
        )

    def _get_refunds_cte(self, company):
        """``refund_fact``: lines of posted credit notes in company currency, by who ordered.

        That is the payer, but where the line is linked to the order of somebody else.
        """
        return SQL(
            """paid_by_others AS (
                SELECT o.profile_id, o.id
                  FROM orders o
                  JOIN logistics_profile p ON p.id = o.profile_id
                  JOIN res_partner payer ON payer.id = o.payer_id
                 WHERE payer.commercial_partner_id <> p.partner_id
            ), refund AS (
                SELECT c.profile_id, aml.id, move.invoice_date, aml.balance
                  FROM customer c
                  JOIN logistics_profile p ON p.id = c.profile_id
                  JOIN account_move move ON move.partner_id = c.partner_id
                  JOIN account_move_line aml ON aml.move_id = move.id
             LEFT JOIN LATERAL (
                       SELECT contact.commercial_partner_id AS id
                         FROM sale_order_line_invoice_rel rel
                         JOIN sale_order_line line ON line.id = rel.order_line_id
                         JOIN sale_order so ON so.id = line.order_id
                         JOIN res_partner contact ON contact.id = so.partner_id
                        WHERE rel.invoice_line_id = aml.id
                        LIMIT 1) buyer ON TRUE
                 WHERE move.company_id = %(company)s AND move.state = 'posted'
                   AND move.move_type = 'out_refund' AND aml.display_type = 'product'
                   AND COALESCE(buyer.id, p.partner_id) = p.partner_id
             UNION
                SELECT o.profile_id, aml.id, move.invoice_date, aml.balance
                  FROM paid_by_others o
                  JOIN sale_order_line line ON line.order_id = o.id
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN account_move_line aml ON aml.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = aml.move_id
                 WHERE move.company_id = %(company)s AND move.state = 'posted'
                   AND move.move_type = 'out_refund'
            ), refund_fact AS (
                SELECT refund.profile_id, win.months,
                       ROUND(SUM(refund.balance), 2) AS refund_amount
                  FROM refund
                  JOIN win ON refund.invoice_date >= win.first_day
                 GROUP BY refund.profile_id, win.months
            )""",
            company=company.id,
        )

    def _get_answers_cte(self, company):
        """``answer_fact``: overall scores of complete answers of the customer and its contacts.

        The trend is the later half of the answers against the earlier one, by their order and not
        by time: few customers are asked evenly. An odd one is of the earlier half.
        """
        return SQL(
            """answer AS (
                SELECT c.profile_id, win.months, f.overall, f.answered_at, f.id,
                       NTILE(2) OVER (
                           PARTITION BY c.profile_id, win.months ORDER BY f.answered_at, f.id
                       ) AS half
                  FROM customer c
                  JOIN logistics_feedback f ON f.partner_id = c.partner_id
                  JOIN win ON f.answered_at >= win.since
                 WHERE f.company_id = %(company)s AND f.state = 'done' AND f.overall > 0
            ), answer_fact AS (
                SELECT profile_id, months,
                       COUNT(*) AS answer_count,
                       COUNT(*) FILTER (WHERE overall >= 4) AS satisfied_count,
                       AVG((overall >= 4)::int)::float8 AS csat,
                       AVG(overall)::float8 AS mean_score,
                       (AVG(overall) FILTER (WHERE half = 2)
                           - AVG(overall) FILTER (WHERE half = 1))::float8 AS score_trend,
                       (ARRAY_AGG(overall ORDER BY answered_at DESC, id DESC))[1] AS last_score,
                       MAX(answered_at) AS last_answered_at
                  FROM answer
                 GROUP BY profile_id, months
            )""",
            company=company.id,
        )
