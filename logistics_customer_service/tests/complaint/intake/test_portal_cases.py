from datetime import datetime
from unittest.mock import patch

from markupsafe import Markup

from odoo import Command
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....controllers.complaint import portal_cases, uploads
from ....controllers.foundation.limit import Limit
from ....models.complaint.intake.logistics_complaint_form import CUSTOMER_FIELDS
from .common import PNG, SCRIPT, SelfServiceHttp

LIST = "/my/cases"
NEW = f"{LIST}/new"


@tagged("post_install", "-at_install")
class TestPortalCases(SelfServiceHttp):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = f"{LIST}/{cls.case.id}"

    def _write(self, body, author, **vals):
        return self.case.with_context(mail_post_autofollow_author_skip=True).message_post(
            body=body,
            author_id=author.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **vals,
        )

    def test_own_cases_and_those_of_branches(self):
        branch = self._customer("Branch", parent_id=self.customer.id)
        clerk = self._portal_user("branch", branch)
        its = self._case(branch)
        theirs = self._case(self.other)
        read = self.env["logistics.complaint"].search
        for user, seen in (
            (self.user, self.case | its),
            (clerk, its),
            (self.stranger, theirs),
        ):
            self.assertEqual(read([]).with_user(user).search([], order="id"), seen.sorted("id"))
        self.case.active = False
        with self.assertRaises(AccessError):
            self.case.with_user(self.user).read(["name"])

    def test_branches_of_others_see_nothing_of_ours(self):
        """Neither a branch of another customer and its people, nor a sister of one's own branch."""
        theirs = self._customer("Their Branch", parent_id=self.other.id)
        clerk = self.env["res.partner"].create({"name": "Their Clerk", "parent_id": theirs.id})
        sister = self._customer("Our Sister", parent_id=self.customer.id)
        branch = self._customer("Our Branch", parent_id=self.customer.id)
        order = self._order(branch)
        held = self._case(branch, order_ids=[Command.set(order.ids)])
        file = held.message_post(body=Markup("x"), attachments=[("a.txt", b"x")]).attachment_ids
        self.env["logistics.result.letter"].create(
            {"complaint_id": held.id, "found": "x", "offer": "x"}
        ).action_mark_told()
        for name, partner in (("clerk", clerk), ("their_branch", theirs), ("sister", sister)):
            user = self._portal_user(name, partner)
            mine = self.env(user=user, context={"allowed_company_ids": self.company.ids})
            with self.subTest(name):
                self.assertFalse(mine["logistics.complaint"].search([], order="id"))
                self.assertFalse(mine["stock.picking"].search([]) & order.picking_ids)
                self.assertFalse(mine["sale.order"].search([]))
                for record in (held, self.case, order, order.picking_ids, file):
                    with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                        record.with_env(mine).read(["display_name"])
                self._as(user)
                self._assert_closed()
                path = f"{LIST}/{held.id}"
                self.assertTrue(self._get(path).headers["Location"].endswith(LIST))
                with mute_logger("odoo.http"):
                    self.assertEqual(self._get(f"{path}/file/{file.id}").status_code, 404)

    def test_customers_read_cases_and_nothing_else_of_ours(self):
        """A model that is added stays closed to them until this test is told otherwise."""
        env = self.env(user=self.user)
        open_to = {
            name
            for name in self.env
            if name.startswith("logistics.") and not env[name]._abstract and env[name].has_access("read")
        }
        self.assertEqual(open_to, {"logistics.complaint"})
        for operation in ("write", "create", "unlink"):
            self.assertFalse(env["logistics.complaint"].has_access(operation))

    def test_login_of_another_company_of_ours(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        partner = self.buyer.copy({"name": "Second Buyer"})
        user = self._portal_user("elsewhere", partner, company)
        self._as(user)
        self._assert_closed()

    def test_nothing_is_written_by_right(self):
        mine = self.case.with_user(self.user)
        for attempt in (
            lambda: mine.write({"name": "x"}),
            lambda: mine.create({"name": "x"}),
            mine.unlink,
            mine.action_resolve,
            mine.action_take,
            lambda: mine.message_subscribe(self.buyer.ids),
            lambda: mine.message_post(body=Markup("x")),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_fields_that_are_ours_stay_ours(self):
        mine = self.case.with_user(self.user)
        mine.read(sorted(CUSTOMER_FIELDS))
        for name in set(mine._fields) - CUSTOMER_FIELDS:
            with self.subTest(name=name), self.assertRaises(AccessError), mute_logger("odoo.models"):
                mine.read([name])
        for domain in ([("findings", "ilike", "a")], [("user_id.name", "ilike", "a")]):
            with self.assertRaises(AccessError):
                mine.search(domain)

    def test_messages_and_files_by_other_ways(self):
        carrier = self._customer("Carrier")
        secret = self._write("The carrier will not pay", carrier)
        note = self.case.message_post(body=Markup("He always complains"))
        file = self.env["ir.attachment"].create(
            {"name": "evidence.txt", "raw": b"x", "res_model": self.case._name, "res_id": self.case.id}
        )
        messages = self.env["mail.message"].with_user(self.user)
        found = messages.search([("model", "=", self.case._name), ("res_id", "=", self.case.id)])
        self.assertFalse(found & (secret | note))
        for record in (secret, note, file):
            with self.assertRaises(AccessError):
                record.with_user(self.user).read(["id", "create_date"])
        self._as(self.user)
        with mute_logger("odoo.http"):
            self.assertEqual(self._get(f"/web/content/{file.id}").status_code, 404)
            self.assertEqual(self._get(f"{self.page}/file/{file.id}").status_code, 404)
        for path in ("/mail/chatter_fetch", "/portal/chatter_init"):
            token = self.case._portal_ensure_token()
            for extra in ({}, {"token": token}):
                with mute_logger("odoo.http"):
                    answer = self.make_jsonrpc_request_text(path, **extra)
                self.assertNotIn("will not pay", answer)
                self.assertNotIn("always complains", answer)

    def make_jsonrpc_request_text(self, path, **extra):
        params = {"thread_model": self.case._name, "thread_id": self.case.id, **extra}
        return self.url_open(path, json={"jsonrpc": "2.0", "params": params}).text

    def test_strangers_and_visitors_find_no_way_in(self):
        self._as(self.stranger)
        self._assert_closed()
        answer = self._post(NEW, text="x")
        self.assertEqual(answer.status_code, 303)
        self.authenticate(None, None)
        self.assertIn("/web/login", self._get(self.page).headers["Location"])

    def _assert_closed(self):
        for path in (self.page, f"{LIST}/999999999", f"{LIST}/99999999999"):
            answer = self._get(path)
            self.assertEqual(answer.status_code, 303)
            self.assertTrue(answer.headers["Location"].endswith(LIST))
        csrf = self._field("csrf_token", NEW)
        self._post(self.page, csrf_token=csrf, text="Let me in")
        self.env.invalidate_all()
        self.assertNotIn("Let me in", "".join(self.case.message_ids.mapped("body")))
        self.assertNotIn(self.case.number, self._get(LIST).text)

    def test_list(self):
        other = self._case(self.customer, name="Late again")
        other._move_to_phase("resolved")
        self._as(self.user)
        for query, seen, unseen in (
            ("search=late", other, self.case),
            (f"search={self.case.number}", self.case, other),
            ("filterby=settled", other, self.case),
            ("filterby=open", self.case, other),
        ):
            text = self._get(f"{LIST}?{query}").text
            self.assertIn(seen.number, text)
            self.assertNotIn(unseen.name, text)
        for query in ("sortby=date", "sortby=number", "sortby=state", "sortby=x&filterby=y"):
            self.assertEqual(self._get(f"{LIST}?{query}").status_code, 200)
        self.startPatcher(patch.object(CustomerPortal, "_items_per_page", 1))
        self.assertNotIn(other.name, self._get(f"{LIST}?sortby=number").text)
        self.assertIn(other.name, self._get(f"{LIST}/page/2?sortby=number").text)

    def test_looking_writes_nothing(self):
        self._as(self.user)
        paths = (LIST, self.page, NEW)
        for path in paths:
            self._get(path)  # the login and the page's styles are kept the first time
        with self._nothing_written():
            for path in paths:
                self.assertEqual(self._get(path).status_code, 200)
            self.make_jsonrpc_request("/my/counters", {"counters": ["case_count"]})

    def test_counter(self):
        self._as(self.user)
        answer = self.make_jsonrpc_request("/my/counters", {"counters": ["case_count"]})
        self.assertEqual(answer, {"case_count": 1})

    def test_page_shows_what_was_said_between_us_and_nothing_else(self):
        agent = self.agent
        agent.name = "Secret Name"
        self.case.write({"findings": "<p>Our own fault</p>", "user_id": agent.id})
        self._write("We look into it", agent.partner_id, partner_ids=self.buyer.ids)
        self._write("Only among us", agent.partner_id)
        self._write("The carrier will not pay", self._customer("Carrier"))
        self._write("They are wet", self.buyer)
        self.case.message_post(body=Markup("He always complains"))
        self._as(self.user)
        text = self._get(self.page).text
        for shown in (self.case.number, "Two cartons wet", "We have received it", "We look into it",
                      "They are wet", "Anna Weber", "Test Logistics"):  # fmt: skip
            self.assertIn(shown, text)
        for hidden in ("Our own fault", "Only among us", "will not pay", "complains", "Secret Name"):
            self.assertNotIn(hidden, text)

    def test_deadline_in_the_customers_time_zone(self):
        clock = self.case.clock_ids.filtered(lambda clock: clock.target == "resolution")
        clock.due_at = datetime(2031, 1, 15, 20)
        self.buyer.tz = "Asia/Shanghai"
        self._as(self.user)
        self.assertIn("Jan 16, 2031", self._get(self.page).text)
        self.buyer.tz = "Europe/Berlin"
        self.assertIn("Jan 15, 2031", self._get(self.page).text)
        clock.due_at = datetime(2021, 1, 15)
        self.assertIn("we are sorry", self._get(self.page).text)

    def test_result_that_waits(self):
        letter = self.env["logistics.result.letter"].create(
            {"complaint_id": self.case.id, "found": "Found it", "offer": "Money"}
        )
        self._as(self.user)
        self.assertNotIn("/logistics/result/", self._get(self.page).text, "a draft is ours")
        letter.action_mark_told()
        text = self._get(self.page).text
        self.assertIn(f"/logistics/result/{letter.id}/{letter._get_token()}", text)
        self.assertIn("Read and Answer", text)
        self.assertNotIn("We want to settle it", text)

    def test_answer_moves_the_case(self):
        self.case._move_to_phase("waiting_customer")
        self.case.customer_answered = False
        self._as(self.user)
        answer = self._post(self.page, text=f"Here it is {SCRIPT}", files=[("wet.png", PNG)])
        self.assertEqual(answer.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(self.case.phase, "working")
        self.assertTrue(self.case.customer_answered)
        message = self.case.message_ids.filtered("attachment_ids")
        self.assertEqual(message.author_id, self.buyer)
        self.assertNotIn(self.buyer, self.case.message_partner_ids, "else others' mails reach it")
        text = self._get(self.page).text
        self.assertIn("Thank you", self._get(answer.headers["Location"]).text)
        self.assertIn("Here it is &lt;script&gt;", text)
        self.assertNotRegex(text, r"<img[^>]+onerror")
        file = self._get(f"{self.page}/file/{message.attachment_ids.id}")
        self.assertEqual(file.content, PNG)
        self.assertIn("attachment", file.headers["Content-Disposition"])

    def test_refused_answers_lose_nothing(self):
        self._as(self.user)
        before = self.case.message_ids
        for files, told in (
            ([("run.exe", b"MZ")], "run.exe"),
            ([("page.html", b"<script>")], "page.html"),
            ([("picture.svg", b"<svg onload='x'/>")], "picture.svg"),
            ([("fake.png", b"<html><script>")], "fake.png"),
            ([("wet.png", PNG)] * 6, "no more than 5"),
            ([("big.txt", b"x" * 101)], "larger than"),
        ):
            with patch.object(uploads, "MAX_FILE", 100):
                answer = self._post(self.page, text="Keep my words", files=files)
            self.assertEqual(answer.status_code, 422, told)
            self.assertIn(told, answer.text)
            self.assertIn("Keep my words", answer.text)
        self.assertEqual(self._post(self.page, text="   ").status_code, 422)
        self.assertEqual(self._post(self.page, text="x" * 5001).status_code, 422)
        with mute_logger("odoo.http"):
            self.assertEqual(self._post(self.page, csrf_token="x", text="y").status_code, 400)
        self.env.invalidate_all()
        self.assertEqual(self.case.message_ids, before)

    def test_too_much_at_once(self):
        self._as(self.user)
        with patch.object(portal_cases, "SENDINGS", Limit("first", 2, 3600)):
            states = [self._post(self.page, text=f"Turn {turn}").status_code for turn in range(3)]
        self.assertEqual(states, [303, 303, 422])

    def test_nonsense_is_the_askers_fault(self):
        """Numbers that nothing has and signs that no text has are refused, and break nothing."""
        self._as(self.user)
        long, big = "9" * 5000, "9" * 12
        for path in (
            f"{NEW}?order={long}",
            f"{NEW}?delivery={big}",
            f"{LIST}?search=%00",
            f"{LIST}?search=a%00b&search_in=all",
            f"{LIST}?page={long}",
            f"{LIST}/page/{long}",
            f"{LIST}/{long}",
            f"{LIST}/{self.case.id}/file/{long}",
            "/my/deliveries?search=%00&search_in=number",
            f"/my/deliveries?page={long}",
            f"/my/deliveries/{long}",
            f"/logistics/result/{long}/token",
        ):
            with self.subTest(path=path[:40]), mute_logger("odoo.http"):
                self.assertIn(self._get(path).status_code, (400, 404))
        for field in ("order", "delivery", "category", "remedy"):
            with self.subTest(field=field), mute_logger("odoo.http"):
                self.assertEqual(self._post(NEW, text="x", **{field: long}).status_code, 400)
        self.assertEqual(self._get(f"{NEW}?order=x&delivery=-1").status_code, 200)
        self.assertEqual(self._get(f"{LIST}?page=²&search=%EF%BF%BF").status_code, 200)

    def test_opening(self):
        order = self._order(self.customer)
        foreign = self._order(self.other)
        delivery = order.picking_ids
        category = self.env.ref("logistics_customer_service.complaint_category_damage")
        remedy = self.env["logistics.remedy"].search([], limit=1)
        self._as(self.user)
        text = self._get(f"{NEW}?delivery={delivery.id}").text
        self.assertIn(order.name, text)
        self.assertNotIn(foreign.name, text)
        self.assertRegex(text, rf'value="{delivery.id}" selected')
        answer = self._post(
            NEW, text=f"All broken {SCRIPT}", subject=SCRIPT, delivery=delivery.id, order=foreign.id,
            category=category.id, remedy=remedy.id, kind="complaint", files=[("a.png", PNG)],
            partner_id=self.other.id, priority_override="3",
        )  # fmt: skip
        case = self._cases(("channel", "=", "portal"))
        self.assertTrue(answer.headers["Location"].endswith(f"{LIST}/{case.id}?sent=new"))
        self.assertEqual((case.partner_id, case.contact_id), (self.customer, self.buyer))
        self.assertEqual((case.order_ids, case.picking_ids), (order, delivery))
        self.assertEqual((case.category_id, case.remedy_ids), (category, remedy))
        self.assertFalse(case.priority_override)
        self.assertFalse(case.customer_answered, "opening is no answer")
        self.assertNotIn("<script", case.description)
        page = self._get(f"{LIST}/{case.id}").text
        self.assertIn("All broken &lt;script&gt;", page)
        self.assertIn("a.png", page)
        self.assertNotRegex(page, r"<img[^>]+onerror")
        self.assertEqual(self._post(NEW, text="").status_code, 422)
