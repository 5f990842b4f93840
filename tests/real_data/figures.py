#!/usr/bin/env python3
"""Print the figures of a database as one JSON object: `make figures DB=<name>`.

Nothing else goes to standard output. What cannot be had is said on standard error, with a
status other than zero.
"""

import argparse
import json
import sys

import odoo_session
import psycopg2

from scripts.dev import Problem, connect

# Customers are commercial partners: a company's contacts order in its name.
CUSTOMERS = """
    WITH customer AS (
        SELECT partner.commercial_partner_id AS id, count(*) AS orders
          FROM sale_order so JOIN res_partner partner ON partner.id = so.partner_id
         GROUP BY partner.commercial_partner_id
    )
    SELECT count(*), count(*) FILTER (WHERE orders >= 2) FROM customer
"""
AMOUNTS = """
    SELECT coalesce(sum(amount) FILTER (WHERE NOT freight), 0),
           coalesce(sum(amount) FILTER (WHERE freight), 0)
      FROM (SELECT coalesce(line.is_delivery, false) AS freight,
                   line.price_subtotal / coalesce(nullif(so.currency_rate, 0), 1) AS amount
              FROM sale_order_line line JOIN sale_order so ON so.id = line.order_id
             WHERE line.display_type IS NULL) converted
"""
DELIVERIES = """
    SELECT coalesce(sum(delivery_count), 0), coalesce(sum(delivery_judged_count), 0),
           coalesce(sum(on_time_count), 0)
      FROM logistics_profile_fact WHERE window_months = 0
"""
TIERS = """
    SELECT coalesce(nullif(tier.code, ''), tier.name ->> 'en_US', 'none'), count(*)
      FROM logistics_profile profile
      LEFT JOIN logistics_tier tier ON tier.id = profile.tier_id
     WHERE profile.active
     GROUP BY 1 ORDER BY 1
"""
# An order reviewed several times: its delivery is judged by the latest answer alone.
SCORES = """
    SELECT count(*), avg(overall)::float8,
           (avg(overall) FILTER (WHERE punctuality = 'on_time'))::float8,
           (avg(overall) FILTER (WHERE punctuality = 'late'))::float8,
           avg((overall <= 2)::int)::float8
      FROM logistics_feedback WHERE state = 'done' AND overall > 0
"""
SCORE_NAMES = ("count", "mean", "mean_on_time", "mean_late", "low_share")


def figures(cr):
    """Return the figures as a dictionary; amounts in the currency of the company.

    ``on_time_rate`` is of deliveries done; rates of orders due are those of the report.
    """
    persons, repeat_persons = _row(cr, CUSTOMERS)
    goods, freight = _row(cr, AMOUNTS)
    deliveries, judged, on_time = _row(cr, DELIVERIES)
    return {
        "persons": persons,
        "repeat_persons": repeat_persons,
        "orders": _counts(cr, "SELECT state, count(*) FROM sale_order GROUP BY 1 ORDER BY 1"),
        "goods_amount": round(float(goods), 2),
        "freight_amount": round(float(freight), 2),
        "deliveries": deliveries,
        "late": judged - on_time,
        "on_time_rate": on_time / judged if judged else None,
        "tiers": _counts(cr, TIERS),
        "scores": dict(zip(SCORE_NAMES, _row(cr, SCORES), strict=True)),
    }


def report_figures(env):
    """Return what the delivery report says of all orders whose promise can be judged.

    OTIF and in full are of orders due, the fill rate is of orders shipped.
    """
    report = env["logistics.delivery.report"]
    cycle = ["cycle_days:avg", "cycle_sd:sum", "cycle_median:sum", "cycle_p95:sum"]
    rates = ["otif_rate:sum", "in_full_rate:sum", "fill_rate:sum"]
    [values] = report._read_group([], [], cycle + rates)
    return {
        "cycle_days": dict(zip(("mean", "sd", "median", "p95"), values[:4], strict=True)),
        **dict(zip(("otif_rate", "in_full_rate", "fill_rate"), values[4:], strict=True)),
    }


def _row(cr, query):
    cr.execute(query)
    return cr.fetchone()


def _counts(cr, query):
    cr.execute(query)
    return dict(cr.fetchall())


def main(argv=None):
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", required=True, help="name of a database with the addon")
    options = parser.parse_args(argv)
    try:
        connection = connect(options.db)
        with connection, connection.cursor() as cr:
            result = figures(cr)
        odoo_session.configure(options.db, log_level="critical")
        with odoo_session.environment(options.db) as env:
            result |= report_figures(env)
    except psycopg2.errors.UndefinedTable:
        sys.exit(f"The addon is not installed in the database {options.db}.")
    except (psycopg2.Error, Problem) as error:
        sys.exit(f"The figures of {options.db} cannot be read: {error}".strip())
    print(json.dumps(result))


if __name__ == "__main__":
    main()
