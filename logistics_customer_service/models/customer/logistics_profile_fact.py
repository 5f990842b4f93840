from dataclasses import dataclass

from odoo import api, fields, models
from odoo.tools import SQL, groupby

from ...tools.foundation.periods import window_first_day, window_start
from ..foundation import bulk

ORDER_COLUMNS = {
    "order_count": "COALESCE(order_fact.order_count, 0)",
    "order_amount": "COALESCE(order_fact.order_amount, 0)",
    "margin": "order_fact.margin",
    "first_order_at": "order_fact.first_order_at",
    "last_order_at": "order_fact.last_order_at",
    "median_gap_days": "order_fact.median_gap_days",
}
REFUND_COLUMNS = {
    "refund_amount": "COALESCE(refund_fact.refund_amount, 0)",
    "net_amount": "COALESCE(order_fact.order_amount, 0) - COALESCE(refund_fact.refund_amount, 0)",
}
PAYMENT_COLUMNS = {
    "overdue_amount": "COALESCE(payment_fact.overdue_amount, 0)",
    "payment_count": "COALESCE(payment_fact.payment_count, 0)",
    "mean_payment_delay": "payment_fact.mean_payment_delay",
}


@dataclass(frozen=True)
class FactStep:
    """One step of working out facts.

    :ivar name: of the table that has the step's facts, a row for a profile and a window, found by
        ``profile_id`` and ``months``
    :ivar method: name of the method that returns, for a company and today's date there, the SQL of
        that table and of those it is made from, as parts of a ``WITH``. They may read ``customer``
        (``profile_id``, ``partner_id``), ``win`` (``months``, ``since``, ``first_day``) and the
        tables of earlier steps.
    :ivar columns: the SQL expression of each fact by the name of its field
    :ivar sources: names of the models whose marked records change only facts of steps that name them.
        Steps that have the same are worked out together.
    """

    name: str
    method: str
    columns: dict
    sources: tuple = ()

    def _get_join(self):
        """Return the SQL that joins the facts to profile ``p`` and window ``win``."""
        return SQL(
            "LEFT JOIN %(fact)s ON %(fact)s.profile_id = p.id AND %(fact)s.months = win.months",
            fact=SQL.identifier(self.name),
        )


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
        profiles = self.env["logistics.profile"].browse(profile_ids)
        return self._refresh_changed(company, profiles, today)[0]

    @api.model
    def _refresh_changed(self, company, profiles, today, whole=False, causes=None):
        """Do what :meth:`_refresh` does.

        :param whole: whether the profiles are all active ones of the company from the first id to the
            last: then each source is read once from its beginning to its end
        :param causes: ids of profiles by the name of the model of what changed of theirs, where only
            facts that rest on it are to be worked out
        :return: pair of the number of rows written and the ids of the profiles whose facts changed
        """
        batch = SQL("p.id = ANY(%s)", profiles.ids)
        if whole and profiles:
            batch = SQL("p.id BETWEEN %s AND %s AND p.active", profiles[0].id, profiles[-1].id)
        windows = self._get_windows(company)
        self.env.flush_all()
        parts = [(batch, self._get_fact_steps())]
        if causes is not None:
            parts = self._get_due_parts(profiles, causes)
        written = {
            row_id
            for part, steps in parts
            for row_id in self._write_facts(company, part, windows, today, steps)
        }
        self.env.cr.execute(
            SQL(
                """DELETE FROM logistics_profile_fact
                    WHERE profile_id IN (SELECT p.id FROM logistics_profile p
                                          WHERE p.company_id = %s AND %s)
                      AND NOT window_months = ANY(%s)
                RETURNING profile_id""",
                company.id,
                batch,
                windows,
            )
        )
        dropped = self.env.cr.fetchall()
        self.env["logistics.profile"].invalidate_model(flush=False)
        self.invalidate_model(flush=False)
        changed = self.env.execute_query(
            SQL("SELECT DISTINCT profile_id FROM logistics_profile_fact WHERE id = ANY(%s)", list(written))
        )
        return len(written) + len(dropped), {row[0] for row in [*changed, *dropped]}

    def _get_due_parts(self, profiles, causes):
        """Return pairs of a condition on profile ``p`` and of the steps due for such profiles.

        What changed facts that no step names as its source, such as the profile, concerns all.
        """
        steps = self._get_fact_steps()
        sources = {name for step in steps for name in step.sources}
        unknown = self.env.execute_query(
            SQL(
                """SELECT asked.id FROM UNNEST(%s) AS asked (id)
                    WHERE NOT EXISTS (
                          SELECT FROM logistics_profile_fact held WHERE held.profile_id = asked.id)""",
                profiles.ids,
            )
        )
        anew = {row[0] for row in unknown}.union(*(causes[n] for n in causes.keys() - sources))
        due = [(anew, steps)]
        for names, group in groupby(steps, lambda step: step.sources):
            due.append((set().union(*(causes.get(name, ()) for name in names)) - anew, group))
        mine = set(profiles.ids)
        return [(SQL("p.id = ANY(%s)", list(ids & mine)), group) for ids, group in due if ids & mine]

    def _write_facts(self, company, batch, windows, today, steps):
        """Write what steps find; return the ids of the rows that changed."""
        facts = [name for step in steps for name in step.columns]
        names = ["profile_id", "company_id", "window_months", *facts]
        source = SQL(
            "FROM (%s) AS fresh(%s)",
            self._get_facts_query(company, batch, windows, today, steps),
            SQL(", ").join(map(SQL.identifier, names)),
        )
        if steps != self._get_fact_steps():  # the rows are there: to change them is half the work
            columns = SQL(", ").join(SQL.identifier("fresh", name) for name in facts)
            query = SQL(
                "SELECT held.id, %s %s JOIN %s held USING (profile_id, window_months)",
                columns,
                source,
                SQL.identifier(self._table),
            )
            return bulk.write_from(self, facts, query).ids
        return bulk.insert_from(
            self,
            {name: SQL.identifier(name) for name in names},
            source,
            SQL("(profile_id, window_months)"),
            update=facts,
        )

    # === BUSINESS METHODS ===#

    @api.model
    def _get_fact_steps(self):
        """Return the steps in which facts are worked out, in their order: list of :class:`FactStep`.

        Rooms above add steps for what they know of a customer.
        """
        return [
            FactStep("order_fact", "_get_orders_cte", ORDER_COLUMNS, ("sale.order", "account.move")),
            FactStep("refund_fact", "_get_refunds_cte", REFUND_COLUMNS, ("sale.order", "account.move")),
            FactStep(
                "payment_fact",
                "_get_payments_cte",
                PAYMENT_COLUMNS,
                ("account.move", "account.move.line"),
            ),
        ]

    @api.model
    def _get_fact_names(self):
        """Return the names of the columns that :meth:`_get_facts_query` yields, in its order."""
        return [name for step in self._get_fact_steps() for name in step.columns]

    @api.model
    def _get_facts_query(self, company, batch, windows, today, steps=None):
        """Return the SELECT of profile, company, window and facts for a batch of profiles.

        :param batch: condition on profile ``p`` that names the batch
        :param windows: lengths in months, 0 for since the first order
        :param steps: whose facts, by default those of all
        """
        steps = steps or self._get_fact_steps()
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
            %(customers)s, %(tables)s
            SELECT p.id, p.company_id, win.months, %(columns)s
              FROM logistics_profile p
        CROSS JOIN win
            %(joins)s
             WHERE %(batch)s AND p.company_id = %(company)s
            """,
            starts=starts,
            customers=self._get_customers_cte(company, batch),
            tables=SQL(", ").join(
                getattr(self, step.method)(company, today) for step in steps
            ),
            columns=SQL(", ").join(
                SQL(column) for step in steps for column in step.columns.values()
            ),
            joins=SQL(" ").join(step._get_join() for step in steps),
            batch=batch,
            company=company.id,
        )

    def _get_customers_cte(self, company, batch):
        """``customer``: the profiles of the batch with their partner and all its contacts."""
        return SQL(
            """customer AS MATERIALIZED (
                SELECT p.id AS profile_id, contact.id AS partner_id
                  FROM logistics_profile p
                  JOIN res_partner contact ON contact.commercial_partner_id = p.partner_id
                 WHERE %s AND p.company_id = %s
            )""",
            batch,
            company.id,
        )

    def _get_orders_cte(self, company, _today):
        """``orders``: confirmed orders with their amount in company currency; ``order_fact``.

        A gap counts in a window when the later of its two orders lies in it.
        """
        return SQL(
            """orders AS (
                SELECT c.profile_id, so.id, so.date_order, so.partner_invoice_id AS payer_id,
                       %(amount)s AS amount, %(margin)s AS margin,
                       DATE_PART('epoch', so.date_order - LAG(so.date_order) OVER (
                           PARTITION BY c.profile_id ORDER BY so.date_order, so.id
                       )) / 86400 AS gap
                  FROM customer c
                  JOIN sale_order so ON so.partner_id = c.partner_id
                 WHERE so.company_id = %(company)s AND so.state = 'sale'
            ), order_fact AS (
                SELECT o.profile_id, win.months,
                       COUNT(*) AS order_count,
                       ROUND(SUM(o.amount), %(places)s) AS order_amount,
                       ROUND(SUM(o.margin), %(places)s) AS margin,
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
            places=company.currency_id.decimal_places,
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

    def _get_refunds_cte(self, company, _today):
        """``refund_fact``: lines of posted credit notes in company currency, by who ordered.

        That is the payer, but where the line, or the invoice it takes back, is of the order of
        somebody else. What only undoes an invoice is no refund: that of an order line invoiced
        beyond what was ordered (issued anew, an advance, an order that was cancelled), or an
        invoice that is of no order.
        """
        return SQL(
            """paid_by_others AS (
                SELECT o.profile_id, o.id
                  FROM orders o
                  JOIN logistics_profile p ON p.id = o.profile_id
                  JOIN res_partner payer ON payer.id = o.payer_id
                 WHERE payer.commercial_partner_id <> p.partner_id
            ), noted AS (
                SELECT c.profile_id, move.id
                  FROM customer c
                  JOIN account_move move ON move.partner_id = c.partner_id
             UNION
                SELECT o.profile_id, move.id
                  FROM paid_by_others o
                  JOIN sale_order_line line ON line.order_id = o.id
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN account_move_line entry ON entry.id = rel.invoice_line_id
                  JOIN account_move move ON entry.move_id IN (move.id, move.reversed_entry_id)
            ), refund AS MATERIALIZED (
                SELECT noted.profile_id, aml.id, move.invoice_date, aml.balance, own.line_id
                  FROM noted
                  JOIN logistics_profile p ON p.id = noted.profile_id
                  JOIN account_move move ON move.id = noted.id
                  JOIN account_move_line aml ON aml.move_id = move.id
             LEFT JOIN LATERAL (
                       SELECT MIN(rel.order_line_id) AS line_id
                         FROM sale_order_line_invoice_rel rel
                        WHERE rel.invoice_line_id = aml.id) own ON TRUE
             LEFT JOIN LATERAL (
                       SELECT MIN(rel.order_line_id) AS line_id
                         FROM account_move_line entry
                         JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = entry.id
                        WHERE own.line_id IS NULL
                          AND entry.move_id = move.reversed_entry_id) undone ON TRUE
             LEFT JOIN sale_order_line line ON line.id = COALESCE(own.line_id, undone.line_id)
             LEFT JOIN sale_order so ON so.id = line.order_id
             LEFT JOIN res_partner buyer ON buyer.id = so.partner_id
                 WHERE move.company_id = %(company)s AND move.state = 'posted'
                   AND move.move_type = 'out_refund' AND aml.display_type = 'product'
                   AND COALESCE(buyer.commercial_partner_id, p.partner_id) = p.partner_id
                   AND (line.id IS NOT NULL OR move.reversed_entry_id IS NULL)
            ), billed AS (
                SELECT line.id,
                       CASE WHEN so.state = 'sale' THEN line.price_subtotal ELSE 0 END AS ordered,
                       COALESCE(SUM(aml.price_subtotal) FILTER (
                           WHERE aml.move_type = 'out_invoice'), 0) AS invoiced,
                       COALESCE(SUM(aml.price_subtotal) FILTER (
                           WHERE aml.move_type = 'out_refund'), 0) AS credited
                  FROM (SELECT DISTINCT line_id FROM refund) held
                  JOIN sale_order_line line ON line.id = held.line_id
                  JOIN sale_order so ON so.id = line.order_id
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN (SELECT entry.id, entry.price_subtotal, move.move_type
                          FROM account_move_line entry
                          JOIN account_move move ON move.id = entry.move_id
                         WHERE move.state = 'posted') aml ON aml.id = rel.invoice_line_id
                 GROUP BY line.id, so.state
            ), kept AS (
                SELECT id, CASE
                       WHEN credited > 0
                       THEN 1 - LEAST(GREATEST(invoiced - ordered, 0), credited) / credited
                       WHEN credited < 0
                       THEN 1 - GREATEST(LEAST(invoiced - ordered, 0), credited) / credited
                       ELSE 1 END AS share
                  FROM billed
            ), refund_fact AS (
                SELECT refund.profile_id, win.months,
                       ROUND(SUM(refund.balance * COALESCE(kept.share, 1)), %(places)s)
                           AS refund_amount
                  FROM refund
             LEFT JOIN kept ON kept.id = refund.line_id
                  JOIN win ON refund.invoice_date >= win.first_day
                 GROUP BY refund.profile_id, win.months
            )""",
            company=company.id,
            places=company.currency_id.decimal_places,
        )
