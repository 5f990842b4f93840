import logging
from operator import methodcaller

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ....tools.foundation.parts import of_part
from ....tools.foundation.periods import local_date, local_midnight
from ....tools.shipment import arrival, shipment
from ...foundation import bulk
from ...foundation.isolation import isolate
from ..outcome.sale_order import JUDGED

_logger = logging.getLogger(__name__)

BATCH = 1000
# what the refresh writes
OUTLOOK = (
    "shipment_open",
    "shipment_promised_at",
    "expected_arrival",
    "expected_arrival_source",
    "delay_foreseen",
    "promise_missed_on",
    "silent_since",
)
# the columns by which it is worked out when a delivery is expected
READ_BY_ARRIVAL = {
    "stock.picking": (
        *OUTLOOK,
        *("company_id", "partner_id", "sale_id", "picking_type_id", "location_dest_id", "return_id"),
        *("location_id", "owed_to_customer"),
        *("state", "date_done", "date_deadline", "scheduled_date", "carrier_id"),
        *("shipment_state", "shipment_reported", "carrier_delivered_at"),
    ),
    "stock.move": ("picking_id", "sale_line_id", "state"),
    "stock.picking.type": ("code", "logistics_deliveries"),
    "stock.location": ("usage",),
    "sale.order": ("promised_date", "commitment_date", "partner_shipping_id"),
    "sale.order.line": ("promised_date",),
    "res.partner": ("country_id", "state_id", "tz"),
    "res.company": ("logistics_lead_minimum", "partner_id", "resource_calendar_id"),
    "resource.calendar": ("tz",),
    "logistics.shipment.event": ("picking_id", "kind", "source", "happened_at", "expected_at"),
    "logistics.lead.time": None,
}


class StockPicking(models.Model):
    """When the goods will reach the customer.

    Not computed fields: the day alone changes them, too, and what begins is told once. They are
    worked out by :meth:`_refresh_arrival`, on events, promises and transfers, and by the cron.
    """

    _inherit = "stock.picking"

    shipment_open = fields.Boolean(
        string="Still to Be Handed Over",
        readonly=True,
        copy=False,
        help="A delivery to a customer that has not got the goods yet.",
    )
    shipment_promised_at = fields.Datetime(
        string="Promised",
        readonly=True,
        copy=False,
        help="The earliest promise of the order lines that it brings; for older orders the delivery "
        "date, the deadline or the scheduled date.",
    )
    expected_arrival = fields.Datetime(readonly=True, copy=False)
    expected_arrival_source = fields.Selection(
        [
            (arrival.CARRIER, "Carrier's estimate"),
            (arrival.OBSERVED, "Usual time of the carrier"),
            (arrival.PROMISE, "Promise"),
        ],
        string="Expected, Says",
        readonly=True,
        copy=False,
    )
    delay_foreseen = fields.Boolean(
        string="Will Be Late",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Expected after the promised day, and not handed over yet.",
    )
    promise_missed_on = fields.Date(
        string="Missed",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The promised day that passed without the goods being handed over.",
    )
    silent_since = fields.Datetime(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When the last news of a shipment came that has been silent for longer than usual.",
    )

    _shipment_open_idx = models.Index("(company_id, shipment_promised_at) WHERE shipment_open")

    # === BUSINESS METHODS ===#

    def _note_occasion(self, occasion):
        """Called once when something begins that the customer may want to know.

        ``self`` are the deliveries, in a batch.

        :param occasion: one of ``new_arrival`` (expected on another day than before),
            ``delay_foreseen`` (expected after the promised day), ``missed`` (the promised day
            passed and the goods are not handed over), ``silent`` (no news for longer than usual),
            ``goods_out`` and ``delivered`` (validated, and brought without a carrier)
        """
        if not self:
            return
        for step in self._get_occasion_steps():
            getattr(self, step)(occasion)

    @api.model
    def _get_occasion_steps(self):
        """Return the names of the methods that take an occasion, in the order in which they act.

        Rooms above add theirs to the end.
        """
        return ["_note_notices", "_detect_exceptions"]

    def _refresh_arrival(self):
        """Work out anew when these deliveries are expected, and tell what begins.

        Two queries for any number of deliveries; only those that changed are written.
        """
        # whoever moves goods need not see where they go
        concerned = self.sudo().filtered(
            lambda picking: picking._is_customer_delivery() or picking.shipment_open
        )
        if not concerned.ids:
            return
        begun = {}
        changed = {}
        for row in concerned.with_env(self.env)._get_arrival_rows():
            before, after, was_open = self._compare(row)
            if after != {name: row[name] for name in OUTLOOK}:
                changed[row["id"]] = after
            # what was here before the addon, or is no delivery, is not announced
            if was_open is not None and row["is_delivery"]:
                for occasion in arrival.occasions(*before):
                    begun.setdefault(occasion, []).append(row["id"])
        # a transfer's own write would do much besides
        bulk.write(self, changed, modified=True)
        self.browse(changed)._mark_promised()
        for occasion, ids in begun.items():
            self.browse(ids)._note_occasion(occasion)

    def _mark_promised(self):
        """Have deliveries judged whose promise may be another one now."""
        self.env["logistics.mark"]._append(JUDGED, self._name, self.ids)

    def _compare(self, row):
        """Return the outlooks to compare, the values to hold, and whether it was open before.

        :param row: a mapping of :meth:`_get_arrival_rows`
        """
        zone = row["zone"]
        today = local_date(fields.Datetime.now(), zone)
        held = arrival.Outlook(
            row["expected_arrival"],
            row["expected_arrival_source"],
            bool(row["delay_foreseen"]),
            row["promise_missed_on"],
            row["silent_since"],
        )
        seen = arrival.outlook(
            arrival.Facts(
                promised_at=row["promised_at"],
                estimate=row["estimate"],
                handed_at=row["handed_at"],
                median_days=row["median_days"],
                p90_days=row["p90_days"],
                is_open=row["is_open"],
                last_news_at=row["last_news_at"],
                silent_since=row["silent_since"],
            ),
            today,
            zone,
        )
        # what was expected last stays on record when the goods have come
        expected = seen if row["is_expected"] else held
        values = {
            # empty: nobody has looked at it, as long as it is no delivery
            "shipment_open": row["is_open"] if row["is_delivery"] else None,
            "shipment_promised_at": row["promised_at"],
            "expected_arrival": expected.expected_at,
            "expected_arrival_source": expected.source,
            "delay_foreseen": seen.delay_foreseen,
            "promise_missed_on": (
                seen.missed_on
                if row["is_open"]
                else arrival.missed_still(
                    held.missed_on, row["handed_over_at"], zone, row["promised_at"]
                )
            ),
            "silent_since": seen.silent_since,
        }
        after = arrival.Outlook(
            values["expected_arrival"],
            values["expected_arrival_source"],
            values["delay_foreseen"],
            # that goods which have come were late is no news
            values["promise_missed_on"] if row["is_open"] else held.missed_on,
            values["silent_since"],
        )
        return (held, after, zone), values, row["shipment_open"]

    def _get_arrival_rows(self):
        """Return what is known of these deliveries and what is held of them: list of mappings."""
        self._flush_arrival()
        self.env.cr.execute(
            SQL(
                """SELECT sp.id, %(zone)s AS zone, %(held)s, estimate.expected_at AS estimate,
                          usual.median_days, usual.p90_days, news.last_at AS last_news_at,
                          %(promised_at)s AS promised_at,
                          %(handed_at)s AS handed_at, %(handed_over_at)s AS handed_over_at,
                          open.is_open, told.is_delivery,
                          open.is_open OR %(unreported)s AS is_expected
                     FROM stock_picking sp
                     JOIN res_company company ON company.id = sp.company_id
                LEFT JOIN res_partner contact ON contact.id = %(recipient)s
                LEFT JOIN sale_order so ON so.id = sp.sale_id
                     CROSS JOIN LATERAL (SELECT %(is_delivery)s AS is_delivery) told
                     CROSS JOIN LATERAL (
                     SELECT told.is_delivery AND COALESCE(%(is_open)s, FALSE) AS is_open
                     ) open
                LEFT JOIN LATERAL (
                     SELECT event.expected_at FROM logistics_shipment_event event
                      WHERE event.picking_id = sp.id AND event.expected_at IS NOT NULL
                        AND event.is_held IS NOT TRUE
                      ORDER BY event.happened_at DESC, event.expected_at DESC LIMIT 1
                     ) estimate ON TRUE
                LEFT JOIN LATERAL (%(last_news)s) news ON TRUE
                LEFT JOIN LATERAL (
                     SELECT lead.median_days, lead.p90_days FROM logistics_lead_time lead
                      WHERE lead.company_id = sp.company_id AND lead.carrier_id = sp.carrier_id
                        AND (lead.country_id IS NULL OR lead.country_id = contact.country_id)
                        AND (lead.state_id IS NULL OR lead.state_id = contact.state_id)
                        AND lead.delivery_count >= company.logistics_lead_minimum
                      ORDER BY lead.state_id NULLS LAST, lead.country_id NULLS LAST LIMIT 1
                     ) usual ON TRUE
                    WHERE sp.id = ANY(%(ids)s) AND sp.company_id IS NOT NULL
                      -- what is no delivery any more is not waited for
                      AND (told.is_delivery OR sp.shipment_open)
                    ORDER BY sp.id""",
                zone=self.env["res.company"]._get_logistics_tz_sql("company"),
                recipient=self._get_recipient_sql(),
                held=SQL(", ").join(SQL.identifier("sp", name) for name in OUTLOOK),
                promised_at=self._get_promised_sql(),
                handed_at=self._get_handed_to_carrier_sql(),
                handed_over_at=self._get_handed_over_sql(),
                is_open=self._get_open_sql(),
                is_delivery=self._get_delivery_sql(),
                unreported=self._get_unreported_sql(),
                last_news=self._get_last_news_query(),
                ids=self.ids,
            )
        )
        return self.env.cr.dictfetchall()

    def _flush_arrival(self):
        """Write what the query reads and no more.

        It runs in the midst of core's confirming and validating: whatever else were computed then
        would stay in the cache as it is half-way.
        """
        for model, names in READ_BY_ARRIVAL.items():
            self.env[model].flush_model(names)

    @api.model
    def _get_open_sql(self):
        """Tell in SQL whether the goods of delivery ``sp`` are still to reach the customer.

        What was lost or came back is so for good, in part, too.
        """
        return SQL(
            """(sp.state NOT IN ('draft', 'cancel') AND (%s) IS NULL
                AND COALESCE(sp.shipment_state, '') NOT IN %s)""",
            self._get_handed_over_sql(),
            (shipment.RETURNED, shipment.LOST, shipment.PARTLY_DELIVERED),
        )

    @api.model
    def _get_unreported_sql(self):
        """Tell in SQL whether a carrier has the goods of ``sp`` and has not said a word yet.

        Its validation counts as delivery so far; when to expect the goods is known all the same.
        """
        return SQL(
            """(sp.state = 'done' AND sp.carrier_id IS NOT NULL
                AND sp.shipment_reported IS NOT TRUE)"""
        )

    @api.model
    def _get_handed_to_carrier_sql(self):
        """Return the SQL of when the carrier got the goods of ``sp``: as it or staff say, else
        the validation."""
        return SQL(
            """COALESCE(
                (SELECT MIN(event.happened_at) FROM logistics_shipment_event event
                  WHERE event.picking_id = sp.id AND event.kind = %s AND event.source <> %s
                    AND event.is_held IS NOT TRUE),
                CASE WHEN sp.state = 'done' THEN sp.date_done END)""",
            shipment.PICKED_UP,
            shipment.ODOO,
        )

    @api.model
    def _get_last_news_query(self):
        return SQL(
            """SELECT MAX(event.happened_at) AS last_at FROM logistics_shipment_event event
                WHERE event.picking_id = sp.id AND event.kind IS DISTINCT FROM %s
                  AND event.is_held IS NOT TRUE""",
            shipment.SILENT,
        )

    @api.model
    @of_part("shipments")
    def _cron_watch_shipments(self):
        """Note what time alone brings about: a new day, a missed promise, silence.

        Each company: lead times once a day, then the open deliveries batch by batch; at every run
        the promises missed since, and the shipments that fell silent.
        """
        cron = self.env["ir.cron"]
        companies = self.env["res.company"].search([])
        cron._commit_progress(remaining=len(companies))
        for number, company in enumerate(companies, 1):
            try:
                self.with_company(company)._watch(company)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()  # the next run takes up what is left
            except Exception:  # one company's trouble is not the others'
                self.env.cr.rollback()
                _logger.exception("Shipments of company %s are not watched", company.id)
            if not cron._commit_progress(1, remaining=len(companies) - number):
                return

    @api.model
    def _watch(self, company):
        company._start_review()
        cron = self.env["ir.cron"]
        while company.logistics_review_cursor_id:
            company._review_batch()
            if not cron._commit_progress():
                return
        self.env["logistics.shipment.event"]._release_held(company)
        for find, work in (
            (self._find_missed, "_refresh_arrival"),
            (self._find_silent, "_note_silence"),
        ):
            last_id = 0
            while pickings := find(company, last_id):
                last_id = max(pickings.ids)
                pickings._isolate(work)
                if not cron._commit_progress():
                    return

    def _isolate(self, work):
        """Do ``work`` on deliveries; one that cannot be worked on is logged and left out.

        :param work: name of the method
        """
        isolate(
            self,
            methodcaller(work),
            lambda picking, error: _logger.warning("Delivery %s is left out: %s", picking.id, error),
        )

    @api.model
    def _find_to_review(self, company):
        """Return the next deliveries that are open, or that nobody has looked at yet."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT sp.id FROM stock_picking sp
                    WHERE sp.company_id = %s AND sp.id >= %s AND sp.state <> 'cancel'
                      AND (sp.shipment_open OR (sp.shipment_open IS NULL AND %s AND %s))
                    ORDER BY sp.id
                    LIMIT %s""",
                company.id,
                company.logistics_review_cursor_id,
                self._get_delivery_sql(),
                self._get_open_sql(),
                BATCH,
            )
        )
        return self.browse([picking_id for (picking_id,) in rows])

    @api.model
    def _find_missed(self, company, after_id):
        """Return the next open deliveries whose promised day passed and is not noted yet."""
        zone = company._get_logistics_tz()
        midnight = local_midnight(company._get_logistics_today(), zone)
        return self.search(
            [
                ("company_id", "=", company.id),
                ("shipment_open", "=", True),
                ("shipment_promised_at", "<", midnight),
                ("promise_missed_on", "=", False),
                ("id", ">", after_id),
            ],
            order="id",
            limit=BATCH,
        )

    @api.model
    def _find_silent(self, company, after_id):
        """Return the next shipments under way without news for longer than is usual."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT sp.id
                     FROM stock_picking sp
                LEFT JOIN logistics_lead_time usual
                       ON usual.company_id = sp.company_id AND usual.carrier_id = sp.carrier_id
                      AND usual.country_id IS NULL AND usual.gap_count >= %(minimum)s
                     CROSS JOIN LATERAL (%(last_news)s) news
                    WHERE sp.shipment_open AND sp.company_id = %(company)s AND sp.id > %(after_id)s
                      AND sp.state = 'done' AND sp.shipment_reported
                      AND sp.silent_since IS DISTINCT FROM news.last_at
                      AND news.last_at + COALESCE(usual.gap_hours, %(hours)s)
                          * INTERVAL '1 hour' < %(now)s
                    ORDER BY sp.id
                    LIMIT %(limit)s""",
                minimum=company.logistics_lead_minimum,
                hours=company.logistics_silence_hours,
                last_news=self._get_last_news_query(),
                company=company.id,
                after_id=after_id,
                now=fields.Datetime.now(),
                limit=BATCH,
            )
        )
        return self.browse([picking_id for (picking_id,) in rows])

    def _note_silence(self):
        """Note the silence of shipments: an event each, once until there is news."""
        news = SQL(
            "SELECT sp.id, (%s) FROM stock_picking sp WHERE sp.id = ANY(%s)",
            self._get_last_news_query(),
            self.ids,
        )
        bulk.write_from(self, ["silent_since"], news)
        self.env["logistics.shipment.event"].create(
            [picking._prepare_silence_vals() for picking in self]
        )
        self._note_occasion(arrival.SILENT)

    def _prepare_silence_vals(self):
        return {
            "picking_id": self.id,
            "company_id": self.company_id.id,
            "carrier_id": self.carrier_id.id,
            "kind": shipment.SILENT,
            "source": shipment.ODOO,
            "user_id": False,
        }
