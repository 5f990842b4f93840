from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..test_shipment import ShipmentCommon


class TrackingCommon(ShipmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Link = cls.env["logistics.tracking.link"]
        cls.customer.write({"name": "Fresh Dock Foods", "city": "Hamburg", "street": "88 Harbour Road"})

    @classmethod
    def _shipped(cls, number="SF1", **vals):
        """Return a delivery that a carrier has, and its link."""
        picking = cls._delivery(number, **vals)
        return picking, picking._ensure_tracking_links()

    def _expire(self, link):
        link.expires_on = fields.Date.today() - timedelta(days=2)
        return link


@tagged("post_install", "-at_install")
class TestTrackingLink(TrackingCommon):
    def test_one_link_short_and_hard_to_guess(self):
        picking, link = self._shipped()
        self.assertEqual(picking._ensure_tracking_links(), link, "one is enough")
        self.assertEqual(len(link._get_path()), 30)
        self.assertRegex(link._get_path(), r"^/t/[A-Za-z0-9]{27}$")
        self.assertEqual(picking.tracking_page_url, picking.get_base_url() + link._get_path())
        others = self.env["stock.picking"].union(*(self._delivery() for _turn in range(3)))
        secrets = {other._get_secret() for other in others._ensure_tracking_links()}
        self.assertEqual(len(secrets | {link._get_secret()}), 4)

    def test_one_link_at_a_time_in_the_database(self):
        picking, _link = self._shipped()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.Link.create({"picking_id": picking.id})

    def test_only_what_customers_wait_for(self):
        order = self._order(self.customer, confirm=False)
        order.action_confirm()
        out = order.picking_ids
        self.assertTrue(out._ensure_tracking_links(), "from the order on")
        cancelled = self._delivery(validate=False)
        cancelled.action_cancel()
        vendor = self._delivery()
        vendor.location_dest_id = self.env.ref("stock.stock_location_suppliers")
        self.assertFalse((cancelled + vendor)._ensure_tracking_links())

    def test_links_of_many_are_made_at_once(self):
        pickings = self.env["stock.picking"].union(*(self._delivery(validate=False) for _turn in range(14)))
        counts = []
        for batch in (pickings[:2], pickings[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch._ensure_tracking_links()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(pickings.tracking_link_ids), 14)
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(len(set(pickings.mapped("tracking_page_url"))), 14)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 20)

    def test_open_for_the_companys_days_after_the_last_that_happened(self):
        self.company.logistics_tracking_days = 10
        picking, link = self._shipped()
        at = fields.Datetime.now() + timedelta(days=3)
        with freeze_time(at):
            self._say(picking, "delivered", happened_at=at)
        self.assertIn((link.expires_on - at.date()).days, (10, 11), "Shanghai's day")
        self.assertTrue(link._is_open())

    def test_order_for_later_does_not_expire_before(self):
        order = self._order(self.customer, confirm=False)
        order.commitment_date = fields.Datetime.now() + timedelta(days=200)
        order.action_confirm()
        link = order.picking_ids._ensure_tracking_links()
        self.assertGreater(link.expires_on, order.commitment_date.date())

    def test_expired_link_of_a_delivery_under_way_opens_again(self):
        picking, link = self._shipped()
        self._expire(link)
        self.assertFalse(picking.tracking_page_url)
        picking._ensure_tracking_links()
        self.assertTrue(link._is_open())
        self.assertTrue(picking.tracking_page_url)

    def test_expired_link_of_an_ended_delivery_stays_closed(self):
        picking, link = self._shipped()
        self._say(picking, "delivered")
        self._expire(link)
        picking._ensure_tracking_links()
        self.assertFalse(link._is_open())
        picking.with_user(
            self._new_user("both", "group_agent", "stock.group_stock_user")
        ).action_copy_tracking_link()
        self.assertTrue(link._is_open(), "unless somebody hands it out")

    def test_revoked_and_given_anew(self):
        picking, link = self._shipped()
        agent = self._new_user("both", "group_agent", "stock.group_stock_user")
        old = link._get_path()
        link.with_user(agent).action_revoke()
        self.assertFalse(picking.tracking_page_url)
        self.assertIn("revoked", picking.message_ids[0].body)
        action = picking.with_user(agent).action_copy_tracking_link()
        new = self.Link.browse(action["res_id"])
        self.assertNotEqual(new._get_secret(), link._get_secret())
        self.assertTrue(new._is_open())
        self.assertFalse(self.Link._find(old[3:]))

    def test_links_of_the_past_are_deleted(self):
        (_one, old), (_two, new) = self._shipped(), self._shipped("SF2")
        old.expires_on = fields.Date.today() - timedelta(days=366)
        self._expire(new)
        self.Link._gc_expired()
        self.assertEqual((old + new).exists(), new)

    def test_find(self):
        (_one, link), (_two, other) = self._shipped(), self._shipped("SF2")
        token = link._get_path()[3:]
        self.assertEqual(self.Link._find(token), link)
        wrong = [
            "", "\0" * 27, token[:-1], token + "A", token[:5], token[5:], token.swapcase(),
            link.handle + other._get_secret(), other.handle + link._get_secret(), "é" * 27, token[:26] + "'",
            *(token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
              for place in range(27)),
        ]  # fmt: skip
        for guess in wrong:
            self.assertFalse(self.Link._find(guess), repr(guess))

    def test_shared_handle_is_decided_by_the_secret(self):
        (_one, link), (_two, other) = self._shipped(), self._shipped("SF2")
        other.handle = link.handle
        for mine in (link, other):
            self.assertEqual(self.Link._find(mine.handle + mine._get_secret()), mine)

    def test_wrong_tokens_cost_the_same(self):
        _picking, link = self._shipped()
        link._get_token()  # which database this is is asked once
        counts = set()
        for guess in ("A" * 27, link.handle + "A" * 22, "short", "A" * 5000):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Link._find(guess)
            counts.add(self.env.cr.sql_log_count - before)
        self.assertEqual(len(counts), 1)

    def test_nobody_reads_secrets_nor_writes_links(self):
        picking, link = self._shipped()
        for user in (self.agent, self.manager):
            mine = link.with_user(user)
            self.assertTrue(mine.expires_on)
            for name in ("old_link_digest", "remarks"):
                with self.assertRaises(AccessError):
                    mine.read([name])
                with self.assertRaises(AccessError):
                    mine.search([(name, "!=", False)])
            with self.assertRaises(AccessError):
                mine.write({"active": False})
            with self.assertRaises(AccessError):
                mine.create({"picking_id": picking.id})

    def test_other_companies_links_are_out_of_reach(self):
        _picking, link = self._shipped()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "group_manager", "stock.group_stock_user", company=company)
        for action in (link.with_user(stranger).action_revoke, link.with_user(stranger).action_renew):
            with self.assertRaises(AccessError):
                action()
        with self.assertRaises(AccessError):
            link.picking_id.with_user(stranger).action_copy_tracking_link()

    def test_warehouse_sees_the_address_but_no_links(self):
        picking, link = self._shipped()
        worker = self._new_user("worker", "stock.group_stock_user")
        self.assertEqual(
            picking.with_user(worker).tracking_page_url, picking.get_base_url() + link._get_path()
        )
        for action in (
            picking.with_user(worker).action_copy_tracking_link,
            link.with_user(worker).action_revoke,
        ):
            with self.assertRaises(AccessError):
                action()

    def test_expected_is_the_promise_of_the_goods_inside(self):
        order = self._order(self.customer)
        promised = datetime(2026, 5, 6, 9)
        order._agree_promise(promised, "Customer asked")
        self.assertEqual(order.picking_ids._get_tracking_expected(), promised)

    def test_goods_that_a_carrier_has_are_not_there_yet(self):
        picking, _link = self._shipped()
        self.assertTrue(picking.delivered_at, "for the figures the validation stands in")
        page = picking._prepare_tracking_page()
        self.assertEqual(page["steps"][-1]["state"], "ahead")
        own = self._deliver(self._order(self.customer))
        self.assertEqual(own._prepare_tracking_page()["steps"][-1]["state"], "done")

    def test_times_are_the_customers(self):
        picking, _link = self._shipped()
        self._say(picking, "in_transit")
        self.customer.tz = "America/New_York"
        page = picking._prepare_tracking_page()
        self.assertEqual(page["movements"][0]["time"], "Sun, Mar 1 11:00 PM")
        self.customer.tz = False
        page = picking._prepare_tracking_page()
        self.assertEqual(page["movements"][0]["time"], "Mon, Mar 2 12:00 PM")
        self.assertEqual(page["tz"], "China Time")

    def test_several_parcels(self):
        picking, _link = self._shipped("SF1,SF2")
        self._say(picking, "in_transit", tracking_ref="SF1")
        self._say(picking, "delivered", 4, tracking_ref="SF2")
        parcels = picking._prepare_tracking_page()["parcels"]
        self.assertEqual(
            [(parcel["number"], parcel["state"]) for parcel in parcels],
            [("SF1", "In transit"), ("SF2", "Delivered")],
        )

    def test_carriers_addresses_in_any_form(self):
        picking, _link = self._shipped("SF1,SF2")
        for url, links in (
            ("https://c.example/?n=SF1", {"": "https://c.example/?n=SF1"}),
            (
                '[["SF1", "https://c.example/1"], ["SF2", "https://c.example/2"]]',
                {"SF1": "https://c.example/1", "SF2": "https://c.example/2"},
            ),
            ("javascript:alert(1)", {}),
            ('[["SF1", "javascript:alert(1)"]]', {}),
            ("[1, 2]", {}),
            ("17", {}),
            ("//[", {}),
            (False, {}),
        ):
            self.env.cache.set(picking, picking._fields["carrier_tracking_url"], url)
            self.assertEqual(picking._get_tracking_carrier_links(), links, url)

    def test_remarks_of_staff_are_not_for_customers(self):
        picking, _link = self._shipped()
        self._say(picking, "problem", source="staff", text="Customer was rude")
        self._say(picking, "in_transit", 1, text="At the border")
        texts = [line["text"] for line in picking._prepare_tracking_page()["movements"]]
        self.assertEqual(texts, ["At the border", False])

    def test_handler(self):
        picking, _link = self._shipped()
        picking.sale_id.user_id = False
        first = self.supervisor
        self.assertEqual(picking._get_tracking_handler(), first)
        seller = self._new_user("seller", "base.group_user")
        picking.sale_id.user_id = seller
        self.assertEqual(picking._get_tracking_handler(), first, "who cannot open it is no help")
        seller.group_ids += self.env.ref("stock.group_stock_user")
        self.assertEqual(picking._get_tracking_handler(), seller)
        profile = self._profile_of(self.customer) or self._profile(self.customer)
        profile.agent_id = self._new_user("own", "group_agent", "stock.group_stock_user")
        picking.invalidate_recordset()
        self.assertEqual(picking._get_tracking_handler(), profile.agent_id)
