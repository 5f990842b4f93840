import base64
import hashlib
import hmac
import io
import json
import random
import time
from datetime import datetime, timedelta
from unittest.mock import patch

from PIL import Image

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...tools.shipment.carrier_events import MAX_BODY, BadRequest, parse
from .test_shipment import ShipmentCommon

URL = "/logistics/v1/carrier/events"
NOW = datetime(2026, 3, 2, 4)


def report(number=0, **values):
    """Return one event as a carrier sends it."""
    return {
        "id": f"E{number}",
        "tracking_number": "SF1",
        "code": "0",
        "time": f"2026-03-02T12:{number % 60:02}:00+08:00",
        **values,
    }


def image(kind="PNG"):
    stream = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(stream, kind)
    return base64.b64encode(stream.getvalue()).decode()


def mangled(rng, body):
    """Return a valid body with something broken in it, or bytes of no meaning."""
    if rng.random() < 0.1:
        return rng.randbytes(rng.randrange(200))
    data = bytearray(body)
    for _turn in range(rng.randrange(1, 4)):
        place = rng.randrange(len(data))
        match rng.randrange(4):
            case 0:
                data[place] = rng.randrange(256)
            case 1:
                del data[place : place + rng.randrange(1, 20)]
            case 2:
                data[place:place] = rng.choice(PIECES)
            case 3:
                data[place] = rng.choice(b"abc019 ")
        data = data or bytearray(b"{")
    return bytes(data)


PIECES = [
    b"null", b"-1", b"1e999", b"NaN", b'"', b"[", b"{", b"\\u0000", b"\\ud800", b"\xff",
    b'"events":', b"9" * 30, b"[" * 3000, b"'; DROP TABLE res_users; --", b"0001-01-01T00:00+14:00",
]  # fmt: skip


class CarrierCommon(ShipmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Inbox = cls.env["logistics.carrier.inbox"]

    def _tell(self, key, reports):
        """Do what a request does, and then the job; return what the request is answered."""
        counts = self.Inbox._accept(key, reports)
        self._take()
        return counts

    def _take(self):
        """Do what the job does; without its commits."""
        while self.Inbox._take_or_rest():
            continue
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestCarrierParser(CarrierCommon):
    def _refused(self, **values):
        body = json.dumps({"events": [report(), report(1, **values)]}).encode()
        with self.assertRaises(BadRequest) as caught:
            parse(body, NOW)
        self.assertEqual(caught.exception.event, 1)
        return caught.exception.field

    def test_names_event_and_field(self):
        for field, wrong in (
            ("id", ""), ("id", None), ("id", True), ("id", "x" * 129), ("id", "a b"),
            ("tracking_number", "A,B"), ("tracking_number", "\0"), ("code", []),
            ("time", "2026-03-02T12:00:00"), ("time", "yesterday"), ("time", 5),
            ("time", "1999-12-31T00:00:00Z"), ("time", "10000-01-01T00:00:00Z"),
            ("time", "0001-01-01T00:00:00+14:00"), ("place", "x" * 257), ("text", 5),
            ("signer", {}), ("signature", "no base64!"), ("photo", "aGVsbG8="),
            ("photo", image("JPEG")[:400]), ("photo", "é"), ("photo", []), ("photo", False),
            ("expected_at", "2026-03-05"), ("expected_at", 5), ("expected_at", "tomorrow"),
            ("expected_at", "2028-03-04T12:00:00Z"),
        ):  # fmt: skip
            with self.subTest(field=field, wrong=wrong):
                self.assertEqual(self._refused(**{field: wrong}), field)

    def test_takes_what_is_right(self):
        values = {"text": "a\x07b\n", "place": " ", "code": 301, "photo": image("JPEG")}
        (parsed,) = parse(json.dumps({"events": [report(**values)]}).encode(), NOW)
        self.assertEqual((parsed.text, parsed.place, parsed.code), ("ab", None, "301"))
        self.assertEqual(parsed.time, NOW)
        self.assertIsNone(parsed.expected_at)

    def test_takes_an_estimate(self):
        for value, expected in (
            ("2026-03-05T18:00:00+08:00", datetime(2026, 3, 5, 10)),
            ("", None),
            (None, None),
        ):
            body = json.dumps({"events": [report(expected_at=value)]}).encode()
            (parsed,) = parse(body, NOW)
            self.assertEqual(parsed.expected_at, expected)
        key = self.env["logistics.carrier.key"].create({"carrier_id": self.carrier.id})
        picking = self._delivery("SF1", at=NOW)
        body = json.dumps({"events": [report(expected_at="2026-03-05T10:00:00Z")]}).encode()
        self._tell(key, parse(body, NOW))
        self.assertIn(datetime(2026, 3, 5, 10), picking.shipment_event_ids.mapped("expected_at"))

    def test_bomb_of_pixels(self):
        stream = io.BytesIO()
        Image.new("1", (20_000, 20_000)).save(stream, "PNG")
        self.assertEqual(self._refused(photo=base64.b64encode(stream.getvalue()).decode()), "photo")

    def test_fuzz(self):
        """Whatever comes, it is a list of reports or a BadRequest, and reports can be stored."""
        rng = random.Random(19)
        key = self.env["logistics.carrier.key"].create({"carrier_id": self.carrier.id})
        body = json.dumps(
            {"events": [report(n, place="上海", photo=image(), text="ok") for n in range(2)]}
        ).encode()
        taken = refused = 0
        for _turn in range(3000):
            try:
                reports = parse(mangled(rng, body), NOW)
            except BadRequest:
                refused += 1
            else:
                taken += 1
                if taken <= 100:
                    self._tell(key, reports)
        self.env.flush_all()
        self.assertGreater(taken, 20)
        self.assertGreater(refused, 1000)


@tagged("post_install", "-at_install")
class TestCarrierApi(CarrierCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api_key = cls.env["logistics.carrier.key"].create({"carrier_id": cls.carrier.id})
        cls.picking = cls._delivery("SF1", at=NOW)
        cls.last_id = cls.Event.search([], order="id desc", limit=1).id

    def _post(self, body, key=None, at=None, headers=None):
        key = key or self.api_key
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int(time.time()) if at is None else at)
        signed = {
            "Content-Type": "application/json",
            "X-Logistics-Key": key.name,
            "X-Logistics-Timestamp": stamp,
            "X-Logistics-Signature": hmac.new(
                key.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256
            ).hexdigest(),
        }
        # url_open would make a request without a body a GET
        return self.opener.post(
            self.base_url() + URL, data=body, headers={**signed, **(headers or {})}
        )

    def _send(self, *reports, **options):
        return self._post({"events": list(reports)}, **options)

    def _kept(self):
        self.env.invalidate_all()
        self._take()
        return self.Event.search(
            [("id", ">", self.last_id), ("source", "=", "carrier")], order="id"
        )

    def _events_so_far(self):
        self.env.invalidate_all()
        return self.Event.search([("id", ">", self.last_id)], order="id")

    def test_events_are_kept(self):
        answer = self._send(
            report(1),
            report(2, code="301", signer="王", signature=image(), place="上海"),
            report(3, tracking_number="NEW", code="X9"),
        )
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json(), {"accepted": 3, "repeated": 0})
        self.assertNotIn("session_id", answer.cookies)
        self.assertFalse(self._events_so_far(), "nothing is made of them while the carrier waits")
        self.assertFalse(self.picking.carrier_delivered_at)
        kept = self._kept()
        self.assertEqual(kept[:2].picking_id, self.picking)
        self.assertEqual(kept[1].signer_name, "王")
        self.assertTrue(kept[1].signature)
        self.assertEqual(kept.company_id, self.company)
        self.assertFalse(kept.user_id)
        self.assertEqual(self.picking.shipment_state, "delivered")
        self.assertEqual(self.picking.delivered_source, "carrier")
        line = self.env["logistics.event.code"].search(
            [("code", "=", "X9"), ("carrier_id", "=", self.carrier.id)]
        )
        self.assertEqual((line.carrier_id, line.to_map), (self.carrier, True))

    def test_replayed_request_is_repeated_not_doubled(self):
        for expected in ((2, 1), (0, 3)):
            counts = self._send(report(1), report(2), report(1)).json()
            self.assertEqual((counts["accepted"], counts["repeated"]), expected)
        self.assertEqual(len(self._kept()), 2)

    def test_the_first_report_of_an_id_stands(self):
        self._send(report(1, code="0"))
        self._send(report(1, code="3"))
        self.assertEqual(self._kept().kind, "in_transit")

    def test_key_of_another_company(self):
        """Its events stay in its company, though it knows the number and the event's id."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        key = self.env["logistics.carrier.key"].create(
            {"carrier_id": self.carrier.id, "company_id": company.id}
        )
        self._send(report(1))
        counts = self._send(report(1, code="3"), key=key).json()
        self.assertEqual(counts["accepted"], 1)
        self.assertFalse(self._kept()[1].picking_id)
        self.assertEqual(self._kept().company_id, self.company + company)
        self.assertEqual(self.picking.shipment_state, "in_transit")

    def test_key_of_another_carrier(self):
        key = self.env["logistics.carrier.key"].create(
            {"carrier_id": self._new_carrier("Other").id}
        )
        self._send(report(1, code="3"), key=key)
        self.assertFalse(self._kept().picking_id)
        self.assertEqual(self.picking.shipment_state, "picked_up")

    def test_who_is_not_let_in_does_not_learn_why(self):
        archived, expired = self.env["logistics.carrier.key"].create(
            [{"carrier_id": self.carrier.id}] * 2
        )
        archived.active = False
        expired.expires_on = NOW.date() - timedelta(days=500)
        now = int(time.time())
        attempts = [
            {"key": archived},
            {"key": expired},
            {"at": now - 400},
            {"at": now + 400},
            {"at": "soon"},
            {"at": "-1"},
            {"at": ""},
            {"headers": {"X-Logistics-Key": "lk_unknown"}},
            {"headers": {"X-Logistics-Key": ""}},
            {"headers": {"X-Logistics-Signature": ""}},
            {"headers": {"X-Logistics-Signature": "é".encode("latin-1")}},
            {"headers": {"X-Logistics-Signature": "0" * 64}},
            {"headers": {"X-Logistics-Timestamp": str(now - 1)}},
        ]
        answers = {
            (answer.status_code, answer.text)
            for answer in (self._send(report(1), **attempt) for attempt in attempts)
        }
        self.assertEqual({status for status, _text in answers}, {401})
        self.assertEqual(len(answers), 1)
        self.assertFalse(self._kept())

    def test_all_of_a_request_or_none(self):
        answer = self._send(report(1), report(2, time="soon"))
        self.assertEqual(answer.status_code, 400)
        error = answer.json()["error"]
        self.assertEqual((error["event"], error["field"]), (1, "time"))
        self.assertFalse(self._kept())
        for body in ({"events": []}, {"events": [report(n) for n in range(101)]}, [], b"", b"\xff"):
            self.assertEqual(self._post(body).status_code, 400)

    def test_size_type_and_method(self):
        self.assertEqual(self._post(b" " * (MAX_BODY + 1)).status_code, 413)
        chunks = (b" " * 1024 for _index in range(300))
        answer = self.opener.post(
            self.base_url() + URL, data=chunks, headers={"Content-Type": "application/json"}
        )
        self.assertIn(answer.status_code, (401, 413))
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = self._post({"events": [report(1)]}, headers={"Content-Type": kind})
            self.assertEqual(answer.status_code, 415, kind)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(URL).status_code, 405)

    def test_rate_limit(self):
        self.api_key.rate_limit = 3
        self.assertEqual(self._send(*map(report, range(2))).status_code, 200)
        answer = self._send(*map(report, range(2, 4)))
        self.assertEqual(answer.status_code, 429)
        self.assertTrue(1 <= int(answer.headers["Retry-After"]) <= 60)
        self.assertEqual(self._send(*map(report, range(3))).status_code, 200, "repeated: no cost")
        self.assertEqual(self._send(report(9)).status_code, 429)
        self._kept().received_at = NOW
        self.assertEqual(self._send(report(9)).status_code, 200)

    def test_faults_of_ours_tell_nothing(self):
        with (
            patch.object(type(self.Inbox), "_accept", side_effect=KeyError("inner secret")),
            mute_logger("odoo.http"),
        ):
            answer = self._send(report(1))
        self.assertEqual(answer.status_code, 500)
        self.assertNotIn("secret", answer.text)
        self.assertNotIn("Traceback", answer.text)

    def test_fuzz_over_http(self):
        rng = random.Random(7)
        body = json.dumps({"events": [report(1, text="上海"), report(2)]}).encode()
        statuses = [self._post(mangled(rng, body)).status_code for _turn in range(300)]
        self.assertLessEqual(set(statuses), {200, 400, 429})

    def test_query_count_does_not_grow_with_the_events(self):
        pickings = [self._delivery(f"Q{index}", validate=False, at=NOW) for index in range(16)]
        few = self._count_queries("few", 10, 4)
        many = self._count_queries("many", 100, 16)
        self.assertTrue(all(picking.shipment_state == "delivered" for picking in pickings))
        self.assertLessEqual(many[0], 5, "a request looks what is there, and appends")
        self.assertLessEqual(many[0], few[0])
        self.assertLessEqual(many[1], few[1] + 6)

    def _count_queries(self, name, events, deliveries):
        """Return the queries that so many events of so many deliveries cost the request and the job."""
        reports = [
            report(id=f"{name}{index}", tracking_number=f"Q{index % deliveries}", code="3")
            for index in range(events)
        ]
        reports = parse(json.dumps({"events": reports}).encode(), NOW)
        counts = []
        for work in (lambda: self.Inbox._accept(self.api_key, reports), self._take):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        return counts
