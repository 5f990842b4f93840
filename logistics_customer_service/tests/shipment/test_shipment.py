from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import MODULE, LogisticsCommon

NOON = datetime(2026, 3, 2, 4)


class ShipmentCommon(LogisticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["logistics.shipment.event"]
        cls.carrier = cls._new_carrier("Express")
        cls.customer = cls._customer()

    @classmethod
    def _new_carrier(cls, name):
        product = cls.env["product.product"].create({"name": name, "type": "service"})
        return cls.env["delivery.carrier"].create({"name": name, "product_id": product.id})

    @classmethod
    def _delivery(cls, number=False, carrier=None, validate=True, **vals):
        order = cls._order(cls.customer, **vals)
        picking = order.picking_ids
        picking.write({"carrier_id": (carrier or cls.carrier).id, "carrier_tracking_ref": number})
        if validate:
            cls._deliver(order)
        return picking

    def _say(self, picking, kind, hours=0, source="carrier", **vals):
        return self.Event.create(
            {
                "picking_id": picking.id,
                "kind": kind,
                "happened_at": NOON + timedelta(hours=hours),
                "source": source,
                **vals,
            }
        )

    def _carrier_event(self, number, code="3", kind="delivered", **vals):
        return self.Event.create(
            {
                "company_id": self.company.id,
                "carrier_id": self.carrier.id,
                "tracking_ref": number,
                "raw_code": code,
                "kind": kind,
                "source": "carrier",
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestReactions(ShipmentCommon):
    """What follows from what, and in which order: the effects of one are what the next one sees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Picking = cls.env["stock.picking"]

    def _record(self, model, steps):
        """Patch steps of a model; the list this returns fills with those taken."""
        taken = []

        def note(name):
            return lambda _records, *_args: taken.append(name)

        for name in steps:
            self.startPatcher(patch.object(type(model), name, note(name)))
        return taken

    def _names(self, model):
        return [name for name, _causes in model._get_reactions()]

    def test_events(self):
        steps = [
            "_detect_exceptions",
            "_note_occasions",
            "_plan_survey_requests",
            "_plan_callbacks",
        ]
        self.assertEqual(self._names(self.Event), steps)
        picking = self._delivery()
        seen = self._record(self.Picking, self._names(self.Picking))
        taken = self._record(self.Event, steps)
        looked = ["_refresh_arrival", "_sync_cod"]
        event = self._say(picking, "in_transit", source="staff")
        self.assertEqual((seen, taken), (looked, steps))
        taken.clear()
        event.kind = "delivered"
        self.assertEqual((seen, taken), (looked * 2, steps[1:]))
        taken.clear()
        event.unlink()
        self.assertEqual((seen, taken), (looked * 3, []))

    def test_event_that_goes_to_another_delivery(self):
        """Both look at what they are told now."""
        first, second = self._delivery(), self._delivery()
        event = self._say(first, "in_transit")
        seen = []
        self.startPatcher(
            patch.object(type(self.Picking), "_refresh_arrival", lambda pickings: seen.append(pickings))
        )
        event.picking_id = second
        self.assertEqual(seen, [first + second])

    def test_deliveries(self):
        steps = [
            "_claim_events",
            "_follow_date_done",
            "_note_handed_to_carrier",
            "_refresh_arrival",
            "_note_short",
            "_note_goods_out",
            "_sync_cod",
            "_sync_validated_cod",
            "_plan_survey_requests",
        ]
        self.assertEqual(self._names(self.Picking), steps)
        picking = self._delivery(validate=False)
        taken = self._record(self.Picking, steps)
        self._deliver(picking.sale_id)
        # core writes the carrier's number and price afterwards
        others = ("_claim_events", "_follow_date_done", "_sync_cod")
        done = [name for name in steps if name not in others]
        # validation writes the day before, and the test writes it anew afterwards
        after = taken[taken.index("_note_handed_to_carrier") :]
        self.assertEqual([name for name in after if name in done][: len(done)], done)
        taken.clear()
        picking.write({"carrier_id": False, "carrier_tracking_ref": "N1"})
        self.assertEqual(taken, ["_claim_events", "_refresh_arrival", "_sync_cod"])
        other = self._delivery(validate=False)
        taken.clear()
        other.action_cancel()
        self.assertEqual(taken, ["_refresh_arrival", "_sync_cod"])

    def test_occasions(self):
        steps = ["_note_notices", "_detect_exceptions", "_plan_callbacks_on"]
        self.assertEqual(self.Picking._get_occasion_steps(), steps)
        taken = self._record(self.Picking, steps)
        self._delivery(validate=False)._note_occasion("missed")
        self.assertEqual(taken, steps)

    def test_orders(self):
        steps = ["_note_confirmed", "_switch_cod", "_refresh_cod"]
        orders = self.env["sale.order"]
        self.assertEqual(self._names(orders), steps)
        order = self._order(self.customer, confirm=False)
        taken = self._record(orders, steps)
        order.action_confirm()
        order.cash_on_delivery = True
        order.order_line.price_unit = 5
        self.assertEqual(taken, steps)

    def test_what_is_written_beside_it_is_followed_by_nothing(self):
        picking = self._delivery()
        event = self._say(picking, "in_transit", source="staff")
        taken = [
            self._record(record, self._names(record))
            for record in (event, picking, picking.sale_id)
        ]
        event.write({"place": "Hub", "text": "Rain"})
        picking.note = "Ring twice"
        picking.sale_id.client_order_ref = "4711"
        self.assertEqual(taken, [[], [], []])


@tagged("post_install", "-at_install")
class TestShipment(ShipmentCommon):
    def test_validation_hands_over_to_the_carrier(self):
        picking = self._delivery()
        event = picking.shipment_event_ids
        self.assertEqual((event.kind, event.source), ("picked_up", "odoo"))
        self.assertEqual(picking.shipment_state, "picked_up")
        self.assertEqual(picking.delivered_at, picking.date_done, "nobody says otherwise")
        self.assertEqual(picking.delivered_source, "odoo")

    def test_own_delivery_has_no_carrier(self):
        order = self._order(self.customer)
        picking = self._deliver(order)
        self.assertFalse(picking.shipment_event_ids)
        self.assertEqual(picking.delivered_source, "odoo")

    def test_validation_of_many_costs_the_same_events(self):
        """Events of validated deliveries are made at once."""
        pickings = self.env["stock.picking"].union(
            *(self._delivery(validate=False) for _index in range(12))
        )
        counts = []
        for batch in (pickings[:2], pickings[2:]):
            batch.write({"state": "done", "date_done": NOON})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch._note_handed_to_carrier()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(pickings.shipment_event_ids), 12)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_carriers_word_outweighs_the_validation(self):
        picking = self._delivery()
        self._say(picking, "in_transit")
        self.assertFalse(picking.delivered_at)
        self.assertFalse(picking.delivered_source)
        self._say(picking, "delivered", 5)
        self.assertEqual(picking.delivered_at, NOON + timedelta(hours=5))
        self.assertEqual(picking.delivered_source, "carrier")

    def test_code_without_meaning_is_a_word_of_the_carrier(self):
        picking = self._delivery()
        self._say(picking, False, raw_code="?")
        self.assertFalse(picking.delivered_at)
        self.assertEqual(picking.shipment_state, "picked_up")

    def test_return_to_vendor_is_no_delivery(self):
        picking = self._delivery()
        picking.location_dest_id = self.env.ref("stock.stock_location_suppliers")
        self.assertFalse(picking.delivered_at)

    def test_late_and_repeated_scans_change_nothing(self):
        picking = self._delivery()
        self._say(picking, "delivered", 5)
        for hours in (1, 9, 9):
            self._say(picking, "in_transit", hours)
        self.assertEqual(picking.shipment_state, "delivered")
        self.assertEqual(picking.delivered_at, NOON + timedelta(hours=5))

    def test_handover_without_consent_is_a_finding(self):
        for kind in ("left_at_locker", "signed_by_other"):
            picking = self._delivery()
            self._say(picking, kind)
            self.assertTrue(picking.consent_finding)
            self._say(picking, "delivered", 8)
            self.assertTrue(picking.consent_finding, "fetching it later does not undo it")

    def test_consent_counts_from_its_day(self):
        profile = self._profile_of(self.customer) or self._profile(self.customer)
        self.env["logistics.consent"].create(
            {
                "profile_id": profile.id,
                "purpose_id": self.env.ref(f"{MODULE}.consent_purpose_locker_drop").id,
                "date": NOON.date(),
            }
        )
        before, after, other = (self._delivery() for _index in range(3))
        self._say(before, "left_at_locker", -24)
        self._say(after, "left_at_locker", 1)
        self._say(other, "signed_by_other", 1)
        self.assertEqual(
            [picking.consent_finding for picking in (before, after, other)], [True, False, True]
        )

    def test_findings_are_computed_in_a_batch(self):
        customers = [self._customer(f"C{index}") for index in range(12)]
        pickings = self.env["stock.picking"]
        for customer in customers:
            order = self._order(customer)
            pickings += order.picking_ids
        for batch in (pickings[:2], pickings[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Event.create(
                [
                    {"picking_id": picking.id, "kind": "left_at_locker", "source": "carrier"}
                    for picking in batch
                ]
            )
            self.env.flush_all()
            count = self.env.cr.sql_log_count - before
            if batch == pickings[:2]:
                few = count
        self.assertTrue(all(picking.consent_finding for picking in pickings))
        self.assertLessEqual(count, few + 2)

    def test_number_comes_after_the_event(self):
        event = self._carrier_event("SF1")
        self.assertFalse(event.picking_id)
        picking = self._delivery("SF1")
        self.assertEqual(event.picking_id, picking)
        self.assertEqual(picking.shipment_state, "delivered")

    def test_corrected_number_lets_go_of_the_other_shipment(self):
        picking = self._delivery("SF1")
        wrong, right = self._carrier_event("SF1"), self._carrier_event("SF2", kind="refused")
        self.assertEqual(wrong.picking_id, picking)
        picking.carrier_tracking_ref = "SF2"
        self.assertFalse(wrong.picking_id)
        self.assertEqual(right.picking_id, picking)
        self.assertEqual(picking.shipment_state, "refused")
        picking.carrier_tracking_ref = False
        self.assertFalse(right.picking_id)
        self.assertEqual(picking.shipment_state, "picked_up")

    def test_several_parcels_of_one_delivery(self):
        picking = self._delivery("SF1, SF2")
        events = self._carrier_event("SF2") + self._carrier_event("SF1", kind="in_transit")
        self.assertEqual(events.picking_id, picking)

    def test_number_used_anew_and_of_another_carrier(self):
        old, new = self._delivery("SF1"), self._delivery("SF1")
        self._delivery("SF1", carrier=self._new_carrier("Other"))
        self.assertEqual(self._carrier_event("SF1").picking_id, new)
        self.assertFalse(old.shipment_event_ids.filtered(lambda event: event.source == "carrier"))

    def test_number_of_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self._delivery("SF1")
        event = self._carrier_event("SF1", company_id=company.id)
        self.assertFalse(event.picking_id)

    def test_warehouse_enters_the_number(self):
        event = self._carrier_event("SF1")
        picking = self._delivery()
        worker = self._new_user("worker", "stock.group_stock_user")
        picking.with_user(worker).carrier_tracking_ref = "SF1"
        self.assertEqual(event.picking_id, picking)

    def test_meaning_reaches_the_waiting_events(self):
        picking = self._delivery("SF1")
        event = self._carrier_event("SF1", code="X1", kind=False)
        Code = self.env["logistics.event.code"]
        Code._note_unknown(self.carrier, {"X1"})
        Code._note_unknown(self.carrier, {"X1"})
        line = Code.search([("code", "=", "X1")])
        self.assertTrue(line.to_map)
        self.assertEqual(line.waiting_count, 1)
        self.manager.company_ids = self.env["res.company"].search([])  # it serves them all
        line.with_user(self.manager).kind = "refused"
        self.assertFalse(line.to_map)
        self.assertEqual(event.kind, "refused")
        self.assertEqual(picking.shipment_state, "refused")

    def test_general_meaning_takes_the_place_of_waiting_lines(self):
        other = self._new_carrier("Other")
        Code = self.env["logistics.event.code"]
        for carrier in (self.carrier, other):
            Code._note_unknown(carrier, {"X1"})
        known = Code.search([("code", "=", "X1"), ("carrier_id", "=", other.id)])
        known.action_means_nothing()
        mine = self._carrier_event("N1", code="X1", kind=False)
        theirs = self._carrier_event("N2", code="X1", kind=False, carrier_id=other.id)
        general = Code.create({"code": "X1", "kind": "in_transit"})
        self.assertEqual(Code.search([("code", "=", "X1")]), general + known)
        self.assertEqual((mine.kind, theirs.kind), ("in_transit", False))

    def test_own_meaning_outweighs_the_general_one(self):
        Code = self.env["logistics.event.code"]
        self.assertEqual(Code._get_kind_by_code(self.carrier, ["3"]), {"3": "delivered"})
        Code.create({"carrier_id": self.carrier.id, "code": "3", "kind": "in_transit"})
        self.assertEqual(Code._get_kind_by_code(self.carrier, ["3"]), {"3": "in_transit"})
        self.assertEqual(Code._get_kind_by_code(self.carrier, ["101", "?"]), {"101": False})

    def test_agent_writes_what_the_agent_entered(self):
        picking = self._delivery()
        events = self.Event.with_user(self.agent)
        own = events.create({"picking_id": picking.id, "kind": "delivered"})
        own.place = "Gate 3"
        self.assertEqual((own.user_id, own.source), (self.agent, "staff"))
        self.assertEqual(picking.delivered_source, "staff")
        carriers = self._say(picking, "in_transit")
        other = self._say(picking, "problem", source="staff", user_id=self.manager.id)
        for event in (carriers, other):
            with self.assertRaises(AccessError):
                event.with_user(self.agent).place = "Nowhere"
        for vals in ({"source": "carrier"}, {"external_id": "1"}, {"user_id": self.manager.id}):
            with self.assertRaises(AccessError):
                events.create({"picking_id": picking.id, "kind": "lost", **vals})
        other.with_user(self.supervisor).unlink()
        with self.assertRaises(AccessError):
            carriers.with_user(self.manager).unlink()
        with self.assertRaises(UserError):
            carriers.unlink()

    def test_staff_say_what_happened(self):
        picking = self._delivery()
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.Event.create({"picking_id": picking.id})

    def test_secret_is_the_managers(self):
        key = self.env["logistics.carrier.key"].create({"carrier_id": self.carrier.id})
        self.assertTrue(key.with_user(self.manager).secret)
        with self.assertRaises(AccessError):
            key.with_user(self.supervisor).read(["name"])
        other = key.copy()
        self.assertNotEqual((key.name, key.secret), (other.name, other.secret))

    def test_forms_open(self):
        worker = self._new_user("worker", "stock.group_stock_user", "base.group_partner_manager")
        seller = self._new_user("seller", "sales_team.group_sale_salesman_all_leads")
        picking = self._delivery("SF1")
        Form(picking.with_user(worker))
        Form(picking.sale_id.with_user(seller))
        # an agent reads deliveries by the groups of inventory
        agent = self._new_user(
            "teller", "group_agent", "stock.group_stock_user", "base.group_partner_manager"
        )
        Form(picking.with_user(agent))
        action = picking.with_user(agent).action_add_shipment_event()
        form = Form(self.Event.with_user(agent).with_context(**action["context"]))
        form.kind = "delivered"
        event = form.save()
        self.assertEqual(event.picking_id, picking)
        Form(event.with_user(agent))

    def test_columns_are_made_without_computing(self):
        """A database with many transfers gets empty columns, and no update of every row."""
        picking = self._delivery()
        self.env.flush_all()
        self.env.cr.execute(
            """ALTER TABLE stock_picking DROP COLUMN shipment_state,
                DROP COLUMN shipment_event_count, DROP COLUMN shipment_reported"""
        )
        with patch.object(type(self.registry), "post_init"):
            self.env["stock.picking"]._auto_init()
        self.env.cr.execute(
            """SELECT shipment_state, shipment_event_count, shipment_reported
                 FROM stock_picking WHERE id = %s""",
            [picking.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (None, None, None))
        picking.invalidate_recordset()
        self.assertEqual(picking.delivered_source, "odoo")


@tagged("post_install", "-at_install")
class TestPromise(ShipmentCommon):
    def setUp(self):
        super().setUp()
        self.order = self._order(self.customer, confirm=False, commitment_date=NOON)
        self.order.action_confirm()
        self.line = self.order.order_line

    def test_promise_of_each_line_at_confirmation(self):
        promise = self.order.promise_ids
        self.assertEqual(promise.line_id, self.line)
        self.assertEqual((promise.promised_date, promise.origin), (NOON, "confirmed"))
        self.assertEqual(self.line.promised_date, NOON)

    def test_without_a_date_each_line_has_its_own(self):
        order = self._order(self.customer, confirm=False)
        order.order_line.customer_lead = 2
        order.order_line.copy({"order_id": order.id, "customer_lead": 9})
        order.action_confirm()
        first, second = order.order_line.mapped("promised_date")
        self.assertEqual((second - first).days, 7)

    def test_what_we_move_alone_leaves_the_promise(self):
        self.order.commitment_date = NOON + timedelta(days=9)
        self.order.picking_ids.scheduled_date = NOON + timedelta(days=9)
        self.assertEqual(self.line.promised_date, NOON)
        self.assertEqual(self.order.promised_date, NOON)
        self.assertEqual(len(self.order.promise_ids), 1)

    def test_line_added_later_is_promised_at_once(self):
        self.order.order_line = [
            Command.create({"product_id": self.product.id, "product_uom_qty": 1}),
            Command.create({"display_type": "line_note", "name": "Thank you"}),
        ]
        self.assertEqual(len(self.order.promise_ids), 2)
        self.assertEqual(self.order.order_line[1].promised_date, NOON)

    def test_seller_agrees_a_new_date(self):
        seller = self._new_user("seller", "sales_team.group_sale_salesman_all_leads")
        order = self.order.with_user(seller)
        self.assertTrue(order.can_agree_promise)
        context = order.action_agree_promise()["context"]
        form = Form(self.env["logistics.promise.agree"].with_user(seller).with_context(**context))
        self.assertEqual(form.line_ids.ids, self.line.ids)
        form.promised_date = NOON + timedelta(days=3)
        form.reason = " after the holidays "
        form.save().action_agree()
        promise = self.order.promise_ids[0]
        self.assertEqual(
            (promise.origin, promise.reason, promise.user_id),
            ("agreed", "after the holidays", seller),
        )
        self.assertEqual(self.line.promised_date, NOON + timedelta(days=3))
        self.assertEqual(self.order.promised_date, NOON + timedelta(days=3))
        self.assertEqual(len(self.order.promise_ids), 2)
        self.assertEqual(order.commitment_date, NOON, "what we plan is another matter")

    def test_reason_and_lines_are_asked_for(self):
        vals = {"order_id": self.order.id, "promised_date": NOON, "reason": "asked"}
        Wizard = self.env["logistics.promise.agree"]
        other = self._order(self.customer)
        for wrong in (
            {"reason": "  "},
            {"line_ids": [Command.set(other.order_line.ids)]},
            {"line_ids": [Command.clear()]},
        ):
            with self.assertRaises(UserError):
                Wizard.create({**vals, **wrong}).action_agree()
        draft = self._order(self.customer, confirm=False)
        with self.assertRaises(UserError):
            Wizard.create({**vals, "order_id": draft.id}).action_agree()

    def test_nobody_writes_promises_by_hand(self):
        seller = self._new_user("seller", "sales_team.group_sale_salesman")
        promise = self.order.promise_ids
        for user in (seller, self.manager):
            with self.assertRaises(AccessError):
                promise.with_user(user).promised_date = fields.Datetime.now()
        self.order.user_id = self.manager
        self.assertFalse(self.env["logistics.promise"].with_user(seller).search(
            [("order_id", "=", self.order.id)]
        ))

    def test_delivered_order_has_nothing_to_agree(self):
        self._deliver(self.order)
        self.assertFalse(self.order.can_agree_promise)

    def test_second_confirmation_promises_anew(self):
        self.order._action_cancel()
        self.order.action_draft()
        self.order.commitment_date = NOON + timedelta(days=1)
        self.order.action_confirm()
        self.assertEqual(self.line.promised_date, NOON + timedelta(days=1))
        self.assertEqual(len(self.order.promise_ids), 2)
