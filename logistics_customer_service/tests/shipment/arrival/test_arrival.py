from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....tools.foundation.periods import local_date
from ..test_shipment import ShipmentCommon

DAY = timedelta(days=1)


class ArrivalCommon(ShipmentCommon):
    """Deliveries promised, handed to a carrier, and told of; and what is called when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.Picking = cls.env["stock.picking"]

    def _promised(self, days, **vals):
        """Return an open delivery promised so many days from now."""
        picking = self._delivery(validate=False, commitment_date=self.now + days * DAY, **vals)
        self.assertTrue(picking.shipment_open)
        return picking

    def _under_way(self, days=3, **vals):
        """Return a delivery of which the carrier has said that it is in transit."""
        picking = self._promised(days, **vals)
        self._deliver(picking.sale_id)
        self._tell(picking, "in_transit")
        return picking

    def _tell(self, picking, kind, hours_ago=1, **vals):
        return self.Event.create(
            {
                "picking_id": picking.id,
                "carrier_id": picking.carrier_id.id,
                "kind": kind,
                "happened_at": self.now - timedelta(hours=hours_ago),
                "source": "carrier",
                **vals,
            }
        )

    def _arrived(self, days, count=1, gap_hours=None, carrier=None, **contact):
        """Make deliveries that took so many days to arrive, the day before yesterday."""
        customer = self._customer(**contact) if contact else self.customer
        arrived_at = self._days_ago(2)
        for _index in range(count):
            order = self._order(customer)
            picking = order.picking_ids
            picking.carrier_id = carrier or self.carrier
            self._deliver(order, at=arrived_at - days * DAY)
            picking.shipment_event_ids.unlink()
            if gap_hours:
                before = arrived_at - timedelta(hours=gap_hours)
                self._tell(picking, "in_transit", happened_at=before)
            self._tell(picking, "delivered", happened_at=arrived_at)

    def _learn(self):
        self._judge_outcomes()
        self.env["logistics.lead.time"]._refresh(
            self.company, self.company._get_logistics_today()
        )

    def _lead(self, carrier=None, country=False, state=False):
        return self.env["logistics.lead.time"].search(
            [
                ("company_id", "=", self.company.id),
                ("carrier_id", "=", (carrier or self.carrier).id),
                ("country_id", "=", country and country.id),
                ("state_id", "=", state and state.id),
            ]
        )

    def _watch(self):
        cron = self.env.ref("logistics_customer_service.ir_cron_watch_shipments")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _occasions(self):
        """Patch the hook; the list it yields fills with pairs of occasion and delivery."""
        told = []

        def note(pickings, occasion):
            # the cron goes through every company, that of the demo story included
            ours = pickings.filtered(lambda picking: picking.company_id == self.company)
            told.extend((occasion, picking.id) for picking in ours)

        self.startPatcher(patch.object(type(self.Picking), "_note_occasion", note))
        return told


@tagged("post_install", "-at_install")
class TestArrival(ArrivalCommon):
    def test_earliest_promise_of_its_lines(self):
        order = self._order(self.customer, confirm=False, commitment_date=self.now + DAY)
        order.order_line.copy({"order_id": order.id})
        order.action_confirm()
        picking = order.picking_ids
        self.assertEqual(picking.shipment_promised_at, self.now + DAY)
        order._agree_promise(self.now + 5 * DAY, "asked", order.order_line[1])
        self.assertEqual(picking.shipment_promised_at, self.now + DAY)
        order._agree_promise(self.now + 3 * DAY, "asked", order.order_line[0])
        self.assertEqual(picking.shipment_promised_at, self.now + 3 * DAY)

    def test_without_a_promise_the_plan_counts(self):
        picking = self._promised(3)
        order = picking.sale_id
        order.order_line.promised_date = order.promised_date = False
        picking._refresh_arrival()
        self.assertEqual(picking.shipment_promised_at, order.commitment_date)
        self.env.cr.execute(
            "UPDATE sale_order SET commitment_date = NULL WHERE id = %s", [order.id]
        )
        order.invalidate_recordset()
        picking.move_ids.date_deadline = self.now + 7 * DAY
        picking._refresh_arrival()
        self.assertEqual(picking.shipment_promised_at, self.now + 7 * DAY)
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_picking SET date_deadline = NULL WHERE id = %s", picking.ids)
        self.env.invalidate_all()
        picking._refresh_arrival()
        self.assertEqual(picking.shipment_promised_at, picking.scheduled_date)

    def test_carriers_estimate_then_experience_then_promise(self):
        picking = self._promised(3)
        self.assertEqual(picking.expected_arrival_source, "promise")
        self.assertEqual(picking.expected_arrival, picking.shipment_promised_at)
        self.company.logistics_lead_minimum = 1
        self._arrived(4)
        self._learn()
        self._deliver(picking.sale_id)
        today = self.company._get_logistics_today()
        self.assertEqual(picking.expected_arrival_source, "observed")
        self.assertEqual(self._day(picking.expected_arrival), today + 4 * DAY)
        self._tell(picking, "in_transit", expected_at=self.now + 2 * DAY)
        self.assertEqual(picking.expected_arrival_source, "carrier")
        self.assertEqual(picking.expected_arrival, self.now + 2 * DAY)

    def _day(self, instant):
        return local_date(instant, "Asia/Shanghai")

    def test_latest_estimate_counts_in_whatever_order_they_come(self):
        picking = self._under_way()
        self._tell(picking, "at_hub", 2, expected_at=self.now + 4 * DAY)
        self._tell(picking, "at_hub", 9, expected_at=self.now + 6 * DAY)
        self.assertEqual(picking.expected_arrival, self.now + 4 * DAY)

    def test_what_was_expected_last_stays_on_record(self):
        picking = self._under_way()
        self._tell(picking, "at_hub", expected_at=self.now + 9 * DAY)
        self.assertTrue(picking.delay_foreseen)
        self._tell(picking, "delivered")
        self.assertEqual(picking.expected_arrival, self.now + 9 * DAY)
        self.assertFalse(picking.delay_foreseen)
        self.assertFalse(picking.shipment_open)

    def test_open_until_handed_over_cancelled_or_back(self):
        delivered, cancelled, own, returned = (self._promised(2) for _index in range(4))
        cancelled.action_cancel()
        own.carrier_id = False
        self._deliver(own.sale_id)
        self._tell(returned, "in_transit")
        self.assertTrue(returned.shipment_open)
        self._tell(returned, "returned")
        self._tell(delivered, "signed_by_other")
        for picking in (delivered, cancelled, own, returned):
            self.assertFalse(picking.shipment_open)

    def test_other_transfers_are_not_watched(self):
        picking = self._promised(2)
        self._deliver(picking.sale_id)
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model="stock.picking"
        ).create({})
        wizard.product_return_moves.quantity = 1
        back = self.Picking.browse(wizard.action_create_returns()["res_id"])
        self.assertFalse(back.shipment_open)
        self.assertFalse(back.shipment_promised_at)

    def test_lead_times_by_region_with_coarser_ones_beside(self):
        china, shanghai = self.env.ref("base.cn"), self.env.ref("base.state_cn_SH")
        other = self.env["res.country.state"].search(
            [("country_id", "=", china.id), ("id", "!=", shanghai.id)], limit=1
        )
        self._arrived(1, count=3, country_id=china.id, state_id=shanghai.id)
        self._arrived(5, count=2, country_id=china.id, state_id=other.id)
        self._arrived(9, country_id=self.env.ref("base.fr").id)
        self._arrived(0, carrier=self._new_carrier("Other"))
        self._learn()
        self.assertEqual(self._lead(country=china, state=shanghai).median_days, 1)
        self.assertEqual(self._lead(country=china, state=other).delivery_count, 2)
        whole = self._lead(country=china)
        self.assertEqual((whole.delivery_count, whole.median_days, whole.p90_days), (5, 1, 5))
        self.assertEqual((self._lead().delivery_count, self._lead().p90_days), (6, 9))

        picking = self._promised(20)
        picking.partner_id.write({"country_id": china.id, "state_id": other.id})
        for minimum, days in ((2, 5), (3, 1), (6, 1), (7, None)):
            self.company.logistics_lead_minimum = minimum
            picking._refresh_arrival()
            (row,) = picking._get_arrival_rows()
            self.assertEqual(row["median_days"], days, f"from {minimum} deliveries on")

    def test_lead_times_are_days_of_the_companys_clock(self):
        """Handed over at 20:00 UTC and brought at 2:00: two days in UTC, the same in Shanghai."""
        order = self._order(self.customer)
        order.picking_ids.carrier_id = self.carrier
        picking = self._deliver(order, at=self._days_ago(3, hour=-4))
        picking.shipment_event_ids.unlink()
        self._tell(picking, "delivered", happened_at=self._days_ago(3, hour=2))
        self._learn()
        self.assertEqual(self._lead().median_days, 0)
        self.company.partner_id.tz = "UTC"
        self._learn()
        self.assertEqual(self._lead().median_days, 1)

    def test_carriers_pick_up_begins_the_lead_time(self):
        self._arrived(6)
        mine = [("company_id", "=", self.company.id), ("carrier_delivered_at", "!=", False)]
        picking = self.Picking.search(mine, limit=1)
        self._tell(picking, "picked_up", happened_at=self._days_ago(4))
        self._learn()
        self.assertEqual(self._lead().median_days, 2)

    def test_lead_times_twice_and_what_left_the_window(self):
        self._arrived(3)
        self._learn()
        lead = self._lead()
        lead.invalidate_recordset()
        written = lead.write_date
        self._learn()
        self.assertEqual(self._lead(), lead)
        self.assertEqual(lead.write_date, written, "what did not change is not written")
        self.company.logistics_lead_window_days = 1
        self._learn()
        self.assertFalse(self._lead())

    def test_lead_times_of_each_company(self):
        self._arrived(3)
        self._learn()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["logistics.lead.time"]._refresh(company, company._get_logistics_today())
        self.assertTrue(self._lead(), "another company's night does not touch it")
        stranger = self._new_user("stranger", "group_agent", company=company)
        seen = self.env["logistics.lead.time"].with_user(stranger)
        self.assertFalse(seen.with_context(allowed_company_ids=company.ids).search([]))

    def test_occasions_of_a_delay(self):
        picking = self._under_way()
        told = self._occasions()
        event = self._tell(picking, "at_hub", expected_at=self.now + 5 * DAY)
        self.assertTrue(picking.delay_foreseen)
        expected = [("new_arrival", picking.id), ("delay_foreseen", picking.id)]
        self.assertEqual(told, expected)
        picking._refresh_arrival()
        self._tell(picking, "at_hub", 0)
        self.assertEqual(told, expected, "told once")
        event.expected_at = self.now + 2 * DAY
        self.assertFalse(picking.delay_foreseen)
        self.assertEqual(told, [*expected, ("new_arrival", picking.id)])

    def test_agreed_date_is_no_news_and_ends_the_delay(self):
        picking = self._under_way()
        self._tell(picking, "at_hub", expected_at=self.now + 5 * DAY)
        told = self._occasions()
        order = picking.sale_id
        self.assertTrue(order.can_agree_promise, "the carrier has it, the customer has not")
        order._agree_promise(self.now + 6 * DAY, "asked")
        self.assertFalse(picking.delay_foreseen)
        self.assertFalse(told)
        self._tell(picking, "delivered")
        self.assertFalse(order.can_agree_promise)

    def test_missed_once_however_often_the_cron_runs(self):
        picking = self._promised(-2)
        self.assertTrue(picking.promise_missed_on, "promised in the past")
        later = self._promised(0)
        late_at = self.now - 2 * DAY
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET promised_date = %s WHERE id = %s",
            [late_at, later.sale_id.order_line.id],
        )
        self.env.cr.execute(
            "UPDATE stock_picking SET shipment_promised_at = %s WHERE id = %s",
            [late_at, later.id],
        )
        self.env.invalidate_all()
        told = self._occasions()
        self._watch()
        self._watch()
        self.assertEqual(told, [("missed", later.id)])
        self.assertEqual(later.promise_missed_on, self._day(late_at))
        later.sale_id._agree_promise(self.now + 3 * DAY, "asked")
        self.assertFalse(later.promise_missed_on, "a new promise is not missed")

    def test_not_missed_when_the_carrier_tells_late_that_it_came_in_time(self):
        in_time, late = self._under_way(), self._under_way()
        orders = (in_time + late).sale_id
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET promised_date = %s WHERE order_id = ANY(%s)",
            [self.now - 2 * DAY, orders.ids],
        )
        self.env.invalidate_all()
        (in_time + late)._refresh_arrival()
        missed_on = self._day(self.now - 2 * DAY)
        self.assertEqual((in_time + late).mapped("promise_missed_on"), [missed_on] * 2)
        self._tell(in_time, "delivered", happened_at=self.now - 2 * DAY)
        self._tell(late, "delivered", happened_at=self.now - DAY)
        self.assertFalse(in_time.promise_missed_on)
        self.assertEqual(late.promise_missed_on, missed_on)

    def test_deliveries_older_than_the_addon_are_taken_up_quietly(self):
        picking = self._promised(-2)
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE stock_picking SET shipment_open = NULL, promise_missed_on = NULL,
                      shipment_promised_at = NULL, expected_arrival = NULL WHERE id = %s""",
            [picking.id],
        )
        self.env.invalidate_all()
        told = self._occasions()
        self.company.write({"logistics_job_hour": 0, "logistics_lead_date": False})
        self._watch()
        self.assertTrue(picking.shipment_open)
        self.assertTrue(picking.promise_missed_on)
        self.assertFalse(told)
        self.assertEqual(self.company.logistics_lead_date, self.company._get_logistics_today())
        self.assertFalse(self.company.logistics_review_cursor_id)

    def test_one_bad_delivery_leaves_the_others(self):
        good, bad, other = (self._under_way() for _index in range(3))
        for picking in (good, bad, other):
            picking.shipment_event_ids.happened_at = self.now - 9 * DAY

        def note(pickings, occasion):
            if bad in pickings:
                raise ValueError("another addon's mistake")

        self.startPatcher(patch.object(type(self.Picking), "_note_occasion", note))
        with mute_logger("odoo.addons.logistics_customer_service.models.shipment.arrival.stock_picking"):
            self._watch()
        self.assertTrue(good.silent_since)
        self.assertTrue(other.silent_since)
        self.assertFalse(bad.silent_since)

    def test_silence_is_noted_once_and_ends_with_news(self):
        picking = self._under_way()
        told = self._occasions()
        self._watch()
        self.assertFalse(picking.silent_since, "heard of an hour ago")
        picking.shipment_event_ids.happened_at = self.now - 3 * DAY
        self._watch()
        self._watch()
        self.assertEqual(told, [("silent", picking.id)])
        self.assertEqual(picking.silent_since, self.now - 3 * DAY)
        silent = picking.shipment_event_ids.filtered(lambda event: event.kind == "silent")
        self.assertEqual((len(silent), silent.source), (1, "odoo"))
        self.assertEqual(picking.shipment_state, "in_transit")
        news = self._tell(picking, "at_hub", 1)
        self.assertFalse(picking.silent_since)
        self.assertEqual(picking.shipment_state, "at_hub")
        news.happened_at = self.now - 2.5 * DAY
        self._watch()
        self.assertEqual(picking.silent_since, self.now - 2.5 * DAY)
        self.assertEqual([occasion for occasion, _id in told], ["silent", "silent"])

    def test_late_news_from_before_the_latest_event_ends_nothing(self):
        picking = self._under_way()
        picking.shipment_event_ids.happened_at = self.now - 3 * DAY
        self._watch()
        self._tell(picking, "at_hub", 24 * 4)
        self.assertTrue(picking.silent_since)

    def test_silence_is_no_report(self):
        picking = self._promised(3)
        self._deliver(picking.sale_id)
        self._tell(picking, "silent", source="odoo")
        self.assertFalse(picking.shipment_reported)
        self.assertEqual(picking.delivered_source, "odoo")
        self.assertEqual(picking.shipment_state, "picked_up")

    def test_nobody_says_silent_but_the_system(self):
        picking = self._under_way()
        for source in ("staff", "carrier"):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._tell(picking, "silent", source=source)
                self.env.flush_all()
        kinds = dict(self.env["logistics.event.code"]._selection_kind())
        self.assertNotIn("silent", kinds)

    def test_usual_gap_of_the_carrier_counts(self):
        self.company.logistics_lead_minimum = 2
        self._arrived(9, count=2, gap_hours=100)
        self._learn()
        self.assertEqual(self._lead().gap_hours, 100)
        picking, other = self._under_way(), self._under_way(carrier=self._new_carrier("Other"))
        (picking + other).shipment_event_ids.happened_at = self.now - timedelta(hours=90)
        self._watch()
        self.assertFalse(picking.silent_since)
        self.assertTrue(other.silent_since, "48 hours where nothing is known")

    def test_arrived_and_lost_are_not_silent(self):
        pickings = self.Picking.union(*(self._under_way() for _index in range(2)))
        self._tell(pickings[0], "delivered")
        self._tell(pickings[1], "lost")
        pickings.shipment_event_ids.happened_at = self.now - 9 * DAY
        self._watch()
        self.assertFalse(pickings.filtered("silent_since"))

    def test_fifty_cost_the_queries_of_five(self):
        pickings = self.Picking.union(*(self._promised(2) for _index in range(55)))
        counts = []
        for batch in (pickings[:5], pickings[5:]):
            self.env.cr.execute(
                "UPDATE stock_picking SET shipment_open = FALSE, expected_arrival = NULL"
                " WHERE id = ANY(%s)",
                [batch.ids],
            )
            self.env.invalidate_all()
            self.company._get_logistics_tz()
            before = self.env.cr.sql_log_count
            batch._refresh_arrival()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(all(batch.mapped("shipment_open")))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 8)

    def test_silence_of_fifty_costs_the_queries_of_five(self):
        pickings = self.Picking.union(*(self._under_way() for _index in range(55)))
        pickings.shipment_event_ids.happened_at = self.now - 3 * DAY
        counts = []
        for batch in (pickings[:5], pickings[5:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch._note_silence()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertTrue(all(pickings.mapped("silent_since")))
        self.assertLessEqual(counts[1], counts[0] + 2)


@tagged("post_install", "-at_install")
class TestCorrectedDay(ArrivalCommon):
    """A day of validation that is corrected takes along what was concluded from it."""

    def test_without_a_carrier(self):
        picking = self._promised(-5)
        picking.carrier_id = False
        self._deliver(picking.sale_id)
        promised_on = local_date(self.now - 5 * DAY, self.company._get_logistics_tz())
        self.assertEqual(picking.promise_missed_on, promised_on)
        picking.date_done = self.now - 6 * DAY
        self.assertFalse(picking.promise_missed_on)
        told = self.startPatcher(patch.object(type(self.Picking), "_note_occasion"))
        picking.date_done = self.now - 2 * DAY
        self.assertEqual(picking.promise_missed_on, promised_on)
        told.assert_not_called()

    def test_with_a_carrier(self):
        picking = self._promised(3)
        self._deliver(picking.sale_id)
        picking.date_done = self.now - 2 * DAY
        event = picking.shipment_event_ids
        self.assertEqual((event.kind, event.happened_at), ("picked_up", self.now - 2 * DAY))
        self.assertEqual(picking.shipment_since, self.now - 2 * DAY)

    def test_what_the_carrier_says_stays(self):
        picking = self._promised(3)
        self._deliver(picking.sale_id)
        said = self._tell(picking, "picked_up")
        picking.date_done = self.now - 2 * DAY
        self.assertEqual(said.happened_at, self.now - timedelta(hours=1))
        self.assertFalse(picking.promise_missed_on)

    def test_corrected_word_of_staff(self):
        picking = self._under_way(-5)
        word = self._tell(picking, "delivered", source="staff")
        self.assertTrue(picking.promise_missed_on)
        word.happened_at = self.now - 6 * DAY
        self.assertFalse(picking.promise_missed_on)
