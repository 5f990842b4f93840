from datetime import datetime, timedelta
from itertools import pairwise

from odoo import fields
from odoo.fields import Domain
from odoo.tests import TransactionCase, tagged

from ..tools.foundation.periods import to_local
from .common import MODULE

# what may lie ahead: plans, limits, and months that go on; everything else has happened
AHEAD = {
    "answer_due",
    "call_from",
    "callback_on",
    "date_deadline",
    "date_due",
    "date_to",
    "deadline",
    "due_at",
    "due_date",
    "expected_at",
    "expected_on",
    "expires_at",
    "expires_on",
    "manual_until",
    "next_at",
    "next_visit_on",
    "planned_at",
    "planned_on",
    "promised_at",
    "promised_date",
    "promised_day",
    "put_off_at",
    "remind_at",
    "warn_at",
    "logistics.care.day.date",
    "logistics.greeting.day",
    "waiting_day",
}
ABOUT = ("order_ids.date_order", "picking_ids.sale_id.date_order")
# what comes first, and what comes after it: paths of fields; each value of the first before each of
# the second
ORDERS = {
    "stock.picking": [
        ("sale_id.date_order", "date_done", "delivered_at"),
        ("date_done", "carrier_delivered_at"),
        ("sale_id.date_order", "shipment_event_ids.happened_at"),
    ],
    "sale.order": [("date_order", "invoice_ids.invoice_date")],
    "logistics.shipment.event": [("happened_at", "received_at")],
    "logistics.promise": [("order_id.date_order", "promised_date")],
    "logistics.notice": [("happened_at", "sent_at"), ("picking_id.sale_id.date_order", "sent_at")],
    "logistics.exception": [
        ("picking_id.sale_id.date_order", "detected_at", "settled_at"),
        ("detected_at", "ended_at"),
    ],
    "logistics.cod": [
        ("picking_id.sale_id.date_order", "collected_at", "remitted_on"),
        ("confirmed_at", "remitted_on"),
    ],
    "logistics.delivery.remark": [("picking_id.sale_id.date_order", "date")],
    "logistics.complaint": [
        *((path, "received_at") for path in ABOUT),
        ("received_at", "first_reply_at"),
        ("received_at", "resolved_at", "closed_at"),
        ("received_at", "customer_wrote_at"),
        ("received_at", "result_told_at"),
        ("received_at", "external_on", "external_answered_on"),
        ("received_at", "evidence_ids.received_on"),
        ("closed_at", "callback_on"),
        ("previous_id.received_at", "received_at"),
        ("source_callback_id.attempt_ids.called_at", "received_at"),
    ],
    "logistics.clock": [("complaint_id.received_at", "started_at", "stopped_at")],
    "logistics.clock.event": [("clock_id.started_at", "happened_at")],
    "logistics.investigation": [("complaint_id.received_at", "answered_at")],
    "logistics.compensation": [
        ("complaint_id.received_at", "proposed_at", "decided_at", "executed_at")
    ],
    "logistics.recovery": [
        ("complaint_id.received_at", "claimed_on", "answered_on"),
        ("claimed_on", "received_on"),
    ],
    "logistics.result.letter": [
        ("complaint_id.received_at", "told_at", "answered_at"),
        ("told_at", "answer_due"),
        ("told_at", "expires_at"),
    ],
    "logistics.case.lesson": [("complaint_id.closed_at", "published_at")],
    "logistics.survey.request": [
        ("occurred_at", "sent_at", "answered_at"),
        ("sent_at", "reminded_at"),
        ("sent_at", "expires_at"),
        ("order_id.date_order", "occurred_at"),
        ("complaint_id.received_at", "sent_at"),
    ],
    "logistics.feedback": [
        ("request_id.sent_at", "answered_at"),
        ("request_id.occurred_at", "answered_at"),
        ("picking_id.delivered_at", "answered_at"),
        ("order_id.date_order", "answered_at"),
        ("complaint_id.received_at", "answered_at"),
    ],
    "logistics.callback": [
        ("call_from", "due_at"),
        ("taken_at", "ended_at"),
        ("attempt_ids.called_at", "ended_at"),
        ("picking_id.sale_id.date_order", "attempt_ids.called_at"),
        ("complaint_id.received_at", "attempt_ids.called_at"),
        ("feedback_id.answered_at", "attempt_ids.called_at"),
        ("order_id.date_order", "ended_at"),
    ],
    "logistics.visit": [
        ("checked_in_at", "checked_out_at"),
        ("complaint_id.received_at", "checked_in_at"),
        ("checked_in_at", "action_ids.done_at"),
    ],
    "logistics.visit.daily.report": [("date", "drawn_at", "sent_at", "read_at")],
    "logistics.visit.daily.report.line": [("time_in", "time_out")],
    "logistics.visit.monthly.report": [("month", "drawn_at", "issued_at")],
    "logistics.visit.urgent.report": [("reported_at", "acknowledged_at")],
    "logistics.greeting": [("planned_at", "sent_at")],
    "logistics.improvement": [("date_from", "date_to", "done_on", "closed_on")],
    "logistics.run": [("started_at", "finished_at")],
    "logistics.tier.change": [("date", "decided_at")],
}


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The story of the demo data could have happened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "active_test": False})
        cls.told = cls.env["ir.model.data"].search(
            [("module", "=", MODULE), ("name", "=like", "demo\\_%")]
        )

    def setUp(self):
        super().setUp()
        if not self.told:
            self.skipTest("without demo data there is no story")

    def _get_records(self, model):
        """Return the records of the companies of the story."""
        records = self.env[model]
        if "company_id" not in records._fields:
            return records.search([])
        companies = self.env["res.company"].search([])
        return records.search(Domain("company_id", "in", [False, *companies.ids]))

    def _get_stored_days(self):
        """Return pairs of model and field: all days and instants that are stored of ours."""
        for name, model in self.env.items():
            if not name.startswith("logistics.") or not model._auto or model._transient:
                continue
            for field in model._fields.values():
                own = field.store and field.type in ("date", "datetime")
                if own and field.name not in ("create_date", "write_date") and not model._abstract:
                    yield name, field.name

    def _read(self, record, path):
        """Return the days or instants that a path leads to."""
        return [value for value in record.mapped(path) if value]

    def _is_before(self, first, second):
        """Tell whether one comes no later than another; of days and instants the days count."""
        if isinstance(first, datetime) and isinstance(second, datetime):
            return first <= second
        zone = self.env.company._get_logistics_tz()
        days = [
            to_local(value, zone).date() if isinstance(value, datetime) else value
            for value in (first, second)
        ]
        return days[0] <= days[1]

    def test_every_day_that_is_kept_is_looked_at(self):
        """Whoever adds an instant says whether it may lie ahead, or it is held against the clock."""
        known = {field for _model, field in self._get_stored_days()}
        full = {f"{model}.{field}" for model, field in self._get_stored_days()}
        self.assertEqual({name for name in AHEAD if name not in known | full}, set())

    def test_nothing_has_happened_in_the_future(self):
        now = fields.Datetime.now() + timedelta(minutes=1)
        today = fields.Date.today() + timedelta(days=1)  # somewhere it is tomorrow
        wrong = []
        for model, field in self._get_stored_days():
            if field in AHEAD or f"{model}.{field}" in AHEAD:
                continue
            limit = today if self.env[model]._fields[field].type == "date" else now
            wrong += self._get_records(model).filtered_domain([(field, ">", limit)]).mapped(
                lambda record, field=field: f"{record}.{field} {record[field]}"
            )
        self.assertEqual(wrong, [])

    def test_everything_comes_in_its_order(self):
        wrong, looked_at = [], set()
        for model, chains in ORDERS.items():
            for record in self._get_records(model):
                for first, second in (pair for chain in chains for pair in pairwise(chain)):
                    befores, afters = self._read(record, first), self._read(record, second)
                    if befores and afters:
                        looked_at.add((model, first, second))
                        if not self._is_before(max(befores), min(afters)):
                            wrong.append(
                                f"{record} {first} {max(befores)} > {second} {min(afters)}"
                            )
        self.assertEqual(wrong, [])
        self.assertGreater(len(looked_at), 30)

    def test_nobody_was_asked_before_it_was_there(self):
        """A survey after a delivery goes out after it, one about a case after its end."""
        asked = self._get_records("logistics.survey.request").filtered("sent_at")
        for request in asked:
            trigger = request.policy_id.trigger
            if trigger == "delivered":
                with self.subTest(request=request):
                    self.assertTrue(request.picking_id.delivered_at)
                    self.assertGreaterEqual(request.sent_at, request.picking_id.delivered_at)
            elif trigger == "case_closed":
                with self.subTest(request=request):
                    self.assertTrue(request.complaint_id.closed_at)
                    self.assertGreaterEqual(request.sent_at, request.complaint_id.closed_at)

    def test_states_say_what_happened(self):
        """What is said to have happened has its instant, and what has an instant happened."""
        for model, domain, held in (
            ("logistics.complaint", [("phase", "=", "closed")], "closed_at"),
            ("logistics.survey.request", [("state", "=", "sent")], "sent_at"),
            ("logistics.survey.request", [("state", "=", "answered")], "answered_at"),
            ("logistics.callback", [("state", "=", "done")], "ended_at"),
            ("logistics.callback", [("state", "=", "done")], "outcome"),
            ("logistics.callback", [("state", "=", "done")], "attempt_ids"),
            ("logistics.visit", [("state", "=", "done")], "checked_in_at"),
            ("logistics.notice", [("state", "=", "sent")], "sent_at"),
            ("logistics.greeting", [("state", "=", "sent")], "sent_at"),
            ("logistics.exception", [("state", "=", "settled")], "settled_at"),
            ("logistics.compensation", [("state", "=", "executed")], "executed_at"),
            ("logistics.result.letter", [("state", "!=", "draft")], "told_at"),
            ("logistics.visit.monthly.report", [("state", "=", "issued")], "issued_at"),
        ):
            with self.subTest(model=model, held=held):
                bare = self._get_records(model).filtered_domain(domain)
                self.assertFalse(bare.filtered(lambda record, held=held: not record[held]))

    def test_nothing_is_wrong_with_goods_that_have_not_come(self):
        names = ("damage", "shortage", "misdelivery", "handover", "attitude_courier")
        categories = [self.env.ref(f"{MODULE}.complaint_category_{name}").id for name in names]
        cases = self._get_records("logistics.complaint").filtered_domain(
            [("category_id", "child_of", categories), ("kind", "in", ("complaint", "claim"))]
        )
        for case in cases:
            for picking in case.picking_ids:
                with self.subTest(case=case.number):
                    self.assertTrue(picking.delivered_at)
                    self.assertLessEqual(picking.delivered_at, case.received_at)

    def test_nobody_is_called_about_a_delivery_before_there_was_one(self):
        purpose = self.env.ref(f"{MODULE}.callback_purpose_after_delivery")
        called = self._get_records("logistics.callback.attempt").filtered(
            lambda attempt: attempt.callback_id.purpose_id == purpose
        )
        for attempt in called:
            delivered = self.env["stock.picking"].search(
                [
                    ("sale_id.partner_id", "child_of", attempt.customer_id.id),
                    ("picking_type_code", "=", "outgoing"),
                    ("state", "=", "done"),
                ]
            )
            with self.subTest(attempt=attempt.id):
                self.assertLessEqual(min(delivered.mapped("date_done")), attempt.called_at)

    def test_months_are_issued_when_they_are_over(self):
        reports = self._get_records("logistics.visit.monthly.report").filtered("issued_at")
        for report in reports:
            self.assertGreaterEqual(report.issued_at, report._get_end_of_month())

    def test_nobody_is_asked_about_what_is_in_dispute(self):
        """Calls that are made and surveys that are sent are about no open case's delivery."""
        requests = self._get_records("logistics.survey.request").filtered(
            lambda request: request.state == "queued"
        )
        self.assertFalse(requests._get_disputed())
