import re
from unittest.mock import patch

from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger
from odoo.tools.safe_eval import safe_eval

from ...common import MODULE
from ..arrival.test_arrival import DAY, ArrivalCommon


class ExceptionCommon(ArrivalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Exception = cls.env["logistics.exception"]
        cls.Exception.search([]).unlink()
        # the detection goes through every company: nothing is wrong with the demo story's deliveries
        cls.env.cr.execute(
            """UPDATE stock_picking
                  SET shipment_open = FALSE, shipment_short = FALSE, shipment_state = NULL,
                      consent_finding = FALSE, silent_since = NULL"""
        )
        cls.env.invalidate_all()

    def _found(self, picking, live=True):
        """Judge and detect, and return the kinds of a delivery's exceptions."""
        self._judge_outcomes()
        self.Exception._detect()
        states = ("open", "in_hand") if live else ("settled", "gone")
        found = self.Exception.search([("picking_id", "=", picking.id), ("state", "in", states)])
        return sorted(found.mapped("kind"))

    def _late(self, **vals):
        """Return the exception of a delivery that is late."""
        picking = self._promised(-2, **vals)
        self.Exception._detect()
        return self.Exception.search([("picking_id", "=", picking.id)])

    def _detect_by_cron(self):
        cron = self.env.ref(f"{MODULE}.ir_cron_detect_exceptions")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestDetection(ExceptionCommon):
    def test_all_is_well(self):
        picking = self._under_way()
        self.assertEqual(self._found(picking), [])

    def test_late_until_handed_over(self):
        picking = self._under_way(-2)
        self.assertEqual(self._found(picking), ["late"])
        self._tell(picking, "delivered")
        self.assertEqual(self._found(picking), [])
        gone = picking.exception_ids
        self.assertEqual(gone.state, "gone")
        self.assertTrue(gone.ended_at)

    def test_will_be_late_becomes_late(self):
        picking = self._under_way(1)
        self._tell(picking, "at_hub", expected_at=self.now + 4 * DAY)
        self.assertEqual(self._found(picking), ["will_be_late"])
        picking.sale_id.order_line.promised_date = self.now - DAY
        picking._refresh_arrival()
        self.assertEqual(self._found(picking), ["late"])
        self.assertEqual(self._found(picking, live=False), ["will_be_late"])

    def test_silent(self):
        picking = self._under_way()
        picking.shipment_event_ids.happened_at = self.now - 3 * DAY
        picking._note_silence()
        self.assertEqual(self._found(picking), ["silent"])
        self._tell(picking, "at_hub")
        self.assertEqual(self._found(picking), [])

    def test_trouble(self):
        for kind, exception in (
            ("refused", "refused"),
            ("problem", "problem"),
            ("attempted", "problem"),
            ("returned", "problem"),
            ("lost", "problem"),
        ):
            picking = self._under_way()
            self._tell(picking, kind)
            self.assertEqual(self._found(picking), [exception], kind)
            self._tell(picking, "delivered", 0)
            self.assertEqual(self._found(picking), [], kind)

    def test_short_until_the_backorder_has_gone(self):
        order = self._order(self.customer, qty=10)
        picking = self._deliver(order, qty=6)
        self.assertEqual(self._found(picking), ["short"])
        self._deliver(order)
        self.assertEqual(self._found(picking), [])

    def test_short_is_seen_at_once_and_made_up_for_when_judged(self):
        order = self._order(self.customer, qty=10)
        picking = self._deliver(order, qty=6)
        self.Exception._detect()
        self.assertEqual(picking.exception_ids.mapped("state"), ["open"])
        self._judge_outcomes()
        self._deliver(order)
        self.env.cr.precommit.data.pop("logistics_detect", None)
        self.env["ir.cron.trigger"].search([]).unlink()
        self._judge_outcomes()
        cron = self.env.ref(f"{MODULE}.ir_cron_detect_exceptions")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self._detect_by_cron()
        self.assertEqual(picking.exception_ids.mapped("state"), ["gone"])

    def test_other_goods_on_the_line_make_up_for_it(self):
        order = self._order(self.customer, qty=10)
        picking = order.picking_ids
        other = self.env["product.product"].create({"name": "Box", "type": "consu", "is_storable": True})
        picking.move_ids.product_id = other
        self._deliver(order, qty=10)
        picking.shipment_short = True
        self.assertEqual(self._found(picking), [])

    def test_short_without_a_backorder(self):
        picking = self._deliver(self._order(self.customer, qty=10), qty=6, backorder=False)
        self.assertEqual(self._found(picking), ["short"])
        picking.sale_id.order_line.product_uom_qty = 6
        self.assertEqual(self._found(picking), [], "the customer takes what there was")

    def test_return_does_not_make_a_delivery_short(self):
        order = self._order(self.customer, qty=10)
        first = self._deliver(order, qty=6)
        rest = self._deliver(order)
        wizard = self.env["stock.return.picking"].with_context(
            active_id=rest.id, active_ids=rest.ids, active_model="stock.picking"
        ).create({})
        wizard.product_return_moves.quantity = 4
        back = self.Picking.browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 4, "picked": True})
        back.with_context(skip_sms=True).button_validate()
        self.assertEqual(order.order_line.qty_delivered, 6)
        self.assertEqual(self._found(first), [])

    def test_without_consent(self):
        picking = self._under_way()
        self._tell(picking, "left_at_locker")
        self.assertEqual(self._found(picking), ["no_consent"])

    def test_old_history_is_left_alone(self):
        picking = self._under_way()
        self._tell(picking, "left_at_locker")
        picking.date_done = self.now - 60 * DAY
        self.assertEqual(self._found(picking), [])

    def test_kinds_of_another_addon(self):
        picking = self._promised(5)
        kinds = [("odd", "Odd")]
        with (
            patch.object(type(self.Exception), "_get_kinds", lambda _self: kinds),
            patch.object(
                type(self.Exception),
                "_get_detection_sql",
                lambda _self, _kind: SQL("sp.id = %s", picking.id),
            ),
        ):
            self.Exception._detect()
        self.assertEqual(len(picking.exception_ids), 1)

    def test_cron_twice_changes_nothing(self):
        picking = self._promised(-2)
        self._detect_by_cron()
        found = picking.exception_ids
        self.assertEqual(found.mapped("kind"), ["late"])
        detected = found.detected_at
        self._detect_by_cron()
        self.assertEqual(picking.exception_ids, found)
        self.assertEqual((found.detected_at, found.state), (detected, "open"))

    def test_settled_does_not_come_back_but_begins_anew(self):
        exception = self._late()
        picking = exception.picking_id
        exception.with_user(self.agent)._settle("called")
        self.assertEqual(self._found(picking), [])
        self.assertFalse(exception.ended_at, "it still is late")
        picking.sale_id._agree_promise(self.now + 3 * DAY, "agreed")
        self.assertTrue(exception.ended_at)
        self.assertEqual(exception.state, "settled")
        picking.sale_id.order_line.promised_date = self.now - DAY
        picking._refresh_arrival()
        self.assertEqual(self._found(picking), ["late"])
        self.assertEqual(len(picking.exception_ids), 2)

    def test_database_lets_one_of_a_kind_stand(self):
        exception = self._late()
        twin = {
            "picking_id": exception.picking_id.id,
            "kind": "late",
            "company_id": self.company.id,
            "state": "settled",
        }
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.Exception.create(twin)
        exception.ended_at = self.now
        self.env.flush_all()
        self.assertTrue(self.Exception.create(twin))

    def test_row_made_by_another_meanwhile_is_no_error(self):
        """Where the check sees nothing, for another is about to write, the index decides."""
        exception = self._late()
        self.env.flush_all()
        queries = []
        execute = self.env.cr.execute

        def blind(query, *args, **kwargs):
            if isinstance(query, SQL) and 'INSERT INTO "logistics_exception"' in query.code:
                queries.append(query.code)
                query = SQL(
                    query.code.replace("standing.ended_at IS NULL", "FALSE"), *query.params
                )
            return execute(query, *args, **kwargs)

        with patch.object(self.env.cr, "execute", blind):
            self.assertEqual(self.Exception._detect(), 0)
        self.assertTrue(queries)
        self.assertEqual(exception.picking_id.exception_ids, exception)

    def test_one_kind_in_trouble_leaves_the_others(self):
        picking = self._promised(-2)
        self._tell(picking, "refused")
        detect = type(self.Exception)._detect_kind

        def poisoned(model, kind, scope):
            if kind == "silent":
                raise ValueError("another addon's mistake")
            return detect(model, kind, scope)

        self.startPatcher(patch.object(type(self.Exception), "_detect_kind", poisoned))
        with mute_logger(f"odoo.addons.{MODULE}.models.shipment.exception.logistics_exception"):
            self._detect_by_cron()
        self.assertEqual(set(picking.exception_ids.mapped("kind")), {"late", "refused"})

    def test_news_call_the_scheduled_action_once(self):
        cron = self.env.ref(f"{MODULE}.ir_cron_detect_exceptions")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        picking = self._under_way()
        self._tell(picking, "refused")
        self.env.cr.flush()
        self._tell(picking, "problem")
        self.env.cr.flush()
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(len(triggers), 1)

    def test_last_kinds_come_though_the_first_take_all_the_time(self):
        """A run that stopped would begin anew with the first kind, for ever."""
        picking = self._under_way()
        self._tell(picking, "left_at_locker")
        asked = []

        def progress(_cron, processed=0, remaining=None):
            asked.append(remaining)
            return 0  # the time is up

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", progress):
            self.Exception._cron_detect_exceptions()
        self.env.invalidate_all()
        self.assertEqual(picking.exception_ids.mapped("kind"), ["no_consent"])
        self.assertEqual(asked[-1], 0)

    def test_best_customers_first_then_the_largest_orders(self):
        vip, plain = self._customer("VIP"), self._customer("Plain")
        for partner, tier in ((vip, self.vip), (plain, self.standard)):
            profile = self._profile_of(partner) or self._profile(partner)
            profile._set_tier(tier, "manual")
        pickings = [
            self._order(partner, amount, commitment_date=self.now - 2 * DAY).picking_ids
            for partner, amount in ((plain, 500), (vip, 10), (plain, 900), (vip, 20))
        ]
        self.Exception._detect()
        found = self.Exception.search([("kind", "=", "late")])
        self.assertEqual(found.picking_id.ids, [pickings[index].id for index in (3, 1, 2, 0)])
        self.assertEqual(found[0].tier_id, self.vip)
        self._profile_of(plain)._set_tier(self.vip, "manual")
        self.Exception._detect()
        self.assertEqual(found.sorted()[0].picking_id, pickings[2], "brought up to date")

    def test_value_is_in_the_companys_currency(self):
        foreign = self.env["res.currency"].with_context(active_test=False).search(
            [("id", "!=", self.company.currency_id.id)], limit=1
        )
        foreign.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": foreign.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 4.0,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )
        order = self._order(
            self.customer, 100, pricelist_id=pricelist.id, commitment_date=self.now - 2 * DAY
        )
        self.Exception._detect()
        self.assertAlmostEqual(order.picking_ids.exception_ids.order_value, 25)

    def test_value_to_the_third_place_of_a_currency(self):
        dinar = self.env.ref("base.KWD")
        dinar.active = True
        self.company.currency_id = dinar
        self.env["product.pricelist"].search([]).currency_id = dinar
        vals = {"commitment_date": self.now - 2 * DAY, "currency_id": dinar.id}
        order = self._order(self.customer, 1.235, **vals)
        self.Exception._detect()
        self.assertAlmostEqual(order.picking_ids.exception_ids.order_value, 1.235, 4)

    def test_each_company_sees_its_own(self):
        exception = self._late()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "group_supervisor", company=company)
        theirs = self.Exception.with_user(stranger).with_context(
            allowed_company_ids=company.ids
        )
        self.assertFalse(theirs.search([]))
        with self.assertRaises(AccessError):
            theirs.browse(exception.id).action_take()
        with self.assertRaises(AccessError):
            theirs.env["stock.picking"].browse(exception.picking_id.id).read(["name"])
        with self.assertRaises(AccessError):
            theirs.env["sale.order"].browse(exception.order_id.id).read(["name"])

    def test_fifty_cost_the_queries_of_five(self):
        counts = []
        for size in (5, 50):
            pickings = self.Picking.union(*(self._promised(-2) for _index in range(size)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.Exception._detect(), size)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(pickings.exception_ids), size)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 30)


@tagged("post_install", "-at_install")
class TestWorklist(ExceptionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._new_user("colleague", "group_agent")

    def test_first_who_takes_it_has_it(self):
        exception = self._late()
        exception.with_user(self.agent).action_take()
        self.assertEqual((exception.user_id, exception.state), (self.agent, "in_hand"))
        with self.assertRaisesRegex(UserError, re.escape(self.agent.name)):
            exception.with_user(self.colleague).action_take()
        with self.assertRaises(UserError):
            exception.with_user(self.agent).action_take()
        self.assertEqual(exception.user_id, self.agent)

    def test_taking_many_leaves_those_of_others(self):
        taken, free = self._late(), self._late()
        taken.with_user(self.agent).action_take()
        answer = (taken + free).with_user(self.colleague).action_take()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertEqual((taken.user_id, free.user_id), (self.agent, self.colleague))

    def _broken(self):
        """Return what is wrong with a delivery that is late, and was refused as well."""
        exception = self._late()
        self._tell(exception.picking_id, "refused")
        self.Exception._detect()
        return exception.picking_id.exception_ids

    def _search_rows(self, *domain):
        """Return the rows of the screen as it opens."""
        return self.Exception.search(
            [("stands_for_delivery", "=", True), ("state", "in", ("open", "in_hand")), *domain]
        )

    def test_one_row_for_a_delivery(self):
        broken, late = self._broken(), self._late()
        self.assertEqual(len(broken), 2)
        rows = self._search_rows()
        self.assertEqual(rows, broken.sorted("id")[0] + late)
        self.assertEqual(rows.mapped("stands_for_delivery"), [True, True])
        self.assertEqual(
            [tag["label"] for tag in rows[0].kind_tags], ["Delivery refused", "Late"], "the worst first"
        )
        self.assertEqual(self._search_rows(("any_kind", "=", "refused")), rows[0])
        self.assertEqual(self._search_rows(("any_kind", "in", ["late", "refused"])), rows)
        action = self.env["ir.actions.act_window"]._for_xml_id(f"{MODULE}.logistics_exception_action")
        self.assertIn("search_default_deliveries", action["context"])

    def test_all_of_a_delivery_is_one_piece_of_work(self):
        broken = self._broken()
        row = self._search_rows().with_user(self.agent)
        row.action_take()
        self.assertEqual((broken.user_id, set(broken.mapped("state"))), (self.agent, {"in_hand"}))
        row.action_give_back()
        self.assertEqual((broken.user_id.id, set(broken.mapped("state"))), (False, {"open"}))
        row.with_user(self.supervisor)._give_to(self.colleague)
        self.assertEqual(broken.user_id, self.colleague)
        row.with_user(self.colleague)._settle("called")
        self.assertEqual(set(broken.mapped("state")), {"settled"})
        self.assertFalse(self._search_rows())
        ended = self.Exception.search(
            [("stands_for_delivery", "=", True), ("picking_id", "=", broken.picking_id.id)]
        )
        self.assertEqual(len(ended), 1, "what has ended is one row, too")

    def test_given_back(self):
        exception = self._late()
        exception.with_user(self.agent).action_take()
        with self.assertRaises(UserError):
            exception.with_user(self.colleague).action_give_back()
        exception.with_user(self.agent).action_give_back()
        self.assertEqual((exception.user_id.id, exception.state), (False, "open"))

    def test_settled_with_a_note(self):
        exception = self._late()
        exception.with_user(self.agent).action_take()
        action = exception.with_user(self.agent).action_settle()
        wizards = self.env["logistics.exception.settle"].with_user(self.agent)
        form = Form(wizards.with_context(**action["context"]))
        form.outcome = " Friday is fine "
        wizard = form.save()
        wizard.action_settle()
        self.assertEqual((exception.state, exception.outcome), ("settled", "Friday is fine"))
        self.assertTrue(exception.settled_at)
        wizard.outcome = "   "
        with self.assertRaises(UserError):
            wizard.action_settle()
        with self.assertRaises(UserError):
            exception.with_user(self.agent)._settle("again")
        with self.assertRaises(UserError):
            exception.with_user(self.agent).action_take()

    def test_settling_is_for_who_has_it_or_supervises(self):
        exception, free = self._late(), self._late()
        exception.with_user(self.agent).action_take()
        with self.assertRaisesRegex(UserError, re.escape(self.agent.name)):
            (exception + free).with_user(self.colleague)._settle("called")
        (exception + free).with_user(self.supervisor)._settle("called")
        self.assertEqual(exception.user_id, self.agent, "the work is the agent's")
        self.assertEqual(free.user_id, self.supervisor)

    def test_supervisor_assigns(self):
        exceptions = self._late() + self._late()
        action = exceptions.with_user(self.supervisor).action_assign()
        wizards = self.env["logistics.assign"].with_user(self.supervisor)
        form = Form(wizards.with_context(**action["context"]))
        form.user_id = self.agent
        form.save().action_assign()
        self.assertEqual(exceptions.user_id, self.agent)
        with self.assertRaises(AccessError):
            exceptions.with_user(self.agent)._give_to(self.colleague)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(UserError):
            exceptions.with_user(self.supervisor)._give_to(
                self._new_user("stranger", "group_agent", company=company)
            )

    def test_what_follows_of_the_same_delivery_is_the_agents_too(self):
        exception = self._late()
        exception.with_user(self.agent).action_take()
        self._tell(exception.picking_id, "refused")
        self.Exception._detect()
        refused = exception.picking_id.exception_ids - exception
        self.assertEqual((refused.kind, refused.user_id), ("refused", self.agent))

    def test_agent_agrees_a_new_date_and_it_is_late_no_more(self):
        exception = self._late()
        mine = exception.with_user(self.agent)
        self.assertTrue(mine.can_agree_promise)
        context = mine.action_agree_promise()["context"]
        wizards = self.env["logistics.promise.agree"].with_user(self.agent)
        form = Form(wizards.with_context(**context))
        form.promised_date = self.now + 2 * DAY
        form.reason = "by phone with Ms Li"
        form.save().action_agree()
        order = exception.order_id
        self.assertEqual(order.order_line.promised_date, self.now + 2 * DAY)
        self.assertEqual(order.promise_ids[0].user_id, self.agent)
        self.assertEqual(exception.state, "gone")

    def test_a_case_is_opened_before_the_customer_calls(self):
        exception = self._late()
        context = exception.with_user(self.agent).action_register_complaint()["context"]
        intake = self.env["logistics.complaint.intake"].with_user(self.agent)
        form = Form(intake.with_context(**context))
        self.assertEqual(form.picking_ids[:], exception.picking_id)
        self.assertEqual(form.order_ids[:], exception.order_id)

    def test_agents_write_nothing_else(self):
        exception = self._late()
        mine = exception.with_user(self.agent)
        for record, vals in (
            (mine, {"state": "settled"}),
            (mine.order_id, {"client_order_ref": "x"}),
            (mine.order_id.order_line, {"product_uom_qty": 9}),
            (mine.picking_id, {"note": "x"}),
            (mine.picking_id.move_ids, {"product_uom_qty": 9}),
        ):
            with self.assertRaises(AccessError):
                record.write(vals)
        for model in ("sale.order", "stock.picking", "stock.move", "delivery.carrier"):
            records = self.env[model].with_user(self.agent)
            for right in ("create", "write", "unlink"):
                self.assertFalse(records.has_access(right), f"{model} {right}")

    def test_clerk_reads_none_of_it(self):
        clerk = self._new_user("clerk", "base.group_user")
        exception = self._late()
        for record in (exception, exception.picking_id, exception.order_id):
            with self.assertRaises(AccessError):
                record.with_user(clerk).read(["display_name"])
        with self.assertRaises(AccessError):
            exception.with_user(clerk).action_take()

    def _read_as_shown(self, record, view_type, view):
        """Read every field that a view shows, as the client does."""
        got = record.get_view(self.env.ref(f"{MODULE}.{view}").id, view_type)
        names = got["models"][record._name]
        return record.web_read({name: {} for name in names if name in record._fields})

    def test_agent_opens_every_screen(self):
        exception = self._late(number="SF1").with_user(self.agent)
        picking = exception.picking_id
        self._tell(picking.sudo(), "in_transit")
        for record, name in (
            (exception, "logistics_exception_view"),
            (picking, "stock_picking_view"),
        ):
            suffix = "_delivery" if record == picking else ""
            for view_type in ("list", "kanban", "form"):
                with self.subTest(model=record._name, view=view_type):
                    self.assertTrue(
                        self._read_as_shown(record, view_type, f"{name}_{view_type}{suffix}")
                    )
        self.assertTrue(exception._read_group([], ["kind"], ["order_value:sum"]))
        form_id = self.env.ref(f"{MODULE}.stock_picking_view_form_delivery").id
        self.assertEqual(picking.get_formview_id(), form_id)
        Form(picking, form_id)
        Form(exception)
        action = picking.action_add_shipment_event()
        form = Form(self.Event.with_user(self.agent).with_context(**action["context"]))
        form.kind = "delivered"
        form.save()
        self.assertFalse(exception.picking_id.shipment_open)

    def test_warehouse_keeps_its_own_screen(self):
        picking = self._promised(2)
        worker = self._new_user("worker", "group_agent", "stock.group_stock_user")
        self.assertFalse(picking.with_user(worker).get_formview_id())

    def test_agent_finds_a_delivery(self):
        customer = self._customer("Lotus", phone="+86 21 5550 7777")
        picking = self._order(customer).picking_ids
        picking.write({"carrier_id": self.carrier.id, "carrier_tracking_ref": "SF77,SF78"})
        arch = self.env.ref(f"{MODULE}.stock_picking_view_search_delivery").arch
        pickings = self.Picking.with_user(self.agent)
        for text in ("SF78", picking.sale_id.name, picking.name, "Lotus", "5550 7777"):
            found = pickings.browse()
            for node in etree.fromstring(arch).iterfind(".//field[@filter_domain]"):
                found |= pickings.search(
                    safe_eval(node.get("filter_domain"), {"self": text})
                )
            self.assertIn(picking, found, text)

    def test_filters_of_deliveries(self):
        late, silent, fine = self._under_way(-2), self._under_way(), self._under_way()
        silent.shipment_event_ids.happened_at = self.now - 3 * DAY
        silent._note_silence()
        arch = self.env.ref(f"{MODULE}.stock_picking_view_search_delivery").arch
        domains = {
            node.get("name"): node.get("domain")
            for node in etree.fromstring(arch).iterfind(".//filter[@domain]")
        }
        mine = [("id", "in", (late + silent + fine).ids)]
        for name, expected in (
            ("late", late),
            ("silent", silent),
            ("under_way", late + silent + fine),
            ("no_consent", self.Picking),
        ):
            domain = safe_eval(domains[name])
            found = self.Picking.with_user(self.agent).search([*mine, *domain])
            self.assertEqual(set(found.ids), set(expected.ids), name)
