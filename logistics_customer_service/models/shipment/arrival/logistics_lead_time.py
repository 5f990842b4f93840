from odoo import api, fields, models
from odoo.tools import SQL

from ....tools.foundation.periods import local_midnight
from ....tools.shipment import shipment
from ...foundation import bulk

FIGURES = ("delivery_count", "median_days", "p90_days", "gap_count", "gap_hours")


class LogisticsLeadTime(models.Model):
    """How long a carrier takes to a region, from what it delivered lately.

    A row without state speaks of the whole country, one without country of all the carrier does;
    only that one knows the usual gap between two events. The nightly job writes them.
    """

    _name = "logistics.lead.time"
    _description = "Observed Lead Time"
    _order = "carrier_id, country_id, state_id"
    _rec_name = "carrier_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    carrier_id = fields.Many2one(
        "delivery.carrier", required=True, readonly=True, index=True, ondelete="cascade"
    )
    country_id = fields.Many2one("res.country", readonly=True, ondelete="cascade")
    state_id = fields.Many2one(
        "res.country.state", string="Region", readonly=True, ondelete="cascade"
    )
    delivery_count = fields.Integer(string="Deliveries", readonly=True)
    median_days = fields.Integer(
        string="Median (Days)",
        readonly=True,
        aggregator="avg",
        help="Half of the deliveries took no longer, in calendar days from hand-over to arrival.",
    )
    p90_days = fields.Integer(
        string="90th Percentile (Days)",
        readonly=True,
        aggregator="avg",
        help="Nine in ten deliveries took no longer.",
    )
    gap_count = fields.Integer(string="Gaps", readonly=True)
    gap_hours = fields.Float(
        string="Usual Gap (Hours)",
        readonly=True,
        aggregator="max",
        help="Nineteen in twenty gaps between two events of a shipment were no longer.",
    )

    _region_unique = models.UniqueIndex(
        "(company_id, carrier_id, COALESCE(country_id, 0), COALESCE(state_id, 0))"
    )

    @api.model
    def _refresh(self, company, today):
        """Work out the lead times of a company anew, in one statement, from what is judged.

        :param today: date in the company's time zone; the window ends before it
        """
        self.env.flush_all()
        zone = company._get_logistics_tz()
        window = fields.Date.subtract(today, days=company.logistics_lead_window_days)
        columns = ("carrier_id", "country_id", "state_id", *FIGURES)
        self.env.cr.execute(
            SQL(
                """WITH arrived AS MATERIALIZED (%(arrived)s),
                        fresh AS MATERIALIZED (%(fresh)s),
                        gone AS (
                            DELETE FROM logistics_lead_time old
                             WHERE old.company_id = %(company)s AND NOT EXISTS (
                                 SELECT FROM fresh
                                  WHERE fresh.carrier_id = old.carrier_id
                                    AND fresh.country_id IS NOT DISTINCT FROM old.country_id
                                    AND fresh.state_id IS NOT DISTINCT FROM old.state_id))
                   %(insertion)s""",
                arrived=self._get_arrived_query(company, local_midnight(window, zone)),
                fresh=self._get_fresh_query(),
                company=company.id,
                insertion=bulk.get_insert_from(
                    self,
                    {"company_id": company.id, **{name: SQL(name) for name in columns}},
                    SQL("FROM fresh"),
                    SQL("(company_id, carrier_id, COALESCE(country_id, 0), COALESCE(state_id, 0))"),
                    FIGURES,
                ),
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _get_arrived_query(self, company, since):
        """Return the query of what a carrier brought, with the days it took.

        :param since: naive UTC instant of the earliest arrival
        """
        return SQL(
            """SELECT sp.id, held.carrier_id, contact.country_id, contact.state_id,
                      held.transit_days AS days
                 FROM logistics_outcome_delivery held
                 JOIN stock_picking sp ON sp.id = held.picking_id
            LEFT JOIN res_partner contact ON contact.id = %(recipient)s
                WHERE held.company_id = %(company)s AND held.date_done IS NOT NULL
                  AND held.carrier_id IS NOT NULL AND held.transit_days IS NOT NULL
                  AND held.delivered_at >= %(since)s""",
            recipient=self.env["stock.picking"]._get_recipient_sql(),
            company=company.id,
            since=since,
        )

    @api.model
    def _get_fresh_query(self):
        """Return the query of lead times by region, and of gaps by carrier, from ``arrived``."""
        return SQL(
            """SELECT took.*, gap.gap_count, gap.gap_hours
                 FROM (SELECT carrier_id, country_id, state_id, COUNT(*) AS delivery_count,
                              PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
                              PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY days) AS p90_days
                         FROM arrived
                        GROUP BY GROUPING SETS ((carrier_id), (carrier_id, country_id),
                                                (carrier_id, country_id, state_id))
                       -- a region that nobody knows is no region
                       HAVING (GROUPING(country_id) = 1 OR country_id IS NOT NULL)
                          AND (GROUPING(state_id) = 1 OR state_id IS NOT NULL)) took
            LEFT JOIN (SELECT carrier_id, COUNT(*) AS gap_count,
                              ROUND(EXTRACT(epoch FROM PERCENTILE_DISC(0.95)
                                    WITHIN GROUP (ORDER BY gap)) / 3600, 2)::float8 AS gap_hours
                         FROM (SELECT arrived.carrier_id,
                                      event.happened_at - LAG(event.happened_at) OVER (
                                          PARTITION BY event.picking_id
                                          ORDER BY event.happened_at) AS gap
                                 FROM arrived
                                 JOIN logistics_shipment_event event
                                   ON event.picking_id = arrived.id
                                WHERE event.kind IS DISTINCT FROM %s
                                  AND event.is_held IS NOT TRUE) gaps
                        WHERE gap > INTERVAL '0'
                        GROUP BY carrier_id) gap
                   ON gap.carrier_id = took.carrier_id AND took.country_id IS NULL""",
            shipment.SILENT,
        )
