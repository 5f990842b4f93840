import random
from collections import Counter, defaultdict
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ...common import MODULE
from ..test_complaint import ComplaintCommon

RATIOS = {
    "sla_rate": ("met", "judged"),
    "answer_sla_rate": ("answer_met", "answer_judged"),
    "resolution_sla_rate": ("resolution_met", "resolution_judged"),
    "first_contact_rate": ("first_contact", "closed"),
    "reopen_rate": ("reopened", "settled"),
    "repeat_rate": ("repeated", "complaint"),
    "answer_hours": ("answer_hours", "answered"),
    "answer_work_hours": ("answer_work", "answer_timed"),
    "resolve_hours": ("resolve_hours", "resolved"),
    "resolve_work_hours": ("resolve_work", "resolve_timed"),
}
COUNTS = {
    "case_count": "case",
    "complaint_count": "complaint",
    "valid_count": "valid",
    "closed_count": "closed",
    "settled_count": "settled",
    "first_contact_count": "first_contact",
    "reopened_count": "reopened",
    "repeated_count": "repeated",
    "met_count": "met",
    "breached_count": "breached",
    "compensation_amount": "compensation",
    "recovered_amount": "recovered",
}
GROUPS = (
    "kind",
    "category_id",
    "cause_id",
    "party_id",
    "carrier_id",
    "warehouse_id",
    "product_ids",
    "tier_id",
    "user_id",
    "team_id",
)


class ComplaintReportCommon(ComplaintCommon):
    """Cases with a random story, and what they come to worked out again in plain Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["logistics.complaint.report"]
        cls.Rate = cls.env["logistics.complaint.rate.report"]
        cls.parties = cls.env["logistics.responsible.party"].search([])
        cls.causes = cls.env["logistics.cause"].search([], limit=4)
        cls.carriers = cls.env["delivery.carrier"].create(
            [
                {"name": name, "product_id": cls.product.id, "company_id": cls.company.id}
                for name in ("Kestrel", "Heron")
            ]
        )
        cls.products = cls.product + cls.env["product.product"].create(
            [{"name": "Pallet", "type": "consu"}, {"name": "Crate", "type": "consu"}]
        )
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Customer {index}", "is_company": True} for index in range(4)]
        )
        for customer, tier in zip(cls.customers, (cls.vip, cls.key, cls.standard), strict=False):
            cls._profile(customer).tier_id = tier
        cls.now = fields.Datetime.now()

    def _make(self, seed, count=60):
        chance = random.Random(seed)
        orders = [self._order(customer) for customer in self.customers]
        for order in orders[:3]:
            self._deliver(order, at=self.now - timedelta(days=3)).carrier_id = self.carriers[0]
        cases = self.Complaint.create([self._prepare_random_case(chance, orders) for _number in range(count)])
        self.env["logistics.clock"].search([("complaint_id", "in", cases.ids)]).unlink()
        for case in cases:
            self._tell_story(chance, case)
        self.env.flush_all()
        self.env.invalidate_all()
        return cases

    def _prepare_random_case(self, chance, orders):
        order = chance.choice(orders)
        cause = chance.choice([*self.causes, None, None])
        lines = chance.choices(self.products, k=chance.choice((0, 1, 2, 2)))
        return {
            "company_id": self.company.id,
            "partner_id": order.partner_id.id,
            "kind": chance.choice(("complaint", "complaint", "claim", "inquiry", "tracking")),
            "category_id": chance.choice((self.broken, self.late, self.broken.parent_id)).id,
            "cause_id": cause and cause.id,
            "party_id": chance.choice([*self.parties.ids, False]),
            "order_ids": [Command.set(order.ids)] if chance.random() < 0.6 else [],
            "picking_ids": [Command.set(order.picking_ids[:1].ids)] if chance.random() < 0.4 else [],
            "carrier_id": chance.choice([*self.carriers.ids, False]),
            "user_id": chance.choice([self.agent.id, self.supervisor.id, False]),
            "received_at": self.now - timedelta(hours=chance.randrange(24 * 70)),
            "line_ids": [Command.create({"product_id": line.id}) for line in lines],
        }

    def _tell_story(self, chance, case):
        """Give a case a phase, dates, clocks and amounts that need not have come about by work."""
        phase = chance.choice(("working", "resolved", "closed", "closed", "closed", "cancelled"))
        received = case.received_at
        resolved = received + timedelta(minutes=chance.randrange(20000))
        vals = {
            "phase": phase,
            "stage_id": self._stage(phase).id,
            "resolved_at": resolved if phase in ("resolved", "closed") else None,
            "closed_at": resolved + timedelta(hours=chance.randrange(72)) if phase == "closed" else None,
            "reopen_count": chance.choice((0, 0, 0, 1, 2)),
            "first_reply_at": received + timedelta(minutes=chance.randrange(3000))
            if chance.random() < 0.7
            else None,
            "compensation_amount": chance.choice((0, 0, 120.5, 40)),
            "recovered_amount": chance.choice((0, 0, 33.25)),
        }
        self.env.flush_all()
        # what happened is written past the rules of work: the report shall count what is there
        for name, value in vals.items():
            self.env.cr.execute(f"UPDATE logistics_complaint SET {name} = %s WHERE id = %s", [value, case.id])
        self.env["logistics.clock"].create(
            [
                self._prepare_clock(chance, case, target)
                for target in ("acknowledge", "first_response", "resolution", "statutory")
                if chance.random() < 0.8
            ]
        )

    def _prepare_clock(self, chance, case, target):
        state = chance.choice(("met", "met", "breached", "running", "paused", "cancelled"))
        stopped = state == "met" or (state == "breached" and chance.random() < 0.6)
        return {
            "complaint_id": case.id,
            "company_id": case.company_id.id,
            "target": target,
            "value": 4,
            "unit": "hours",
            "started_at": case.received_at,
            "state": state,
            "due_at": False
            if state == "paused"
            else self.now + timedelta(hours=chance.choice((-30, -2, 2, 30))),
            "stopped_at": self.now - timedelta(hours=1) if stopped else False,
            "elapsed_seconds": chance.randrange(90000),
        }

    def _recount(self, cases):
        """Return case → what it counts, from the records alone."""
        alive = self.Complaint.search([("company_id", "=", self.company.id), ("phase", "!=", "cancelled")])
        return {case: self._count_case(case, alive) for case in alive & cases}

    def _count_case(self, case, alive):
        told = defaultdict(float, case=1.0)
        complaint = case.kind in ("complaint", "claim")
        told["complaint"] = complaint
        told["valid"] = complaint and case.party_id.kind != "customer"
        told["closed"] = case.phase == "closed"
        told["settled"] = bool(case.resolved_at or case.reopen_count)
        told["first_contact"] = told["closed"] and not case.reopen_count and not self._came_again(case, alive)
        told["reopened"] = case.reopen_count > 0
        told["repeated"] = complaint and case.is_repeated
        told["compensation"] = case.compensation_amount
        told["recovered"] = case.recovered_amount
        for name, instant in (("answer", case.first_reply_at), ("resolve", case.resolved_at)):
            if instant:
                told["answered" if name == "answer" else "resolved"] = 1
                told[f"{name}_hours"] = (instant - case.received_at).total_seconds() / 3600
        for clock in case.clock_ids:
            self._count_clock(clock, told)
        return told

    def _count_clock(self, clock, told):
        overdue = not clock.stopped_at and clock.due_at and clock.due_at < self.now
        met = clock.state == "met"
        missed = clock.state == "breached" or (clock.state in ("running", "paused") and overdue)
        prefixes = {"first_response": ["", "answer_"], "resolution": ["", "resolution_"]}
        for prefix in prefixes.get(clock.target, [""]):
            told[f"{prefix}met"] += met
            told[f"{prefix}breached"] += missed
            told[f"{prefix}judged"] += met or missed
        work = {"first_response": "answer", "resolution": "resolve"}.get(clock.target)
        if work and clock.stopped_at and clock.state != "cancelled":
            told[f"{work}_timed"] += 1
            told[f"{work}_work"] += clock.elapsed_seconds / 3600

    def _came_again(self, case, alive):
        for other in alive:
            later = (other.received_at, other.id) > (case.received_at, case.id)
            near = other.received_at <= case.closed_at + timedelta(days=7)
            if case.cause_id and other.cause_id:
                same = case.cause_id == other.cause_id
            else:
                same = case.category_id == other.category_id
            if other.partner_id == case.partner_id and later and near and same:
                return True
        return False

    def _keys(self, case, field):
        if field == "warehouse_id":
            found = case.picking_ids.sorted("id").picking_type_id.warehouse_id[:1]
            return [(found or case.order_ids.warehouse_id[:1]).id]
        if field == "product_ids":
            return case.line_ids.product_id.ids or [False]
        value = case[field]
        return [value.id if hasattr(value, "id") else value]


@tagged("post_install", "-at_install")
class TestComplaintReport(ComplaintReportCommon):
    def _compare(self, cases, field):
        told, groups = self._recount(cases), defaultdict(list)
        for case in told:
            for key in self._keys(case, field) if field else [None]:
                groups[key].append(case)
        names = [*COUNTS, *RATIOS]
        rows = self.Report._read_group(
            [("complaint_id", "in", cases.ids)],
            [field] if field else [],
            [f"{name}:sum" for name in names],
        )
        self.assertEqual(len(rows), len(groups))
        for row in rows:
            key = None
            if field:
                key, *row = row
                key = key.id if hasattr(key, "id") else key
            self._compare_group(names, row, [told[case] for case in groups[key]], (field, key))

    def _compare_group(self, names, row, told, label):
        for name, value in zip(names, row, strict=True):
            if name in COUNTS:
                expected = sum(one[COUNTS[name]] for one in told)
            else:
                above, below = (sum(one[part] for one in told) for part in RATIOS[name])
                expected = above / below if below else None
            if expected is None:
                self.assertFalse(value, f"{label} {name}")
            else:
                self.assertAlmostEqual(value or 0.0, expected, 5, f"{label} {name}")

    def test_figures_equal_those_worked_out_by_hand(self):
        for seed in (7, 2026):
            cases = self._make(seed)
            self.assertGreater(sum(one["first_contact"] for one in self._recount(cases).values()), 3)
            for field in (None, *GROUPS):
                with self.subTest(seed=seed, field=field):
                    self._compare(cases, field)

    def test_a_case_of_two_products_counts_once_in_the_total(self):
        case = self._case(
            line_ids=[
                Command.create({"product_id": product.id})
                for product in (self.products[0], self.products[1], self.products[1])
            ]
        )
        self.assertEqual(case.product_ids, self.products[:2])
        mine = [("complaint_id", "=", case.id)]
        self.env.flush_all()
        by_product = self.Report._read_group(mine, ["product_ids"], ["case_count:sum"])
        self.assertEqual({count for _product, count in by_product}, {1})
        self.assertEqual(len(by_product), 2)
        self.assertEqual(self.Report._read_group(mine, [], ["case_count:sum"]), [(1,)])

    def test_open_and_overdue_is_missed_before_the_cron_has_seen_it(self):
        case = self._case()
        clock = case.clock_ids.filtered(lambda clock: clock.target == "resolution")
        case.clock_ids.filtered(lambda other: other != clock).sudo().unlink()
        mine = [("complaint_id", "=", case.id)]
        self.env.flush_all()
        self.assertEqual(self.Report.search(mine).judged_count, 0)
        clock.due_at = self.now - timedelta(minutes=1)
        self.env.flush_all()
        self.env.invalidate_all()
        row = self.Report.search(mine)
        self.assertEqual((clock.state, row.breached_count, row.met_count), ("running", 1, 0))

    def test_a_merged_case_is_gone(self):
        first, second = self._case(category_id=self.broken.id), self._case()
        self.env["logistics.complaint.merge"]._merge(second, first)
        second.write({"stage_id": self._stage("cancelled").id, "merged_into_id": first.id})
        self.env.flush_all()
        rows = self.Report.search([("complaint_id", "in", (first + second).ids)])
        self.assertEqual(rows.complaint_id, first)

    def test_an_answer_from_before_the_kept_case_came_takes_no_time(self):
        case = self._case(category_id=self.broken.id)
        case._note_course({"first_reply_at": case.received_at - timedelta(hours=3)})
        self.env.flush_all()
        row = self.Report.search([("complaint_id", "=", case.id)])
        self.assertEqual((row.answered_count, row.answer_total), (1, 0))

    def test_the_rate_is_complaints_over_deliveries_under_any_grouping(self):
        cases = self._make(5, 30)
        for _number in range(5):
            order = self._order(self.customers[0])
            self._deliver(order, at=self.now).carrier_id = self.carriers[1]
        self._judge_outcomes()
        self.env.invalidate_all()
        told = self._recount(cases)
        own = [("company_id", "=", self.company.id)]
        deliveries = self.env["stock.picking"].search(
            [*own, ("picking_type_code", "=", "outgoing"), ("state", "=", "done")]
        )
        self.assertEqual(len(deliveries), 8)
        for carrier in (*self.carriers, self.carriers.browse()):
            below = len(deliveries.filtered(lambda one, carrier=carrier: one.carrier_id == carrier))
            above = sum(one["valid"] for case, one in told.items() if case.carrier_id == carrier)
            [row] = self.Rate._read_group(
                [*own, ("carrier_id", "=", carrier.id)],
                [],
                ["valid_count:sum", "delivery_count:sum", "complaint_rate:sum"],
            )
            self.assertEqual(row[:2], (above, below))
            if below:
                self.assertAlmostEqual(row[2], 1000 * above / below, 5)
            else:
                self.assertFalse(row[2])

    def test_what_only_complaints_have_is_held_against_all_deliveries(self):
        """By category, cause, responsible party, product and agent, with month and carrier too."""
        cases = self._make(9, 50)
        self._deliver(self._order(self.customers[1]), at=self.now - timedelta(days=40))
        self._judge_outcomes()
        self.env.invalidate_all()
        told = {case: one["valid"] for case, one in self._recount(cases).items()}
        own = [("company_id", "=", self.company.id)]
        pickings = self.env["stock.picking"].search(
            [*own, ("picking_type_code", "=", "outgoing"), ("state", "=", "done")]
        )
        names = ["valid_count:sum", "delivery_count:sum", "complaint_rate:sum"]
        for field in ("category_id", "cause_id", "party_id", "product_ids", "user_id", "kind"):
            rows = self.Rate._read_group(own, [field], names)
            self._compare_rates(field, rows, told, len(pickings))
        both = ["date:month", "category_id"]
        sets = [[], ["category_id"], ["date:month"], both, ["carrier_id", "cause_id"]]
        whole, by_category, by_month, by_both, by_carrier = self.Rate._read_grouping_sets(own, sets, names)
        self._compare_rates("category_id", by_category, told, len(pickings))
        self.assertAlmostEqual(whole[0][-1], 1000 * sum(told.values()) / len(pickings), 5)
        for parts, wholes in ((by_both, by_month), (by_carrier, None)):
            below = defaultdict(int)
            for key, _part, _above, deliveries, _rate in parts:
                below[key] += deliveries
            if wholes:
                self.assertEqual({key: row[1] for key, *row in wholes}, below)
            for key, _part, above, _deliveries, rate in parts:
                expected = 1000 * above / below[key] if below[key] else 0
                self.assertAlmostEqual(rate or 0, expected, 5)

    def test_filtered_by_what_only_complaints_have_the_deliveries_stay(self):
        """The rate of one category is the same filtered by it and grouped by it."""
        self._make(9, 50)
        own, names = [("company_id", "=", self.company.id)], ["valid_count:sum", "complaint_rate:sum"]
        for field in ("category_id", "kind", "product_ids"):
            for key, valid, rate in self.Rate._read_group(own, [field], names):
                if not (key and valid):
                    continue
                value = key if isinstance(key, str) else key.id
                with self.subTest(field=field, value=value):
                    asked = [*own, (field, "=", value)]
                    [(above, share)] = self.Rate._read_group(asked, [], names)
                    self.assertEqual(above, valid)
                    self.assertAlmostEqual(share, rate, 5)
                    others = [*own, "!", (field, "=", value), (field, "!=", False)]
                    [(rest, share)] = self.Rate._read_group(others, [], names)
                    self.assertAlmostEqual(share, rate * rest / above, 5)
                    rows = self.Rate._read_grouping_sets(asked, [[], ["date:month"]], names)
                    self.assertAlmostEqual(rows[0][0][1], rate, 5)
        # what is no rate is counted as asked
        (key, valid), *_more = self.Rate._read_group(
            [*own, ("category_id", "!=", False)], ["category_id"], ["__count"]
        )
        asked = [*own, ("category_id", "=", key.id)]
        self.assertEqual(self.Rate._read_group(asked, [], ["__count"]), [(valid,)])

    def _compare_rates(self, field, rows, told, deliveries):
        above = defaultdict(int)
        for case, valid in told.items():
            if valid:
                for key in self._keys(case, field):
                    above[key] += 1
        seen = {}
        for key, valid, _deliveries, rate in rows:
            seen[key.id if hasattr(key, "id") else key] = valid
            self.assertAlmostEqual(rate or 0, 1000 * valid / deliveries, 5, f"{field} {key}")
        self.assertEqual({key: valid for key, valid in seen.items() if valid}, above)

    def test_delivery_and_complaint_of_a_customer_stand_in_the_same_tier(self):
        self._deliver(self._order(self.customers[0]))
        case = self._case(self.customers[0])
        self._profile_of(self.customers[0]).tier_id = self.standard
        self._judge_outcomes()
        rows = self.Rate.search([("partner_id", "=", self.customers[0].id)])
        self.assertEqual(case.tier_id, self.vip)
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows.tier_id, self.standard)

    def test_kinds_and_channels_speak_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        for name, value in (("kind", "claim"), ("channel", "letter")):
            option = self.env["ir.model.fields.selection"].search(
                [
                    ("field_id.model", "=", "logistics.complaint"),
                    ("field_id.name", "=", name),
                    ("value", "=", value),
                ]
            )
            option.with_context(lang="zh_CN").name = "译文"
            self.env.registry.clear_cache("stable")
            for report in (self.Report, self.Rate):
                if name in report._fields:
                    field = report.with_context(lang="zh_CN").fields_get([name])[name]
                    self.assertEqual(dict(field["selection"])[value], "译文", report._name)

    def test_rows_open_their_documents(self):
        picking = self._deliver(self._order(self.customers[0]))
        case = self._case(self.customers[0])
        self._judge_outcomes()
        action = self.Report.search([("complaint_id", "=", case.id)]).action_open()
        self.assertEqual((action["res_model"], action["res_id"]), (case._name, case.id))
        rows = self.Rate.search([("partner_id", "=", self.customers[0].id)])
        opened = {(row.action_open()["res_model"], row.action_open()["res_id"]) for row in rows}
        self.assertEqual(opened, {(case._name, case.id), (picking._name, picking.id)})

    def test_an_agent_sees_the_own_company_alone(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        mine = self._case()
        theirs = self.Complaint.create({"company_id": other.id, "partner_id": self.customer.id})
        self.env.flush_all()
        both = [("complaint_id", "in", (mine + theirs).ids)]
        for report in (self.Report, self.Rate):
            self.assertEqual(report.with_user(self.agent).search(both).complaint_id, mine)
            visible = report.with_context(allowed_company_ids=(self.company + other).ids)
            self.assertEqual(visible.search_count(both), 2)

    def test_reading_costs_a_query_however_many_cases(self):
        cases = self._make(11, 40)
        own = [("complaint_id", "in", cases.ids)]
        names = [f"{name}:sum" for name in (*COUNTS, *RATIOS)]
        for field in ("category_id", "received_at:month"):
            self.Report._read_group(own, [field], names)
            with self.assertQueryCount(1):
                self.Report._read_group(own, [field], names)
        rate = ([("company_id", "=", self.company.id)], ["date:month"], ["complaint_rate:sum"])
        self.Rate._read_group(*rate)
        with self.assertQueryCount(3):  # which transfers are deliveries is looked up first
            self.Rate._read_group(*rate)

    def test_deliveries_are_no_category_of_complaints(self):
        """They have none: their group is nothing of which there could be a rate."""
        self._make(5, 20)
        self._deliver(self._order(self.customers[1]), at=self.now - timedelta(days=40))
        self._judge_outcomes()
        own, specs = [("company_id", "=", self.company.id)], ["valid_count:sum", "complaint_rate:sum"]
        for _category, valid, rate in self.Rate._read_group(own, ["category_id"], specs):
            self.assertEqual(isinstance(rate, float), bool(valid))
        [[_valid, whole]] = self.Rate._read_group(own, [], specs)
        self.assertIsInstance(whole, float)

    def _month_of(self, case):
        """Return the first day of the month in which a case was received, in Shanghai."""
        return (case.received_at + timedelta(hours=8)).date().replace(day=1)

    def test_indicators_say_what_the_report_says(self):
        cases = self._make(3, 40)
        told = self._recount(cases)
        indicator = self.env.ref(f"{MODULE}.indicator_sla")
        months = Counter(self._month_of(case) for case in cases)
        month = months.most_common(1)[0][0]
        read, sums = indicator._read_sums(self.company, {month})
        received = [one for case, one in told.items() if self._month_of(case) == month]
        self.assertEqual(read, indicator)
        self.assertEqual(
            sums[indicator.id, month, "all", False],
            (sum(one["met"] for one in received), sum(one["judged"] for one in received)),
        )
        hours = self.env.ref(f"{MODULE}.indicator_resolve_hours")
        self.assertEqual(hours._format(30.5, self.company), "30.5 hours")
