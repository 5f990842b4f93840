# pylint: disable=translation-required
import json
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ....tools.complaint.case_records import (
    MAX_BODY,
    MAX_CASES,
    MAX_DESCRIPTION,
    MAX_NUMBERS,
    MAX_STATES,
)
from ...common import MODULE
from ..test_complaint import ComplaintCommon

LOGGER = f"odoo.addons.{MODULE}.models.complaint.intake.logistics_complaint_api"


class ApiCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._new_user("program", "group_agent")
        cls.Api = cls.Complaint.with_user(cls.program)
        cls.order = cls._order(cls.person, client_order_ref="PO-4711")
        cls.picking = cls._deliver(cls.order)
        cls.picking.carrier_tracking_ref = "SF1234567890, SF1234567891"
        cls.references = iter(range(1, 10_000))

    def _record(self, **values):
        """Return a record that a program may send, about somebody unknown."""
        return {
            "external_reference": f"R{next(self.references)}",
            "contact_name": "Mr Li",
            "phone": "13800000000",
            "category": "damage_broken",
            **values,
        }

    def _send(self, *records, **options):
        return self.Api.register_cases(list(records), **options)["cases"]

    def _open(self, **values):
        """Register a record that has nothing wrong with it; return its case."""
        (answer,) = self._send(self._record(**values))
        self.assertEqual(answer["status"], "created", answer)
        return self.Complaint.browse(answer["id"])


@tagged("post_install", "-at_install")
class TestCaseApi(ApiCommon):
    """What another program registers is a case as any other."""

    def test_all_that_is_sent_is_kept(self):
        (answer,) = self._send(
            {
                "external_reference": "WEB-17",
                "kind": "claim",
                "category": "damage_wet",
                "severity": "critical",
                "subject": "Wet  cartons",
                "description": "Two <b>cartons</b>\nwere wet",
                "received_at": "2026-03-02T14:05:00+08:00",
                "email": "Wang.Min@cold.example.com",
                "phone": "+86 21 5559 8731",
                "lang": "en_US",
                "order": self.order.name,
                "tracking_number": ["SF1234567890", "sf 1234567891"],
                "remedies": ["refund", "Apology"],
            }
        )
        case = self.Complaint.browse(answer["id"])
        self.assertEqual(answer["status"], "created")
        self.assertEqual((answer["number"], answer["state"]), (case.number, "new"))
        self.assertEqual(answer["stage"], case.stage_id.name)
        self.assertEqual(answer["external_reference"], "WEB-17")
        self.assertEqual(answer["warnings"], [])
        self.assertEqual((case.company_id, case.channel, case.kind), (self.company, "api", "claim"))
        self.assertEqual(case.category_id, self.env.ref(f"{MODULE}.complaint_category_damage_wet"))
        self.assertEqual((case.severity, case.name), ("critical", "Wet cartons"))
        self.assertIn("&lt;b&gt;cartons&lt;/b&gt;<br", case.description)
        self.assertEqual(case.received_at, datetime(2026, 3, 2, 6, 5))
        self.assertEqual((case.partner_id, case.contact_id), (self.customer, self.person))
        self.assertEqual(case.email_from, "wang.min@cold.example.com")
        self.assertEqual((case.order_ids, case.picking_ids), (self.order, self.picking))
        self.assertEqual(set(case.remedy_ids.mapped("code")), {"refund", "apology"})
        self.assertEqual(case.create_uid, self.program)
        self.assertNotIn(self.program.partner_id, case.message_partner_ids)

    def test_the_deadlines_are_told(self):
        self.env["logistics.sla.policy"].create(
            {
                "name": "Ours",
                "company_id": self.company.id,
                "target_ids": [
                    Command.create({"target": "first_response", "value": 2}),
                    Command.create({"target": "resolution", "value": 30}),
                ],
            }
        )
        (answer,) = self._send(self._record())
        case = self.Complaint.browse(answer["id"])
        clocks = {clock.target: clock.due_at for clock in case.clock_ids}
        self.assertEqual(answer["due_at"], min(clocks.values()).isoformat() + "Z")
        self.assertEqual(answer["settle_by"], clocks["resolution"].isoformat() + "Z")
        self.assertLess(min(clocks.values()), clocks["resolution"])

    def test_assigned_and_acknowledged_as_by_the_other_channels(self):
        self.team.assignment_method = "load"
        self.team.member_ids = self.agent
        case = self._open(email="wang.min@cold.example.com")
        self.assertEqual((case.team_id, case.user_id), (self.team, self.agent))
        self.assertEqual(case.acknowledgement, "to_send")
        case._acknowledge()
        self.assertEqual(case.acknowledgement, "sending")
        mail = self.env["mail.mail"].search([("model", "=", case._name), ("res_id", "=", case.id)])
        self.assertIn(case.number, mail.subject + mail.body_html)
        self.assertEqual(mail.email_to, "wang.min@cold.example.com")

    def test_the_customer_is_found(self):
        lonely = self._customer("Lonely", phone="0571 8800 1234")
        for values, person in (
            ({"partner_id": self.person.id}, self.person),
            ({"partner_id": self.customer.id}, self.customer),
            ({"email": "wang.MIN@cold.example.com"}, self.person),
            ({"email": "new@else.example.com；wang.min@cold.example.com"}, self.person),
            ({"phone": "０２１－５５５９８７３１转８０８"}, self.person),
            ({"phone": "021-5559.8731"}, self.person),
            ({"phone": "+86 (571) 88001234"}, lonely),
            ({"order": self.order.name.lower()}, self.person),
            ({"order": "PO-4711"}, self.person),
            ({"tracking_number": "sf1234567891"}, self.person),
            # the mail's sender outweighs the order's contact, if it is the same customer's
            ({"order": "PO-4711", "email": "office@cold.example.com"}, self.customer),
            ({"order": "PO-4711", "email": "nobody@else.example.com"}, self.person),
            ({"partner_id": self.customer.id, "email": "wang.min@cold.example.com"}, self.person),
        ):
            with self.subTest(values):
                case = self._open(**{"phone": None, "contact_name": None, **values})
                self.assertEqual(case.partner_id, person.commercial_partner_id)
                self.assertEqual(case.contact_id or case.partner_id, person)

    def test_how_to_answer_stays_as_it_was_sent(self):
        case = self._open(order="PO-4711", email="Nobody@Else.example.com", phone="5550000")
        self.assertEqual((case.email_from, case.phone), ("nobody@else.example.com", "5550000"))

    def test_somebody_unknown_is_kept_with_the_case(self):
        case = self._open(email="li@unknown.example.com")
        self.assertFalse(case.partner_id)
        self.assertEqual(case.contact_name, "Mr Li")
        self.assertEqual(case.email_from, "li@unknown.example.com")
        self.assertEqual(case.acknowledgement, "to_send")

    def test_of_several_customers_none_is_guessed(self):
        self._customer("East", phone="021 4444 5555")
        self._customer("West", phone="+86 21 44445555")
        (answer,) = self._send(self._record(phone="02144445555"))
        case = self.Complaint.browse(answer["id"])
        self.assertFalse(case.partner_id)
        self.assertIn("02144445555", answer["warnings"][0])
        self.assertIn("02144445555", case.description)
        (answer,) = self._send(self._record(phone="02144445555", order="PO-4711"))
        self.assertEqual(answer["warnings"], [])
        self.assertEqual(self.Complaint.browse(answer["id"]).partner_id, self.customer)

    def test_colleagues_are_no_customers(self):
        self.supervisor.partner_id.email = "boss@ours.example.com"
        self.assertFalse(self._open(email="boss@ours.example.com").partner_id)

    def test_numbers_that_lead_nowhere_are_noted(self):
        (answer,) = self._send(self._record(order=["PO-4711", "S%"], tracking_number="XX_1"))
        case = self.Complaint.browse(answer["id"])
        self.assertEqual(case.order_ids, self.order)
        self.assertEqual(len(answer["warnings"]), 2)
        for number in ("S%", "XX_1"):
            self.assertIn(number, case.description)

    def test_a_tracking_number_used_anew_means_the_latest(self):
        other = self._deliver(self._order(self._customer("Other")))
        other.carrier_tracking_ref = "SF1234567890"
        self.assertEqual(self._open(tracking_number="SF1234567890").picking_ids, other)

    def test_categories_kinds_and_remedies_however_named(self):
        for word in (
            "damage_broken",
            "DAMAGE_BROKEN",
            f"{MODULE}.complaint_category_damage_broken",
            "goods broken",
            "Goods Damaged / Goods Broken",
            self.broken.id,
            str(self.broken.id),
        ):
            with self.subTest(word):
                self.assertEqual(self._open(category=word).category_id, self.broken)
        for word in ("tracking", "Tracking Request"):
            with self.subTest(word):
                self.assertEqual(self._open(kind=word).kind, "tracking")
        self.assertEqual(self._open(kind=None, category=None).kind, "complaint")

    def test_a_name_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.broken.with_context(lang="zh_CN").name = "货损货差"
        case = self.Api.with_context(lang="zh_CN").register_cases([self._record(category="货损货差")])
        self.assertEqual(case["cases"][0]["status"], "created", case)

    def test_a_name_of_several_is_asked_back(self):
        self.broken.copy({"code": "broken_too", "name": self.broken.name})
        (answer,) = self._send(self._record(category=self.broken.name))
        self.assertEqual(answer["error"]["field"], "category")
        self.assertIn("Several", answer["error"]["message"])
        self._open(category="broken_too")

    def test_sent_again_it_is_the_same_case(self):
        record = self._record(email="wang.min@cold.example.com")
        (first,) = self._send(record)
        (again,) = self._send({**record, "subject": "Changed"})
        self.assertEqual((first["status"], again["status"]), ("created", "repeated"))
        self.assertEqual(
            {**first, "status": None},
            {**again, "status": None},
        )
        cases = self.Complaint.search([("external_reference", "=", record["external_reference"])])
        self.assertEqual(len(cases), 1)
        self.assertNotEqual(cases.name, "Changed")

    def test_twice_in_one_call(self):
        record = self._record()
        answers = self._send(record, self._record(), {**record, "category": "none"}, record)
        self.assertEqual(
            [answer["status"] for answer in answers], ["created", "created", "refused", "repeated"]
        )
        self.assertEqual(answers[0]["id"], answers[3]["id"])

    def test_of_two_the_good_one_counts(self):
        record = self._record()
        answers = self._send({**record, "category": "none"}, record)
        self.assertEqual([answer["status"] for answer in answers], ["refused", "created"])

    def test_an_archived_case_keeps_its_reference(self):
        record = self._record()
        (first,) = self._send(record)
        self.Complaint.browse(first["id"]).active = False
        (again,) = self._send(record)
        self.assertEqual((again["status"], again["id"]), ("repeated", first["id"]))

    def test_references_are_by_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.program.company_ids |= other
        record = self._record(category=None)
        (ours,) = self._send(record)
        (theirs,) = self._send(record, company_id=other.id)
        self.assertEqual((ours["status"], theirs["status"]), ("created", "created"))
        self.assertEqual(self.Complaint.browse(theirs["id"]).sudo().company_id, other)

    def test_each_bad_record_says_why_and_the_others_are_kept(self):
        other = self._order(self._customer("Other"))
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["logistics.complaint.category"].create(
            {"name": "Foreign", "code": "foreign", "company_id": elsewhere.id}
        )
        stranger = self._customer("Stranger", company_id=elsewhere.id)
        bad = [
            (None, 17),
            ("external_reference", {"contact_name": "Mr Li"}),
            ("external_reference", self._record(external_reference=" ")),
            ("external_reference", self._record(external_reference="a\nb")),
            ("external_reference", self._record(external_reference="x" * 129)),
            ("descripton", self._record(descripton="misspelt")),
            ("kind", self._record(kind="nonsense")),
            ("category", self._record(category="nonsense")),
            ("category", self._record(category=True)),
            ("category", self._record(category=foreign.code)),
            ("category", self._record(category=foreign.id)),
            ("severity", self._record(severity="deadly")),
            ("lang", self._record(lang="xx_XX")),
            ("email", self._record(email="nonsense")),
            ("email", self._record(email=["a@b.example"])),
            ("received_at", self._record(received_at="yesterday")),
            ("received_at", self._record(received_at="2026-03-02T14:05:00")),
            ("received_at", self._record(received_at="2099-03-02T14:05:00Z")),
            ("partner_id", self._record(partner_id=2**31)),
            ("partner_id", self._record(partner_id="1 OR 1=1")),
            ("partner_id", self._record(partner_id=stranger.id)),
            ("order", self._record(order=["PO-4711", other.name])),
            ("order", self._record(partner_id=self.customer.id, order=other.name)),
            ("order", self._record(order=["x"] * (MAX_NUMBERS + 1))),
            ("remedies", self._record(remedies=["refund", "nonsense"])),
            ("description", self._record(description="x" * (MAX_DESCRIPTION + 1))),
            (None, self._record(contact_name=None, phone=None)),
        ]
        good = [self._record(description="a\x00b\ud800c"), self._record(order="PO-4711")]
        answers = self._send(good[0], *(record for _field, record in bad), good[1])
        self.assertEqual([answers[0]["status"], answers[-1]["status"]], ["created", "created"])
        for (name, record), answer in zip(bad, answers[1:-1], strict=True):
            with self.subTest(record):
                self.assertEqual(answer["status"], "refused")
                self.assertEqual(answer["error"]["field"], name, answer)
                self.assertTrue(answer["error"]["message"])
        self.assertIn("abc", self.Complaint.browse(answers[0]["id"]).description)
        json.dumps(answers)

    def test_a_poisoned_record_is_left_out_alone(self):
        """Whatever a rule of another addon raises on one of them, the others are kept."""
        mark_repeated = type(self.Complaint)._mark_repeated
        for error, told in (
            (ValidationError("Not on Sundays."), "Not on Sundays."),
            (ZeroDivisionError("secret"), "log of the server"),
        ):

            def poisoned(cases, error=error):
                if "poison" in cases.mapped("name"):
                    raise error
                return mark_repeated(cases)

            records = [self._record(subject=str(number)) for number in range(7)]
            records[4]["subject"] = "poison"
            with (
                self.subTest(error=error),
                patch.object(type(self.Complaint), "_mark_repeated", poisoned),
                mute_logger(LOGGER),
            ):
                answers = self._send(*records)
                self.assertEqual(
                    [answer["status"] for answer in answers],
                    ["created"] * 4 + ["refused"] + ["created"] * 2,
                )
                self.assertIn(told, answers[4]["error"]["message"])
                self.assertNotIn("secret", json.dumps(answers))
                names = [record["external_reference"] for record in records]
                kept = self.Complaint.search([("external_reference", "in", names)])
                self.assertEqual(len(kept), 6)
                self.assertEqual(len(set(kept.mapped("number"))), 6)

    def test_limits_of_a_call(self):
        for cases in (None, {}, "x", [], [self._record()] * (MAX_CASES + 1)):
            with self.subTest(type(cases)), self.assertRaisesRegex(UserError, str(MAX_CASES)):
                self.Api.register_cases(cases)
        for names in (None, [], ["x"] * (MAX_STATES + 1)):
            with self.subTest(names), self.assertRaisesRegex(UserError, str(MAX_STATES)):
                self.Api.read_case_states(names)
        for names in ("x", [None], [{"a": 1}], ["x" * 200]):
            with self.subTest(names), self.assertRaises(UserError):
                self.Api.read_case_states(numbers=names)

    def test_states_are_told_in_the_order_asked(self):
        first, second = self._open(), self._open()
        second._move_to_phase("resolved")
        answers = self.Api.read_case_states(
            [second.external_reference, "unknown"], ["C/1/1", first.number]
        )["cases"]
        self.assertEqual(
            [(answer["found"], answer.get("number")) for answer in answers],
            [(True, second.number), (False, None), (False, "C/1/1"), (True, first.number)],
        )
        self.assertEqual(answers[1], {"found": False, "external_reference": "unknown"})
        self.assertEqual((answers[0]["state"], answers[3]["state"]), ("resolved", "new"))
        self.assertEqual(answers[0]["resolved_at"], second.resolved_at.isoformat() + "Z")
        json.dumps(answers)

    def test_a_merged_case_says_where_it_went(self):
        source, kept = self._open(), self._open()
        source._merge_into(kept)
        (answer,) = self.Api.read_case_states([source.external_reference])["cases"]
        self.assertEqual((answer["state"], answer["merged_into"]), ("cancelled", kept.number))

    def test_the_callers_context_decides_nothing(self):
        context = {
            "default_user_id": self.manager.id,
            "default_priority_override": "3",
            "default_priority_reason": "me first",
            "logistics_no_acknowledgement": True,
            "active_test": False,
        }
        record = self._record(email="wang.min@cold.example.com")
        (answer,) = self.Api.with_context(**context).register_cases([record])["cases"]
        case = self.Complaint.browse(answer["id"])
        self.assertFalse(case.user_id)
        self.assertFalse(case.priority_override)
        self.assertEqual(case.acknowledgement, "to_send")

    def test_who_may_not(self):
        case = self._open(partner_id=self.customer.id)
        portal = new_test_user(self.env, "portal_api", groups="base.group_portal")
        portal.partner_id.parent_id = self.customer
        clerk = self._new_user("clerk_api", "base.group_user")
        for user in (portal, clerk):
            cases = self.env(user=user, context={})["logistics.complaint"]
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    cases.register_cases([self._record()])
                with self.assertRaises(AccessError):
                    cases.read_case_states(numbers=[case.number])

    def test_another_company(self):
        case = self._open()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger_api", "group_manager", company=other)
        abroad = self.env(user=stranger, context={})["logistics.complaint"]
        (answer,) = abroad.read_case_states([case.external_reference])["cases"]
        self.assertFalse(answer["found"])
        for company_id in (self.company.id, 2**31, "x"):
            with self.subTest(company_id):
                with self.assertRaises(AccessError):
                    abroad.register_cases([self._record()], company_id=company_id)
                with self.assertRaises(AccessError):
                    abroad.read_case_states([case.external_reference], company_id=company_id)
        (answer,) = abroad.register_cases([self._record(order="PO-4711")])["cases"]
        self.assertFalse(self.Complaint.sudo().browse(answer["id"]).order_ids)

    def test_a_hundred_cost_as_many_queries_as_ten(self):
        customers = self.env["res.partner"].create(
            [
                {
                    "name": f"C{number}",
                    "is_company": True,
                    "email": f"c{number}@x.example",
                    "phone": f"0571 8900 {number:04}",
                }
                for number in range(200)
            ]
        )
        orders = self.env["sale.order"].create(
            [{"partner_id": customer.id, "company_id": self.company.id} for customer in customers]
        )
        ways = (
            lambda number: {"partner_id": customers[number].id},
            lambda number: {"email": customers[number].email},
            lambda number: {"phone": customers[number].phone.replace(" ", "")},
            lambda number: {"order": orders[number].name},
            lambda number: {"email": f"unknown{number}@x.example"},
        )

        def send(numbers):
            records = [
                self._record(**{"phone": None, **ways[number % len(ways)](number)})
                for number in numbers
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            answers = self._send(*records)
            self.env.flush_all()
            self.assertEqual({answer["status"] for answer in answers}, {"created"})
            return self.env.cr.sql_log_count - before

        send(range(190, 200))
        few, many = send(range(10)), send(range(10, 110))
        # batches of the ORM, and one UPDATE more for each value that is written
        self.assertLessEqual(many - few, 8, f"{few} for 10, {many} for 100")


@tagged("post_install", "-at_install")
class TestCaseApiByHttp(ApiCommon, HttpCase):
    """For real, by keys."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls._make_key(cls.program)

    @classmethod
    def _make_key(cls, user):
        keys = cls.env(user=user)["res.users.apikeys"]
        return keys._generate("rpc", "test", datetime.now() + timedelta(days=0.5))

    def _post(self, method, body, key=None, **headers):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.url_open(
            f"/json/2/logistics.complaint/{method}",
            data=body,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {key or self.key}",
                **headers,
            },
        )

    def test_register_and_ask(self):
        record = self._record(order="PO-4711", description="箱子破损")
        answer = self._post("register_cases", {"cases": [record, {}]})
        self.assertEqual(answer.status_code, 200, answer.text)
        created, refused = answer.json()["cases"]
        self.assertEqual((created["status"], refused["status"]), ("created", "refused"))
        self.assertEqual(refused["error"]["field"], "external_reference")
        case = self.Complaint.browse(created["id"])
        self.assertEqual(case.partner_id, self.customer)
        self.assertIn("箱子破损", case.description)
        again = self._post("register_cases", {"cases": [record]}).json()["cases"][0]
        self.assertEqual((again["status"], again["id"]), ("repeated", case.id))
        asked = self._post("read_case_states", {"references": [record["external_reference"]]})
        self.assertEqual(asked.json()["cases"][0]["number"], case.number)

    @mute_logger("odoo.http")
    def test_what_is_refused(self):
        portal = new_test_user(self.env, "portal_http", groups="base.group_portal")
        portal.partner_id.parent_id = self.customer
        portal_key = self._make_key(portal)
        good = {"cases": [self._record()]}
        many = {"cases": [self._record()] * (MAX_CASES + 1)}
        for status, body, options in (
            (400, b'{"cases": [', {}),
            (400, b"\xff\xfe", {}),
            (401, good, {"key": "nonsense"}),
            (403, good, {"key": portal_key}),
            (403, {**good, "company_id": 2**31}, {}),
            (422, b"[1, 2]", {}),
            (422, {"cases": "x"}, {}),
            (422, many, {}),
            (422, {**good, "surprise": 1}, {}),
            (422, {**good, "ids": [1]}, {}),
        ):
            with self.subTest(status=status, body=str(body)[:40]):
                answer = self._post("register_cases", body, **options)
                self.assertEqual(answer.status_code, status, answer.text[:400])
        self.assertEqual(self._post("read_case_states", {"numbers": ["x"]}, key=portal_key).status_code, 403)
        self.assertFalse(self.Complaint.search([("external_reference", "!=", False)]))

    @mute_logger("odoo.http")
    def test_a_body_too_large_is_refused_unread(self):
        body = b'{"cases": [' + b" " * MAX_BODY + b"]}"
        answer = self._post("register_cases", body)
        self.assertEqual(answer.status_code, 413, answer.text[:400])
        self.assertEqual(answer.json()["message"], f"At most {MAX_BODY} bytes; send fewer cases.")
        body = b'{"domain": []' + b" " * MAX_BODY + b"}"
        self.assertEqual(self._post("search_count", body).status_code, 200, "others keep theirs")

    def test_a_key_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger_http", "group_agent", company=other)
        key = self._make_key(stranger)
        case = self._open()
        asked = {"references": [case.external_reference], "numbers": [case.number]}
        for answer in self._post("read_case_states", asked, key=key).json()["cases"]:
            self.assertFalse(answer["found"])
        record = self._record(external_reference=case.external_reference, category=None)
        (answer,) = self._post("register_cases", {"cases": [record]}, key=key).json()["cases"]
        self.assertEqual(answer["status"], "created")
        self.assertNotEqual(answer["id"], case.id)
        self.assertEqual(self.Complaint.sudo().browse(answer["id"]).company_id, other)
