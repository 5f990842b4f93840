from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import MODULE
from ..complaint.test_complaint import ComplaintCommon

SHOWN = ("res_model", "due_at", "kind", "partner_id", "subject", "reason", "countdown", "step", "user_id")


class WorkCommon(ComplaintCommon):
    """Work of every kind, due when a test says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Work = cls.env["logistics.work"]
        cls.now = fields.Datetime.now()
        cls.second = cls._new_user("second", "group_agent")
        cls.others = cls.team.copy({"name": "Others", "member_ids": [Command.set(cls.second.ids)]})
        cls.other_purpose = cls.env.ref(f"{MODULE}.callback_purpose_other")

    @classmethod
    def _in(cls, hours):
        return cls.now + timedelta(hours=hours)

    @classmethod
    def _due_case(cls, hours, **vals):
        case = cls._case(**{"user_id": cls.agent.id, "team_id": cls.team.id, **vals})
        case._note_course({"due_at": hours is not None and cls._in(hours)})
        return case

    @classmethod
    def _call(cls, hours, **vals):
        return cls.env["logistics.callback"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "purpose_id": cls.other_purpose.id,
                "user_id": cls.agent.id,
                "call_from": cls._in(-100),
                "due_at": cls._in(hours),
                **vals,
            }
        )

    @classmethod
    def _visit(cls, hours, **vals):
        return cls.env["logistics.visit"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "user_id": cls.agent.id,
                "team_id": cls.team.id,
                "planned_at": cls._in(hours),
                **vals,
            }
        )

    @classmethod
    def _delivery(cls):
        """Return a delivery to somebody about which no case is open."""
        return cls._order(cls._customer("Other")).picking_ids

    @classmethod
    def _wrong(cls, picking, hours, *kinds, **vals):
        return cls.env["logistics.exception"].create(
            [
                {
                    "picking_id": picking.id,
                    "kind": kind,
                    "company_id": cls.company.id,
                    "partner_id": picking.partner_id.id,
                    "promised_at": cls._in(hours),
                    "detected_at": cls.now,
                    **vals,
                }
                for kind in kinds
            ]
        )

    @classmethod
    def _bad_answer(cls, **vals):
        return cls.env["logistics.feedback"].create(
            {
                "survey_id": cls.env["survey.survey"].search([], limit=1).id,
                "company_id": cls.company.id,
                "partner_id": cls.customer.id,
                "answered_at": cls.now,
                "channel": "mail",
                "overall": 1,
                "is_low": True,
                "reaction_state": "open",
                **vals,
            }
        )

    def _documents(self, user=None, domain=()):
        """Return what waits as a user sees it, in the order of the list."""
        works = self.Work.with_user(user or self.agent).search(domain)
        return [self.env[work.res_model].browse(work.res_id) for work in works]

    def _care(self, user):
        return self._documents(user, [("in_my_care", "=", True)])

    def _row(self, document, user=None):
        domain = [("res_model", "=", document._name), ("res_id", "=", document.id)]
        return self.Work.with_user(user or self.agent).search(domain)


@tagged("post_install", "-at_install")
class TestWork(WorkCommon):
    """One list of everything that waits, each once, the next deadline first."""

    def test_next_deadline_first_across_kinds(self):
        later = self._due_case(6, priority_override="3", priority_reason="Important")
        visit = self._visit(2)
        late = self._due_case(-86)
        wrong = self._wrong(self._delivery(), -3, "late", user_id=self.agent.id, state="in_hand")
        call = self._call(-1)
        open_end = self._due_case(None)
        self.assertEqual(self._documents(), [late, wrong, call, visit, later, open_end])

    def test_overdue(self):
        late, soon = self._due_case(-1), self._due_case(1)
        never = self._due_case(None)
        self.assertEqual(self._documents(domain=[("is_overdue", "=", True)]), [late])
        self.assertEqual(
            self._documents(domain=[("is_overdue", "=", False)]), [soon, never]
        )

    def test_what_others_have_to_do_does_not_wait_for_us(self):
        waiting = self._due_case(100)
        waiting._move_to_phase("waiting_customer")
        waiting._note_course({"due_at": False})
        self.assertNotIn(waiting, self._documents())
        waiting._note_course({"due_at": self._in(5)})
        self.assertIn(waiting, self._documents(), "the law does not wait with the customer")
        waiting._note_course({"due_at": False, "customer_answered": True})
        self.assertIn(waiting, self._documents())

    def test_what_is_planned_for_later_comes_up_later(self):
        visit, call = self._visit(100), self._call(200, call_from=self._in(100))
        self.assertFalse({visit, call} & set(self._documents()))

    def test_a_delivery_has_one_row(self):
        first, second = self._wrong(self._delivery(), 1, "silent", "late")
        self.assertEqual(self._documents(), [first])
        self.assertIn("Late", self._row(first).subject)
        self.assertIn("Silent", self._row(first).subject)
        second._hand_to(self.second)
        self.assertEqual(self._documents(), [second], "the row of who has it in hand stands for all")

    def test_taking_a_delivery_takes_all_of_it(self):
        both = self._wrong(self._delivery(), 1, "silent", "late")
        self._row(both[0]).action_take()
        self.assertEqual(both.user_id, self.agent)
        self.assertEqual(set(both.mapped("state")), {"in_hand"})

    def test_a_case_about_a_delivery_waits_in_its_place(self):
        picking = self._delivery()
        self._wrong(picking, 1, "late")
        case = self._due_case(
            2, partner_id=picking.partner_id.id, picking_ids=[Command.set(picking.ids)]
        )
        self.assertEqual(self._documents(), [case])

    def test_an_answer_waits_once(self):
        answer = self._bad_answer()
        self.assertEqual(self._documents(), [answer])
        call = self._call(1, feedback_id=answer.id)
        self.assertEqual(self._documents(), [call])
        call._note_course({"state": "cancelled", "next_at": False})
        case = self._due_case(1)
        answer.reaction_complaint_id = case
        self.assertEqual(self._documents(), [case])

    def test_joined_calls_are_one(self):
        call = self._call(1)
        joined = self._call(2)
        joined._note_course({"main_id": call.id})
        self.assertEqual(self._documents(), [call])

    def test_buttons(self):
        free = self._due_case(1, user_id=False)
        mine, foreign = self._due_case(2), self._due_case(3, user_id=self.second.id)
        call = self._call(4)
        steps = {doc: self._row(doc).step for doc in (free, mine, foreign, call)}
        self.assertEqual(
            list(steps.values()), ["take", "reply", "open", "start"], "what is next with each"
        )
        opened = self._row(free).action_take()
        self.assertEqual((free.user_id, opened["res_id"]), (self.agent, free.id))
        with self.assertRaises(UserError):
            self._row(free, self.second).with_user(self.second).action_take()

    def test_agreed_actions_are_done(self):
        action = self.env["logistics.visit.action"].create(
            {
                "visit_id": self._visit(200).id,
                "name": "Send samples",
                "user_id": self.agent.id,
                "date_deadline": self.now.date() - timedelta(days=2),
            }
        )
        row = self._row(action)
        self.assertTrue(row.is_overdue)
        self.assertEqual(row.step, "finish")
        row.action_finish()
        self.assertEqual(action.state, "done")
        self.assertFalse(self._documents())

    def test_the_number_of_queries_is_constant(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            self.agent.with_user(self.agent).tz  # noqa: B018  the clock of whoever reads
            before = self.env.cr.sql_log_count
            found = self.Work.with_user(self.agent).web_search_read(
                [("in_my_care", "=", True)], {name: {} for name in SHOWN}, limit=200
            )
            return len(found["records"]), self.env.cr.sql_log_count - before

        for number in range(10):
            self._due_case(number)
        count()
        few, queries = count()
        for number in range(90):
            self._due_case(number)
        many, more_queries = count()
        self.assertEqual((few, many), (10, 100))
        self.assertEqual(queries, more_queries)


@tagged("post_install", "-at_install")
class TestWhoseWork(WorkCommon):
    """An agent's own and what nobody has yet; a supervisor's the team's; each company's own."""

    def test_in_whose_care(self):
        mine = self._due_case(1)
        free = self._due_case(2, user_id=False)
        colleague = self._due_case(3, user_id=self.supervisor.id)
        foreign = self._due_case(4, user_id=self.second.id, team_id=self.others.id)
        others_free = self._due_case(5, user_id=False, team_id=self.others.id)
        call = self._call(6, user_id=False)
        self.assertEqual(self._care(self.agent), [mine, free, call])
        self.assertEqual(self._care(self.second), [foreign, others_free, call])
        self.assertEqual(self._care(self.supervisor), [mine, free, colleague, call])
        self.assertEqual(
            self._care(self.manager), [mine, free, colleague, foreign, others_free, call]
        )

    def test_companies(self):
        mine = self._due_case(1)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.agent.company_ids |= elsewhere
        there = self.Complaint.with_company(elsewhere).create(
            {"partner_id": self.customer.id, "company_id": elsewhere.id, "user_id": self.agent.id}
        )
        self.assertEqual(self._documents(), [mine])
        both = self.Work.with_user(self.agent).with_context(
            allowed_company_ids=(self.company | elsewhere).ids
        )
        self.assertEqual(set(both.search([]).mapped("res_id")), {mine.id, there.id})

    def test_reports_are_for_whom_they_were_sent_to(self):
        report = self.env["logistics.visit.urgent.report"].with_user(self.agent).create(
            {"reason": "other", "what": "Flood"}
        )
        report.action_send()
        self.assertFalse(self._documents(self.agent))
        self.assertIn(report, self._documents(self.supervisor))

    def test_a_supervisor_gives_work_to_others(self):
        case, call, visit = self._due_case(1), self._call(2), self._visit(3)
        wrong = self._wrong(self._delivery(), 4, "late")
        rows = self.Work.with_user(self.supervisor).search([])
        self.assertEqual(len(rows), 4)
        rows.write({"user_id": self.second.id})
        for document in (case, call, visit, wrong):
            self.assertEqual(document.user_id, self.second)
        self.assertEqual(self._row(wrong, self.supervisor).user_id, self.second)

    def test_a_visit_is_opened_to_check_in_and_out(self):
        visit = self._visit(2)
        row = self._row(visit)
        self.assertEqual(row.step, "arrive")
        self.assertEqual(row.action_open()["res_id"], visit.id)
        visit.with_user(visit.user_id).action_check_in()
        self.env.invalidate_all()
        self.assertEqual(self._row(visit).step, "leave")
        self.assertEqual(self._row(visit, self.supervisor).step, "open", "another's visit is looked at")

    def test_in_bulk(self):
        cases = self._due_case(1) | self._due_case(2)
        rows = self.Work.with_user(self.supervisor).search([])
        context = rows.action_assign()["context"]
        wizard = self.env["logistics.assign"].with_user(self.supervisor)
        wizard.with_context(**context).create({"user_id": self.second.id}).action_assign()
        self.assertEqual(cases.user_id, self.second)
        foreign = {"res_model": "logistics.complaint", "res_ids": cases.ids, "user_id": self.second.id}
        with self.assertRaises(UserError):
            wizard.create(foreign).action_assign()

    def test_agents_give_nothing_to_others(self):
        self._due_case(1)
        with self.assertRaises(AccessError):
            self.Work.with_user(self.agent).search([]).write({"user_id": self.second.id})

    def test_work_goes_to_who_works_for_the_company(self):
        self._due_case(1)
        stranger = self._new_user(
            "stranger", "group_agent", company=self.env["res.company"].create({"name": "Far"})
        )
        with self.assertRaises(UserError):
            self.Work.with_user(self.supervisor).search([]).write({"user_id": stranger.id})

    def test_nothing_else_is_written(self):
        self._due_case(1)
        with self.assertRaises(AccessError):
            self.Work.with_user(self.supervisor).search([]).write({"due_at": self.now})

    def test_where_one_lands(self):
        for user, name in (
            (self.agent, "logistics_work_action"),
            (self.supervisor, "logistics_overview_action"),
            (self.manager, "logistics_overview_action"),
        ):
            action = self.env.ref(f"{MODULE}.logistics_work_action_home").with_user(user).run()
            self.assertEqual(action["id"], self.env.ref(f"{MODULE}.{name}").id)

    def test_the_route_of_the_day_is_one_s_own_and_the_team_s(self):
        visits = self._visit(1) | self._visit(1, user_id=self.second.id, team_id=self.others.id)
        domain = self.env.ref(f"{MODULE}.logistics_visit_action_my_day").domain
        for user, seen in (
            (self.agent, visits[0]),
            (self.second, visits[1]),
            (self.supervisor, visits[0]),
            (self.manager, visits),
        ):
            found = self.env["logistics.visit"].with_user(user).search(safe_eval(domain))
            self.assertEqual(set(found), set(seen))
