from odoo import api, models
from odoo.tools import SQL

from ...customer.logistics_profile_fact import FactStep

DELIVERY_COLUMNS = {
    name: f"COALESCE(delivery_fact.{name}, 0)"
    for name in ("delivery_count", "delivery_judged_count", "on_time_count")
}
FULFILMENT_COLUMNS = {
    name: f"COALESCE(fulfilment_fact.{name}, 0)"
    for name in ("in_full_judged_count", "in_full_count")
}
OUTCOMES = ("logistics.outcome.delivery", "logistics.outcome.order")


class LogisticsProfileFact(models.Model):
    """What deliveries say of a customer: sums of their outcomes."""

    _inherit = "logistics.profile.fact"

    @api.model
    def _get_fact_steps(self):
        return [
            *super()._get_fact_steps(),
            FactStep("delivery_fact", "_get_deliveries_cte", DELIVERY_COLUMNS, OUTCOMES[:1]),
            FactStep("fulfilment_fact", "_get_fulfilment_cte", FULFILMENT_COLUMNS, OUTCOMES[1:]),
        ]

    @api.model
    def _get_mark_sources(self):
        return super()._get_mark_sources() | {
            name: SQL(
                "SELECT held.partner_id, held.company_id FROM mark JOIN %s held USING (id)",
                SQL.identifier(self.env[name]._table),
            )
            for name in OUTCOMES
        }

    @api.model
    def _get_crossing_parts(self, company, before, today):
        left = self._get_between_sql(
            SQL("held.delivered_day"), self._get_left_days(company, before, today)
        )
        return super()._get_crossing_parts(company, before, today) + [
            (
                name,
                SQL(
                    "SELECT held.id FROM %s held WHERE held.company_id = %s AND %s",
                    SQL.identifier(self.env[name]._table),
                    company.id,
                    left,
                ),
            )
            for name in OUTCOMES
        ]

    def _get_deliveries_cte(self, company, _today):
        """``delivery_fact``: deliveries that reached the customer, and those on time of them."""
        return SQL(
            """delivery_fact AS (
                SELECT c.profile_id, win.months,
                       COUNT(*) AS delivery_count,
                       COUNT(d.promised_day) AS delivery_judged_count,
                       COUNT(*) FILTER (WHERE d.is_on_time) AS on_time_count
                  FROM customer c
                  JOIN logistics_outcome_delivery d ON d.partner_id = c.partner_id
                  JOIN win ON d.delivered_at >= win.since
                 WHERE d.company_id = %s
                 GROUP BY c.profile_id, win.months
            )""",
            company.id,
        )

    def _get_fulfilment_cte(self, company, _today):
        """``fulfilment_fact``: orders in full among those that are delivered."""
        return SQL(
            """fulfilment_fact AS (
                SELECT c.profile_id, win.months,
                       COUNT(*) AS in_full_judged_count,
                       COUNT(*) FILTER (WHERE o.is_in_full) AS in_full_count
                  FROM customer c
                  JOIN logistics_outcome_order o ON o.partner_id = c.partner_id
                  JOIN win ON o.delivered_at >= win.since
                 WHERE o.company_id = %s
                 GROUP BY c.profile_id, win.months
            )""",
            company.id,
        )
