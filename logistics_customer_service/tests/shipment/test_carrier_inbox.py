import json
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.shipment.carrier_events import TooMany, parse
from ..common import MODULE
from .test_carrier_api import NOW, CarrierCommon, image, report

LOGGER = f"odoo.addons.{MODULE}.models.shipment.logistics_carrier_inbox"


@tagged("post_install", "-at_install")
class TestCarrierInbox(CarrierCommon):
    """What was accepted, until events are made of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api_key = cls.env["logistics.carrier.key"].create({"carrier_id": cls.carrier.id})
        cls.picking = cls._delivery("SF1", at=NOW)

    def _accept(self, *reports, key=None):
        reports = parse(json.dumps({"events": reports}).encode(), NOW)
        counts = self.Inbox._accept(key or self.api_key, reports)
        return counts["accepted"], counts["repeated"]

    def _get_events(self):
        return self.Event.search([("external_id", "=like", "E%")], order="id")

    def _fail_on(self, external_id):
        """Have events of one carrier's id fail when they are made."""
        prepare = type(self.Event)._prepare_report

        def fail(events, row, kinds):
            if row.external_id == external_id:
                raise ValueError("A rule of somebody's")
            return prepare(events, row, kinds)

        return patch.object(type(self.Event), "_prepare_report", fail)

    def test_the_job_takes_what_waits(self):
        self._accept(*map(report, range(3)))
        received_at = fields.Datetime.subtract(fields.Datetime.now(), minutes=3)
        self.Inbox.search([]).received_at = received_at
        self.assertEqual(self.api_key.last_used_at, received_at)
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_take_carrier_events").method_direct_trigger()
        self.env.invalidate_all()
        events = self._get_events()
        self.assertEqual(events.mapped("external_id"), ["E0", "E1", "E2"])
        self.assertEqual(events.picking_id, self.picking)
        self.assertEqual(set(events.mapped("received_at")), {received_at}, "when the carrier told it")
        self.assertEqual(self.api_key.last_used_at, received_at)
        self.assertFalse(self.Inbox.search([]))
        self.assertFalse(self.Inbox._take_or_rest())

    def test_repeated_before_and_after_it_is_taken(self):
        self.assertEqual(self._accept(report(1), report(2), report(1)), (2, 1))
        self.assertEqual(self._accept(report(2), report(3)), (1, 1))
        self._take()
        self.assertEqual(self._accept(report(3), report(1)), (0, 2))
        self._take()
        self.assertEqual(len(self._get_events()), 3)

    def test_what_is_an_event_already_is_none_again(self):
        """A request that had begun before the job ended brings what has just been taken."""
        self._accept(report(1))
        self._take()
        known = type(self.Inbox)._filter_new
        with patch.object(type(self.Inbox), "_filter_new", lambda inbox, key, reports: reports):
            self._accept(report(1), report(2))
        self.assertEqual(type(self.Inbox)._filter_new, known)
        self._take()
        self.assertEqual(len(self._get_events()), 2)
        self.assertFalse(self.Inbox.search([]))

    def test_a_bad_one_stands_alone_and_is_tried_again(self):
        self._accept(*map(report, range(5)))
        with self._fail_on("E3"), mute_logger(LOGGER):
            self._take()
        self.assertEqual(len(self._get_events()), 4)
        failed = self.Inbox.search([])
        self.assertEqual(failed.external_id, "E3")
        self.assertEqual(failed.failure_text, "A rule of somebody's")
        self.assertTrue(failed.failed_at)
        self.assertEqual(self._accept(report(3)), (0, 1), "it is kept")
        self._take()
        self.assertEqual(failed.exists(), failed, "it waits for somebody")
        failed.with_user(self.manager).action_retry()
        self._take()
        self.assertFalse(failed.exists())
        self.assertIn("E3", self._get_events().mapped("external_id"))

    def test_what_failed_keeps_no_names_for_ever(self):
        self._accept(report(1, signer="Anna Weber", photo=image()), report(2, signer="Ben Ott"))
        old, young = self.Inbox.search([])
        (old + young).failed_at = fields.Datetime.now()
        old.received_at = fields.Datetime.subtract(fields.Datetime.now(), months=2)
        self._retention("carrier_inbox")
        self._run_retention()
        self.assertEqual((old.signer_name, old.photo, old.raw_code), (False, False, "0"))
        self.assertEqual(young.signer_name, "Ben Ott")

    def test_who_sees_it(self):
        self._accept(report(1))
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        key = self.env["logistics.carrier.key"].create(
            {"carrier_id": self.carrier.id, "company_id": elsewhere.id}
        )
        self.assertEqual(self._accept(report(1), key=key), (1, 0))
        rows = self.Inbox.search([])
        self.assertEqual(rows.company_id, self.company + elsewhere)
        self.assertEqual(self.Inbox.with_user(self.manager).search([]).company_id, self.company)
        for user in (self.manager, self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                rows.with_user(user).action_retry()
        self._take()
        self.assertEqual(self._get_events().company_id, self.company + elsewhere)

    def test_key_and_carrier_may_go_meanwhile(self):
        carrier = self._new_carrier("Short-lived")
        key = self.env["logistics.carrier.key"].create({"carrier_id": carrier.id})
        self._accept(report(1), key=key)
        # one after the other: rows of the same transaction are checked in the midst of a cascade
        key.unlink()
        carrier.unlink()
        self.env.invalidate_all()
        self._take()
        self.assertEqual(self._get_events().external_id, "E1")

    def test_somebody_else_goes_first(self):
        """Who changes a delivery at the same time has the batch begin anew."""
        self._accept(report(1))
        receive = type(self.Event)._receive
        turns = []

        def collide(events, rows):
            turns.append(rows)
            if len(turns) == 1:
                raise SerializationFailure
            return receive(events, rows)

        with (
            patch.object(type(self.Event), "_receive", collide),
            patch.object(self.env.cr, "rollback"),
        ):
            self.assertEqual(self.Inbox._take_or_rest(), 1)
        self.assertEqual(len(turns), 2)
        self.assertEqual(len(self._get_events()), 1)

    def test_what_is_left_is_not_counted_for_every_request(self):
        counted = []
        count = type(self.api_key)._get_room

        def get_room(key):
            counted.append(key)
            return count(key)

        self.api_key.rate_limit = 100
        with patch.object(type(self.api_key), "_get_room", get_room):
            for number in range(10):
                self._accept(report(number))
        self.assertEqual(len(counted), 1)

    def test_no_more_than_the_limit_is_accepted(self):
        self.api_key.rate_limit = 30
        for number in range(30):
            self._accept(report(number))
            if number == 12:
                self._take()  # taken or waiting, it was sent
        with self.assertRaises(TooMany) as caught:
            self._accept(report(30))
        self.assertTrue(1 <= caught.exception.wait <= 60)
        self.assertEqual(self._accept(report(5)), (0, 1), "repeated: no cost")
