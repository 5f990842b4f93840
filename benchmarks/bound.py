"""The facts of all customers in plain SQL: the bound that the nightly job is held against.

Each source is read once and grouped once for all customers, without batches, upserts, scores or
tiers. It is written apart from the addon, so that it checks the addon's facts as well.
"""

import time

FACTS = {
    "order_count": 0,
    "order_amount": 0.005,
    "refund_amount": 0.005,
    "net_amount": 0.005,
    "first_order_at": None,
    "last_order_at": None,
    "median_gap_days": 1e-6,
    "delivery_count": 0,
    "delivery_judged_count": 0,
    "on_time_count": 0,
    "in_full_judged_count": 0,
    "in_full_count": 0,
    "overdue_amount": 0.005,
    "payment_count": 0,
    "mean_payment_delay": 1e-6,
}

BOUND = """
CREATE TEMPORARY TABLE bound AS
WITH win (months, since) AS (
    SELECT months, CASE WHEN months = 0 THEN '-infinity'::timestamp
        ELSE (%(today)s::date - make_interval(months => months))
             AT TIME ZONE %(zone)s AT TIME ZONE 'UTC' END
      FROM unnest(%(windows)s) months
), placed AS (
    SELECT partner.commercial_partner_id AS partner_id, so.id, so.date_order,
           so.amount_untaxed / so.currency_rate AS amount,
           coalesce(so.promised_date, so.commitment_date) AS promised,
           extract(epoch FROM so.date_order - lag(so.date_order) OVER (
               PARTITION BY partner.commercial_partner_id ORDER BY so.date_order, so.id
           ))::float8 / 86400 AS gap
      FROM sale_order so JOIN res_partner partner ON partner.id = so.partner_id
     WHERE so.state = 'sale' AND so.company_id = %(company)s
), ordered AS (
    SELECT partner_id, months, count(*) AS order_count, sum(amount) AS order_amount,
           min(date_order) AS first_order_at, max(date_order) AS last_order_at,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median_gap_days
      FROM placed JOIN win ON date_order >= since
     GROUP BY partner_id, months
), delivery AS (
    SELECT placed.partner_id, sp.sale_id, sp.date_done,
           coalesce(placed.promised, sp.date_deadline, sp.scheduled_date) AS promised
      FROM stock_picking sp
      JOIN placed ON placed.id = sp.sale_id
      JOIN stock_picking_type kind ON kind.id = sp.picking_type_id AND kind.code = 'outgoing'
      JOIN stock_location dest ON dest.id = sp.location_dest_id AND dest.usage = 'customer'
     WHERE sp.state = 'done' AND sp.return_id IS NULL
), delivered AS (
    SELECT partner_id, months, count(*) AS delivery_count,
           count(promised) AS delivery_judged_count,
           count(*) FILTER (
               WHERE (date_done AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                  <= (promised AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date) AS on_time_count
      FROM delivery JOIN win ON date_done >= since
     GROUP BY partner_id, months
), shipped AS (
    SELECT sale_line_id, sum(quantity) AS quantity
      FROM stock_move sm JOIN stock_location dest ON dest.id = sm.location_dest_id
     WHERE sm.state = 'done' AND dest.usage = 'customer'
       AND sm.origin_returned_move_id IS NULL
     GROUP BY sale_line_id
), judged AS (
    SELECT line.order_id, bool_and(coalesce(quantity, 0) >= product_uom_qty) AS in_full
      FROM sale_order_line line
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      LEFT JOIN shipped ON shipped.sale_line_id = line.id
     WHERE template.type = 'consu'
     GROUP BY line.order_id
), fulfilled AS (
    SELECT partner_id, months, count(*) AS in_full_judged_count,
           count(*) FILTER (WHERE in_full) AS in_full_count
      FROM (SELECT partner_id, sale_id, max(date_done) AS date_done
              FROM delivery GROUP BY partner_id, sale_id) closed
      JOIN judged ON judged.order_id = closed.sale_id
      JOIN win ON date_done >= since
     GROUP BY partner_id, months
), receivable AS (
    SELECT partner.commercial_partner_id AS partner_id, aml.date_maturity, aml.amount_residual,
           CASE WHEN aml.amount_residual = 0 THEN settled.paid_on END AS paid_on
      FROM account_move_line aml
      JOIN account_move move ON move.id = aml.move_id AND move.move_type = 'out_invoice'
      JOIN res_partner partner ON partner.id = aml.partner_id
      LEFT JOIN (SELECT debit_move_id, max(max_date) AS paid_on
                   FROM account_partial_reconcile GROUP BY debit_move_id) settled
        ON settled.debit_move_id = aml.id
     WHERE aml.parent_state = 'posted' AND aml.display_type = 'payment_term'
       AND aml.company_id = %(company)s
), paid AS (
    SELECT partner_id, months,
           sum(amount_residual) FILTER (WHERE date_maturity < %(today)s) AS overdue_amount,
           count(paid_on) FILTER (WHERE date_maturity >= since) AS payment_count,
           (avg(paid_on - date_maturity) FILTER (WHERE date_maturity >= since))::float8
           AS mean_payment_delay
      FROM receivable CROSS JOIN win
     GROUP BY partner_id, months
), refunded AS (
    SELECT partner.commercial_partner_id AS partner_id, months,
           -sum(move.amount_untaxed_signed) AS refund_amount
      FROM account_move move
      JOIN res_partner partner ON partner.id = move.partner_id
      JOIN win ON move.invoice_date >= since
     WHERE move.move_type = 'out_refund' AND move.state = 'posted'
       AND move.company_id = %(company)s
     GROUP BY partner.commercial_partner_id, months
)
SELECT customer.partner_id, win.months AS window_months,
       coalesce(order_count, 0) AS order_count, coalesce(order_amount, 0) AS order_amount,
       coalesce(refund_amount, 0) AS refund_amount,
       coalesce(order_amount, 0) - coalesce(refund_amount, 0) AS net_amount,
       first_order_at, last_order_at, median_gap_days,
       coalesce(delivery_count, 0) AS delivery_count,
       coalesce(delivery_judged_count, 0) AS delivery_judged_count,
       coalesce(on_time_count, 0) AS on_time_count,
       coalesce(in_full_judged_count, 0) AS in_full_judged_count,
       coalesce(in_full_count, 0) AS in_full_count,
       coalesce(overdue_amount, 0) AS overdue_amount,
       coalesce(payment_count, 0) AS payment_count, mean_payment_delay
  FROM (SELECT DISTINCT partner_id FROM placed) customer
 CROSS JOIN win
  LEFT JOIN ordered USING (partner_id, months)
  LEFT JOIN delivered USING (partner_id, months)
  LEFT JOIN fulfilled USING (partner_id, months)
  LEFT JOIN paid USING (partner_id, months)
  LEFT JOIN refunded USING (partner_id, months)
"""


def run_bound(cr, company, windows, today, zone):
    """Fill the temporary table ``bound``; return the seconds it took."""
    cr.execute("DROP TABLE IF EXISTS bound")
    started = time.monotonic()
    parameters = {"company": company, "windows": windows, "today": today, "zone": zone}
    cr.execute(BOUND, parameters)
    return time.monotonic() - started


def differences(cr, company):
    """Return how many customers' facts differ from the bound, by fact; empty is as it should be."""
    checks = {name: _differs(name, tolerance) for name, tolerance in FACTS.items()}
    counts = ", ".join(f"count(*) FILTER (WHERE {check})" for check in checks.values())
    cr.execute(
        f"""SELECT count(*) FILTER (WHERE fact.profile_id IS NULL), {counts}
              FROM bound b
              LEFT JOIN logistics_profile p
                ON p.partner_id = b.partner_id AND p.company_id = {int(company)}
              LEFT JOIN logistics_profile_fact fact
                ON fact.profile_id = p.id AND fact.window_months = b.window_months"""
    )
    return {name: count for name, count in zip(["missing", *checks], cr.fetchone(), strict=True) if count}


def _differs(name, tolerance):
    """Return SQL that tells whether a fact differs by more than rounding."""
    if not tolerance:
        return f"b.{name} IS DISTINCT FROM fact.{name}"
    return f"(b.{name} IS NULL) <> (fact.{name} IS NULL) OR abs(b.{name} - fact.{name}) > {tolerance} + 1e-9"
