import re
from unittest.mock import patch

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..test_carrier_api import image
from .test_tracking_page import TrackingHttp

LIST = "/my/deliveries"


@tagged("post_install", "-at_install")
class TestPortalDeliveries(TrackingHttp):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.env["res.partner"].create({"name": "Anna Weber", "parent_id": cls.customer.id})
        cls.user = cls._portal_user("buyer", cls.buyer)
        cls.stranger = cls._portal_user("stranger", cls._customer("Other Customer"))
        cls.page = f"{LIST}/{cls.picking.id}"

    def _as(self, user):
        self.authenticate(user.login, user.login)

    def test_deliveries_of_the_customers_company_and_of_nobody_else(self):
        Picking = self.env["stock.picking"]
        self.assertIn(self.picking, Picking.with_user(self.user).search([]))
        self.assertFalse(Picking.with_user(self.stranger).search([]))
        with self.assertRaises(AccessError):
            self.picking.with_user(self.stranger).read(["name"])
        with self.assertRaises(AccessError):
            self.picking.with_user(self.user).write({"note": "x"})

    def test_what_we_note_of_a_delivery_is_ours(self):
        """A tier's name comes with its id; a recipient is not given the buyer's number."""
        delivery = self.picking.with_user(self.user)
        delivery.read(["shipment_state", "expected_arrival"])
        for name in (
            "logistics_priority_tier_id",
            "partner_phone",
            "shipment_short",
            "notice_count",
            "tracking_page_url",
            "delay_foreseen",
            "promise_missed_on",
            "silent_since",
            "consent_finding",
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                delivery.read([name])
            with self.subTest(f"searched by {name}"), self.assertRaises(AccessError):
                delivery.search([(name, "!=", False)])
        for name in ("logistics_manager_id", "logistics_general_manager_id"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.company.with_user(self.user).read([name])

    def test_returns_steps_and_drafts_are_not_shown(self):
        Picking = self.env["stock.picking"].with_user(self.user)
        for vals in ({"state": "draft"}, {"location_dest_id": self.picking.location_id.id}):
            before = Picking.search_count([])
            other = self._delivery("SF8")
            self.assertEqual(Picking.search_count([]), before + 1)
            other.write(vals)
            self.env.flush_all()
            self.assertEqual(Picking.search_count([]), before)

    def test_address_and_links_are_for_staff(self):
        mine = self.picking.with_user(self.user)
        for name in ("tracking_page_url", "tracking_link_ids", "logistics_tier_id"):
            with self.assertRaises(AccessError):
                mine.read([name])

    def test_other_branch(self):
        """Whose login belongs to another branch of ours reads nothing of this one's."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        partner = self.env["res.partner"].create({"name": "Second Buyer", "parent_id": self.customer.id})
        user = self._portal_user("elsewhere", partner, company)
        theirs = {"allowed_company_ids": company.ids}
        Picking = self.env["stock.picking"].with_context(**theirs).with_user(user)
        self.assertFalse(Picking.search([]))
        self._as(user)
        self._assert_closed()

    def test_strangers_visitors_and_staff_find_no_way_in(self):
        self._as(self.stranger)
        self._assert_closed()
        self._as(self.clerk)
        self.assertEqual(self._get(self.page).status_code, 303, "staff have their own screens")
        self.authenticate(None, None)
        answer = self._get(self.page)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    def _assert_closed(self):
        event = self._say(self.picking, "delivered", signature=image())
        self.env.flush_all()
        for path in (self.page, f"{LIST}/999999999"):
            answer = self._get(path)
            self.assertEqual(answer.status_code, 303)
            self.assertTrue(answer.headers["Location"].endswith("/my"))
        with mute_logger("odoo.http"):
            proof = self._get(f"{self.page}/proof/{event.id}/signature")
            self.assertEqual(proof.status_code, 404)
            slip = self._get(f"/my/picking/pdf/{self.picking.id}")
            self.assertEqual(slip.status_code, 404)
        self.assertNotIn(self.picking.name, self._get(LIST).text)

    def test_list(self):
        other = self._delivery("SF2")
        self._as(self.user)
        text = self._get(LIST).text
        self.assertIn(self.picking.name, text)
        self.assertIn(other.name, text)
        for search, search_in, found in (
            ("SF2", "all", other), ("SF2", "tracking", other), ("SF2", "order", None),
            (other.sale_id.name, "order", other), ("nothing", "bogus", None), ("\\", "all", None),
        ):  # fmt: skip
            text = self.url_open(f"{LIST}?search_in={search_in}&search={search}").text
            self.assertEqual(other.name in text, bool(found), f"{search} {search_in}")
            self.assertNotIn(self.picking.name, text)
        for sortby in ("date", "name", "state", "bogus"):
            self.assertEqual(self._get(f"{LIST}?sortby={sortby}").status_code, 200)

    def test_list_is_paged(self):
        other = self._delivery("SF2")
        self.startPatcher(patch.object(CustomerPortal, "_items_per_page", 1))
        self._as(self.user)
        first, second = (self._get(f"{path}?sortby=name").text for path in (LIST, f"{LIST}/page/2"))
        self.assertIn(self.picking.name, first)
        self.assertNotIn(other.name, first)
        self.assertIn(other.name, second)

    def test_page_is_the_same_and_looking_writes_nothing(self):
        self._say(self.picking, "delivered", place="Bremen", signature=image())
        self._as(self.user)
        paths = (self.page, LIST, f"{self.page}/proof/{self.picking._get_tracking_proofs().id}/signature")
        for path in paths:
            self._get(path)
        with self._nothing_written():
            answers = [self._get(path) for path in paths]
        self.assertEqual([answer.status_code for answer in answers], [200] * 3)
        self.assertIn("Bremen", answers[0].text)
        self.assertIn(f"/my/picking/pdf/{self.picking.id}", answers[0].text)
        self.assertEqual(answers[2].headers["Content-Type"], "image/png")

    def test_counter_of_the_home_page(self):
        for user, count in ((self.user, 1), (self.stranger, 0)):
            self._as(user)
            self._get("/my")
            with self._nothing_written():
                answer = self.make_jsonrpc_request("/my/counters", {"counters": ["delivery_count"]})
            self.assertEqual(answer["delivery_count"], count)

    def test_telling(self):
        self._as(self.user)
        answer = self._tell(self.page, text="Wet")
        self.assertEqual(answer.status_code, 303)
        self.assertIn("Thank you", self._get(answer.headers["Location"]).text)
        self.assertEqual(self._told().author_id, self.buyer)
        self.assertIn("The customer tells", self._told().body)
        self.assertEqual(self._tell(self.page, kind="bribe").status_code, 422)
        with mute_logger("odoo.http"):
            self.assertEqual(self._tell(self.page, csrf="").status_code, 400)
        self._as(self.stranger)
        csrf = re.search(r'csrf_token: "(\w+)"', self._get("/my").text)[1]
        self.assertTrue(self._tell(self.page, csrf=csrf).headers["Location"].endswith("/my"))
        self.assertEqual(len(self._told()), 1)

    def test_code_on_the_delivery_slip(self):
        report = self.env["ir.actions.report"]
        slip = "stock.report_deliveryslip"
        worker = self._new_user("worker", "stock.group_stock_user")
        marked, plain = self.picking, self._delivery("SF2")
        for user in (worker, self.env.user):
            pages = [
                report.with_user(user)._render_qweb_html(slip, picking.ids)[0].decode()
                for picking in (marked, plain)
            ]
            self.assertIn("Scan the code", pages[0])
            self.assertIn("data:image/png;base64", pages[0])
            self.assertNotIn("Scan the code", pages[1])
