import json
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...tools.shipment.carrier_events import parse
from .test_carrier_api import report
from .test_shipment import ShipmentCommon

YEAR = timedelta(days=200)


@tagged("post_install", "-at_install")
class TestHeldEvents(ShipmentCommon):
    """What is said of a time that has not come."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()

    def _tell(self, ahead, picking=None, kind="delivered", **vals):
        picking = picking or self._delivery("LABHELD", validate=False)
        return self._carrier_event(
            picking.carrier_tracking_ref, kind=kind, happened_at=self.now + ahead, **vals
        )

    def _correct(self, event, instant, user=None):
        return self.env["logistics.time.correction"].with_user(user or self.supervisor).create(
            {
                "res_model": event._name,
                "res_id": event.id,
                "happened_at": instant,
                "reason": "The carrier's list",
            }
        )

    def test_staff_tell_of_no_future(self):
        picking = self._delivery("LABHELD")
        with self.assertRaises(ValidationError):
            self._say(picking, "delivered", source="staff", happened_at=self.now + YEAR)
        event = self._say(picking, "in_transit", source="staff", happened_at=self.now)
        with self.assertRaises(ValidationError):
            event.happened_at = self.now + YEAR
        with self.assertRaises(AccessError):
            event.with_user(self.agent).happened_at = self.now - timedelta(hours=1)

    def test_carriers_are_kept_and_marked_and_nothing_follows(self):
        event = self._tell(YEAR, expected_at=self.now + YEAR)
        picking = event.picking_id
        self.assertTrue(event.is_held)
        self.assertTrue(picking, "not lost")
        self.assertFalse(picking.shipment_state or picking.delivered_at or picking.shipment_reported)
        self.assertTrue(picking.shipment_open)
        self.assertNotEqual(picking.expected_arrival, self.now + YEAR)
        self.assertFalse(picking.sudo()._prepare_tracking_page()["movements"])

    def test_a_clock_that_is_a_little_fast(self):
        self.assertFalse(self._tell(timedelta(minutes=10)).is_held)
        self.company.logistics_clock_tolerance = 5
        self.assertTrue(self._tell(timedelta(minutes=10)).is_held)

    def test_corrected_by_a_supervisor(self):
        event = self._tell(YEAR)
        with self.assertRaises(AccessError):
            self._correct(event, self.now, self.agent)
        with self.assertRaises(UserError):
            self._correct(event, self.now + YEAR)
        kept = self._correct(event, self.now - timedelta(hours=2))
        self.assertEqual(kept.told_at, self.now + YEAR)
        self.assertFalse(event.is_held)
        self.assertEqual(event.picking_id.delivered_at, self.now - timedelta(hours=2))

    def test_time_that_comes_within_a_day(self):
        picking = self._delivery("LABHELD")
        soon = self._tell(timedelta(hours=2), picking, "in_transit")
        far = self._tell(timedelta(days=3), picking)
        with freeze_time(self.now + timedelta(days=4)):
            self.Event._release_held(self.company)
        self.assertEqual((soon.is_held, far.is_held), (False, True))
        self.assertEqual(picking.shipment_state, "in_transit")

    def test_a_request_is_not_refused_for_it(self):
        body = json.dumps({"events": [report(time="2031-01-01T00:00:00Z"), report(1)]}).encode()
        self.assertEqual(len(parse(body, self.now)), 2)
