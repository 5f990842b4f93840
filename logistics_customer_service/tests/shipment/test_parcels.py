from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .test_shipment import ShipmentCommon


class ParcelCommon(ShipmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()

    def _told(self, number, kind, days=0, **vals):
        """Have the carrier tell what happened so many days ago."""
        at = self.now - timedelta(days=days)
        return self._carrier_event(number, kind=kind, happened_at=at, **vals)

    def _sent_again(self, picking):
        """Bring the goods of a delivery back, and send them out again by a return of the return."""
        back = self._return(picking)
        wizard = self.env["stock.return.picking"].create({"picking_id": back.id})
        for line in wizard.product_return_moves:
            line.quantity = sum(back.move_ids.mapped("quantity"))
        again = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        again.write({"carrier_id": self.carrier.id, "carrier_tracking_ref": f"AGAIN{again.id}"})
        for move in again.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        again.with_context(skip_sms=True).button_validate()
        return back, again


@tagged("post_install", "-at_install")
class TestParcels(ParcelCommon):
    """A delivery of several parcels is where its parcels are."""

    def test_one_of_two_is_not_the_delivery(self):
        picking = self._delivery("LAB1,LAB2")
        self._told("LAB2", "in_transit", 3)
        self._told("LAB1", "delivered", 2)
        self.assertEqual((picking.shipment_state, picking.delivered_at), ("in_transit", False))
        self.assertTrue(picking.shipment_open)
        self._told("LAB2", "delivered", 1)
        self.assertEqual(picking.delivered_at, self.now - timedelta(days=1))
        self.assertFalse(picking.shipment_open)

    def test_the_other_is_lost(self):
        for order in (("delivered", "lost"), ("lost", "delivered")):
            number = f"LAB{order[0]}"
            picking = self._delivery(f"{number}1;{number}2")
            for kind in order:
                self._told(f"{number}{1 + (kind == 'lost')}", kind, 1)
            self.assertEqual(picking.shipment_state, "partly_delivered")
            self.assertFalse(picking.delivered_at or picking.shipment_open)
            self.env["logistics.exception"]._detect(picking)
            self.assertIn("problem", picking.exception_ids.mapped("kind"))

    def test_cash_is_collected_with_the_last(self):
        picking = self._delivery("LAB5,LAB6", cash_on_delivery=True)
        self._told("LAB5", "delivered", 1)
        self.assertEqual(picking.cod_ids.state, "to_collect")
        self._told("LAB6", "delivered")
        self.assertEqual(picking.cod_ids.state, "collected")

    def test_staff_speak_of_all_or_of_one(self):
        picking = self._delivery("LAB7,LAB8")
        context = picking.action_add_shipment_event()["context"]
        number = context["default_tracking_ref"]
        event = self._say(picking, "delivered", source="staff", tracking_ref=number)
        self.assertTrue(picking.carrier_delivered_at)
        event.tracking_ref = "lab8"
        self.assertFalse(picking.carrier_delivered_at)

    def test_a_number_more_is_a_parcel_more(self):
        picking = self._delivery("LAB10")
        self._told("LAB10", "delivered")
        self.assertFalse(picking.shipment_open)
        picking.carrier_tracking_ref = "LAB10、LAB11"
        self.assertFalse(picking.delivered_at)
        self.assertTrue(picking.shipment_open)

    def test_page_shows_each(self):
        picking = self._delivery("LAB21,LAB22")
        self._told("LAB22", "lost", 1)
        self._told("LAB21", "delivered")
        page = picking.sudo()._prepare_tracking_page()
        states = {parcel["number"]: parcel["state"] for parcel in page["parcels"]}
        self.assertEqual(states, {"LAB21": "Delivered", "LAB22": "Lost"})
        self.assertEqual(page["outcome"], {"tone": "warning", "label": "Delivered in part"})

    def test_customer_is_told_when_all_are_there(self):
        self.env.company.logistics_notify = True
        rule = self.env["logistics.notice.rule"].search([("occasion", "=", "delivered")], limit=1)
        if not rule:
            self.skipTest("no rule tells of deliveries")
        picking = self._delivery("LAB31,LAB32")
        told = self.env["logistics.notice"]
        mine = [("picking_id", "=", picking.id), ("occasion", "=", "delivered")]
        self._told("LAB31", "delivered")
        self.assertFalse(told.search(mine))


@tagged("post_install", "-at_install")
class TestNumbers(ParcelCommon):
    """Whose event it is: by the number, however it is written, and by the time."""

    def test_pasted_numbers(self):
        for number, written in enumerate(
            (
                "A%s，B%s", "A%s;B%s", "A%s；B%s", "A%s、B%s", "A%s\nB%s", "A%s\tB%s",
                "A%s\xa0", "\u200bA%s", "a%s", "Ａ%s", "A%s B%s", "A%s|B%s", '"A%s"',
            )
        ):  # fmt: skip
            with self.subTest(written=written):
                code = f"LAB{number}00"
                picking = self._delivery(written.replace("%s", code))
                self.assertEqual(self._told(f"A{code}", "in_transit").picking_id, picking)
                self.assertEqual(self._told(f"a{code}\u200b", "at_hub").picking_id, picking)

    def test_event_waits_for_a_number_however_written(self):
        event = self._told("lab9001", "in_transit", 1)
        picking = self._delivery("lab 9001；LAB9002")
        self.assertEqual(event.picking_id, picking)

    def test_found_by_staff_and_customers(self):
        picking = self._delivery("LAB9101、LAB9102")
        found = self.env["stock.picking"]._find_by_tracking_numbers({" lab9102\n"}, self.company.ids)
        self.assertEqual(found, picking)

    def test_old_event_is_of_another_shipment(self):
        event = self._told("LABOLD1", "delivered", 240)
        picking = self._delivery("LABOLD1")
        self.assertFalse(event.picking_id)
        self.assertFalse(picking.carrier_delivered_at)

    def test_event_of_the_days_before(self):
        """Who enters deliveries late still gets their events; how late is a setting."""
        event = self._told("LABOLD2", "in_transit", 6)
        self.assertTrue(self._delivery("LABOLD2"))
        self.assertTrue(event.picking_id)
        self.company.logistics_early_scan_days = 5
        event = self._told("LABOLD3", "in_transit", 6)
        self._delivery("LABOLD3")
        self.assertFalse(event.picking_id)

    def test_each_event_goes_to_the_delivery_of_its_time(self):
        old = self._delivery("LABTWICE", at=self.now - timedelta(days=240))
        old.date_done = self.now - timedelta(days=239)
        new = self._delivery("LABTWICE")
        self.assertEqual(self._told("LABTWICE", "delivered", 237).picking_id, old)
        self.assertEqual(self._told("LABTWICE", "in_transit").picking_id, new)
        self.assertFalse(self._told("LABTWICE", "in_transit", 100).picking_id)

    def test_number_used_again_before_we_do(self):
        """What is told of a delivery that came long ago is of somebody else's parcel."""
        old = self._delivery("LABPAST", at=self.now - timedelta(days=240))
        old.date_done = self.now - timedelta(days=239)
        self.assertFalse(self._told("LABPAST", "returned").picking_id)
        self.company.logistics_number_days = 365
        self.assertEqual(self._told("LABPAST", "at_hub").picking_id, old)


@tagged("post_install", "-at_install")
class TestSentAgain(ParcelCommon):
    """Only what leaves the customer is a return."""

    def test_delivery_after_a_return(self):
        picking = self._delivery("LABAWAY1", qty=2)
        back, again = self._sent_again(picking)
        self.assertTrue(back.from_customer and not back.to_customer)
        self.assertTrue(again.to_customer and not again.from_customer)
        self.assertTrue(again.return_id)
        event = self._told(again.carrier_tracking_ref, "in_transit")
        self.assertEqual(event.picking_id, again)
        self.assertTrue(again.shipment_open)
        self.assertTrue(again._ensure_tracking_links())
        self.assertFalse(back._ensure_tracking_links())
        found = self.env["stock.picking"].search([("id", "in", (picking + back + again).ids)])
        self.assertEqual(found.filtered_domain([("to_customer", "=", True)]), picking + again)
        self.assertEqual(
            self.env["stock.picking"].search(
                [("id", "in", found.ids), ("to_customer", "=", False)]
            ),
            back,
        )

    def test_reports_count_it(self):
        picking = self._delivery("LABAWAY2", qty=2)
        self._told("LABAWAY2", "returned", 1)
        _back, again = self._sent_again(picking)
        self._told(again.carrier_tracking_ref, "delivered")
        self.env.flush_all()
        self._judge_outcomes()
        report = self.env["logistics.shipment.report"].search(
            [("picking_id", "in", (picking + again).ids)]
        )
        self.assertEqual(report.picking_id, picking + again)
        line = self.env["logistics.delivery.report"].search(
            [("order_id", "=", picking.sale_id.id)], limit=1
        )
        self.assertEqual(line.delivered_at, self.now)
        self.assertEqual((line.delivered_qty, line.ordered_qty), (2, 2))

    def test_straight_from_the_vendor(self):
        """A delivery that never sees our warehouse is one; what goes back to the vendor is none."""
        kind = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)]).in_type_id[:1]
        kind.logistics_deliveries = "all"  # nobody ordered it
        vendor, home = (
            self.env.ref(f"stock.stock_location_{name}") for name in ("suppliers", "customers")
        )

        def transfer(source, target, number):
            picking = self.env["stock.picking"].create(
                {
                    "partner_id": self.customer.id,
                    "picking_type_id": kind.id,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "carrier_id": self.carrier.id,
                    "carrier_tracking_ref": number,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "product_uom_qty": 1,
                                "location_id": source.id,
                                "location_dest_id": target.id,
                            }
                        )
                    ],
                }
            )
            picking.action_confirm()
            return picking

        out, back = transfer(vendor, home, "DROP1001"), transfer(home, vendor, "DROP1002")
        self.assertEqual(self._told("DROP1001", "in_transit").picking_id, out)
        self.assertFalse(self._told("DROP1002", "in_transit").picking_id)
        self.assertTrue(out.shipment_open and back.from_customer)
