from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from .common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestReaction(FeedbackCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["logistics.service.team"].create(
            {
                "name": "Service",
                "company_id": cls.company.id,
                "user_id": cls.supervisor.id,
                "member_ids": [(6, 0, cls.agent.ids)],
            }
        )
        cls.policy.write(
            {
                "reaction": "case",
                "reaction_team_id": cls.team.id,
                "reaction_category_id": cls.env.ref(f"{MODULE}.complaint_category_delay").id,
                "alarm_answer_ids": [(6, 0, [cls._choice("delivery_reason_damaged")])],
            }
        )

    def _answered(self, *args, **kwargs):
        request = self._request()
        self._take(request, *args, **kwargs)
        return request.feedback_id

    def _cases(self):
        return self.env["logistics.complaint"].search([("partner_id", "=", self.customer.id)])

    def test_a_low_score_opens_a_case_with_the_answer_in_it(self):
        feedback = self._answered(1, ["late"], "Nobody called me")
        case = feedback.reaction_complaint_id
        self.assertEqual(case, self._cases())
        self.assertTrue(feedback.is_low)
        self.assertEqual(feedback.reaction_state, "open")
        self.assertEqual((case.contact_id, case.picking_ids), (self.person, self.picking))
        self.assertEqual((case.order_ids, case.team_id), (self.order, self.team))
        self.assertEqual(case.category_id.code, "delay")
        self.assertEqual(case.user_id, self.agent, "assigned at once")
        self.assertIn("Nobody called me", case.description)
        self.assertIn("It came later than promised", case.description)
        self.assertEqual(case.feedback_count, 1)

    def test_the_dedicated_agent_gets_it(self):
        dedicated = self._new_user("dedicated", "group_agent")
        self.profile.agent_id = dedicated
        self.assertEqual(self._answered(2).reaction_complaint_id.user_id, dedicated)

    def test_a_good_score_starts_nothing_but_an_alarming_reason_does(self):
        quiet = self._answered(3, ["late"])
        self.assertEqual((quiet.is_low, quiet.reaction_state), (False, "none"))
        self.assertFalse(self._cases())
        alarming = self._answered(3, ["damaged"])
        self.assertTrue(alarming.is_low)
        self.assertTrue(alarming.reaction_complaint_id)

    def test_where_nothing_is_to_follow_nothing_follows(self):
        self.policy.low_score = 0
        self.assertFalse(self._answered(1).is_low)
        self.policy.write({"low_score": 2, "reaction": "none"})
        feedback = self._answered(1)
        self.assertEqual((feedback.is_low, feedback.reaction_state), (True, "none"))
        self.assertFalse(self._cases())

    def test_who_wants_no_contact_is_left_alone(self):
        feedback = self._answered(1, extra={"no_contact": True})
        self.assertEqual(feedback.reaction_state, "declined")
        self.assertFalse(self._cases())
        with self.assertRaises(UserError):
            feedback.with_user(self.agent).action_register_case()

    def test_a_begun_answer_starts_nothing_until_it_is_complete(self):
        request = self._request()
        self._take(request, 1, extra={"complete": False})
        self.assertFalse(self._cases())
        self._take(request, 1, ["door"])
        self.assertEqual(len(self._cases()), 1)

    def test_once_whatever_comes_later(self):
        request = self._request()
        self._take(request, 1)
        self._take(request, 1, ["late"])
        self._take(request, 2, ["price"])
        self.assertEqual(len(self._cases()), 1)

    def test_a_bad_later_answer_is_heard(self):
        request = self._request()
        self._take(request, 5)
        self._take(request, 1, ["late"], "It broke on the second day")
        feedback = request.feedback_id
        self.assertEqual((feedback.overall, feedback.is_low), (5, False))
        self.assertIn("It broke on the second day", feedback.reaction_complaint_id.description)

    def test_an_open_case_about_the_delivery_is_joined(self):
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "picking_ids": [(6, 0, self.picking.ids)]}
        )
        feedback = self._answered(1, ["missing"], "Three boxes short")
        self.assertEqual(feedback.reaction_complaint_id, case)
        self.assertEqual(self._cases(), case)
        self.assertTrue(case.customer_answered)
        self.assertIn("Three boxes short", case.message_ids[0].body)

    def test_two_at_once_about_the_same_delivery_make_one_case(self):
        other = self._deliver(self._order(self.person, at=self._days_ago(6)), at=self._days_ago(2))
        requests = self._request() + self._request() + self._request(picking_id=other.id)
        requests._take_answers(
            [{"answers": self._answers(1, comment=text)} for text in ("First", "Second", "Other")]
        )
        first, second, elsewhere = requests.feedback_id
        self.assertEqual(first.reaction_complaint_id, second.reaction_complaint_id)
        self.assertNotEqual(first.reaction_complaint_id, elsewhere.reaction_complaint_id)
        self.assertEqual(len(self._cases()), 2)
        self.assertIn("Second", first.reaction_complaint_id.message_ids[0].body)
        self.assertEqual(requests.feedback_id.mapped("reaction_state"), ["open"] * 3)

    def test_two_at_once_about_the_same_settled_case_make_one_case(self):
        settled = self.env["logistics.complaint"].create({"partner_id": self.customer.id})
        settled._move_to_phase("resolved")
        about = {"picking_id": False, "complaint_id": settled.id}
        requests = self._request(**about) + self._request(**about)
        requests._take_answers([{"answers": self._answers(1, comment=text)} for text in ("First", "Second")])
        case = requests.feedback_id.reaction_complaint_id
        self.assertEqual((len(case), case.previous_id), (1, settled))
        later = self._request(**about)
        self._take(later, 2)
        self.assertEqual(later.feedback_id.reaction_complaint_id, case)

    def test_a_case_of_another_delivery_or_settled_is_not(self):
        elsewhere = self.env["logistics.complaint"].create({"partner_id": self.customer.id})
        settled = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "picking_ids": [(6, 0, self.picking.ids)]}
        )
        settled._move_to_phase("resolved")
        feedback = self._answered(1)
        self.assertNotIn(feedback.reaction_complaint_id, elsewhere + settled)

    def test_done_when_the_case_is_and_open_again_with_it(self):
        feedback = self._answered(1)
        feedback.reaction_complaint_id.action_resolve()
        self.assertEqual(feedback.reaction_state, "done")
        feedback.reaction_complaint_id.action_reopen()
        self.assertEqual(feedback.reaction_state, "open")

    def test_a_merged_case_hands_its_answer_over(self):
        feedback = self._answered(1)
        kept = self.env["logistics.complaint"].create({"partner_id": self.customer.id})
        feedback.reaction_complaint_id._merge_into(kept)
        self.assertEqual(feedback.reaction_complaint_id, kept)
        self.assertEqual(feedback.reaction_state, "open")

    def test_no_answer_is_lost_because_its_reaction_fails(self):
        good, bad = self._request(), self._request()
        feedback_class = type(self.env["logistics.feedback"])
        with (
            patch.object(feedback_class, "_react_by_case", side_effect=KeyError("boom")),
            mute_logger("odoo.addons.logistics_customer_service.models.satisfaction.answer.logistics_feedback"),
        ):
            (good + bad)._take_answers(
                [{"answers": self._answers(5)}, {"answers": self._answers(1)}]
            )
        self.assertEqual((good.state, bad.state), ("answered", "answered"))
        self.assertEqual(bad.feedback_id.overall, 1)
        self.assertEqual(bad.feedback_id.reaction_state, "open")
        self.assertIn("boom", bad.feedback_id.message_ids[0].body)

    def test_one_that_fails_fails_alone(self):
        good, bad = self._request(), self._request(picking_id=False)
        real = type(self.env["logistics.complaint"])._mark_repeated

        def picky(cases):
            if any("poison" in (case.description or "") for case in cases):
                raise ValueError("poison")
            return real(cases)

        with (
            patch.object(type(self.env["logistics.complaint"]), "_mark_repeated", picky),
            mute_logger("odoo.addons.logistics_customer_service.models.satisfaction.answer.logistics_feedback"),
        ):
            (good + bad)._take_answers(
                [
                    {"answers": self._answers(1, comment="late")},
                    {"answers": self._answers(1, comment="poison")},
                ]
            )
        self.assertTrue(good.feedback_id.reaction_complaint_id)
        self.assertFalse(bad.feedback_id.reaction_complaint_id)
        self.assertEqual(bad.feedback_id.comment, "poison")

    def test_an_activity_for_the_leader_of_the_team(self):
        self.policy.write({"reaction": "activity", "reaction_days": 2})
        feedback = self._answered(2, ["price"], "Too dear")
        activity = feedback.activity_ids
        self.assertEqual(activity.user_id, self.supervisor)
        self.assertIn("2/5", activity.summary)
        self.assertIn("Too dear", activity.note)
        today = self.company._get_logistics_today()
        self.assertEqual(activity.date_deadline, today + timedelta(days=2))
        activity.with_user(self.supervisor).action_feedback(feedback="Called, all is well")
        self.assertEqual(feedback.reaction_state, "done")

    def test_an_activity_for_the_dedicated_agent(self):
        self.policy.reaction = "activity"
        self.profile.agent_id = self.agent
        self.assertEqual(self._answered(2).activity_ids.user_id, self.agent)

    def test_no_contact_said_later_ends_the_activity(self):
        self.policy.reaction = "activity"
        request = self._request()
        self._take(request, 1)
        self._take(request, 1, extra={"no_contact": True})
        feedback = request.feedback_id
        self.assertEqual((feedback.reaction_state, feedback.no_contact), ("declined", True))
        self.assertFalse(feedback.activity_ids)

    def test_an_agent_settles_and_opens_cases(self):
        self.policy.reaction = "activity"
        feedback = self._answered(1).with_user(self.agent)
        feedback.action_settle()
        self.assertEqual(feedback.reaction_state, "done")
        self.assertFalse(feedback.activity_ids)
        action = feedback.action_register_case()
        self.assertEqual(action["res_id"], feedback.reaction_complaint_id.id)
        self.assertEqual(feedback.reaction_state, "open")
        self.assertEqual(feedback.action_register_case()["res_id"], action["res_id"], "once")

    def test_nobody_else_does(self):
        clerk = self._new_user("clerk_f", "base.group_user")
        with self.assertRaises(AccessError):
            self._answered(1).with_user(clerk).action_settle()

    def test_queries_of_reactions_do_not_grow_with_the_answers(self):
        """Core asks once for each activity; the answers themselves add nothing."""
        self.policy.reaction = "activity"

        def queries(count):
            return self._count_taken([{"answers": self._answers(1, comment=str(n))} for n in range(count)])

        queries(2)
        few, many = queries(5), queries(25)
        self.assertLess(many - few, 1.5 * 20)
