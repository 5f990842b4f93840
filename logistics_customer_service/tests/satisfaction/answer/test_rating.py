import re
import time
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....controllers.foundation import link_page
from ....controllers.foundation.limit import Limit
from ....controllers.satisfaction import survey_counter
from .test_answer_page import AnsweringHttp


class SpotHttp(AnsweringHttp):
    def _requests(self, *domain):
        self.env.invalidate_all()
        return self.Request.search([("company_id", "=", self.company.id), *domain], order="id")


@tagged("post_install", "-at_install")
class TestRating(SpotHttp):
    """How it was: on the page of the delivery and on the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.active = False
        cls.fresh = cls._delivery("SF7")
        cls._arrive(cls.fresh)
        cls.policy.active = True
        cls.page = cls.fresh._ensure_tracking_links()._get_path()
        cls.user = cls._portal_user("buyer", cls.customer)
        cls.stranger = cls._portal_user("stranger", cls._customer("Stranger"))

    def test_steps_stand_on_the_page_once_the_goods_are_there(self):
        under_way = self._delivery("SF8")
        way = under_way._ensure_tracking_links()._get_path()
        self.env.flush_all()
        for path, shown in ((self.page, True), (way, False)):
            steps = re.findall(rf'href="{path}/rate/en_US#(\d)"', self._get(f"{path}/en_US").text)
            self.assertEqual(steps, list("12345") if shown else [])
        self.assertEqual(self._get(f"{way}/rate").headers["Location"].split("/t/")[-1], way[3:])
        with self._nothing_written():
            self.assertEqual(self._get(f"{self.page}/rate/en_US").status_code, 200)
        self.assertFalse(self._requests(("picking_id", "=", self.fresh.id)))
        self.policy.active = False
        self.env.flush_all()
        self.assertNotIn("/rate/", self._get(self.page).text, "nobody asks")

    def test_answer_by_the_code_on_the_slip(self):
        answer = self._send(f"{self.page}/rate/en_US", **self._choose(self.good))
        self.assertEqual(answer.status_code, 303)
        asked = self._requests(("picking_id", "=", self.fresh.id))
        self.assertEqual(
            (asked.state, asked.policy_id, asked.partner_id), ("answered", self.policy, self.customer)
        )
        self.assertEqual((asked.feedback_id.channel, asked.feedback_id.overall), ("qr", 4))
        self.assertIn("Thank you", self._get(answer.headers["Location"]).text)
        self.assertIn("You have told us how it was", self._get(self.page).text)
        self._send(f"{self.page}/rate/en_US", **self._choose(self.poor))
        self.assertEqual(len(self._requests(("picking_id", "=", self.fresh.id))), 1)
        self.assertEqual(asked.feedback_id.revision_count, 1)

    def test_others_of_the_link_do_not_learn_how_it_was(self):
        """Whoever has the link of the tracking page: a neighbour who took the parcel in."""
        mine = self._send(f"{self.page}/rate/en_US", **self._choose(self.poor)).headers["Location"]
        self.assertIn("We are sorry", self._get(mine).text)
        self.assertNotIn("We are sorry", self._get(f"{self.page}/rate/en_US?done=1").text)
        page = self._get(f"{self.page}/rate/en_US?change=1").text
        theirs = self._send(f"{self.page}/rate/en_US", page=page, **self._choose(self.good))
        thanks = self._get(theirs.headers["Location"]).text
        self.assertNotIn("We are sorry", thanks, "nor after an answer of their own")
        self.authenticate(self.user.login, self.user.login)
        path = f"/my/deliveries/{self.fresh.id}/rate/en_US"
        self.assertNotIn("We are sorry", self._get(f"{path}?{mine.partition('?')[2]}").text)

    def test_what_was_asked_by_mail_is_answered_here(self):
        page = self.picking._ensure_tracking_links()._get_path()
        self.env.flush_all()
        self._send(**{f"q{self.comment.id}": "Only for your eyes", "later": "1"})
        self.assertNotIn("Only for your eyes", self._get(f"{page}/rate/en_US").text)
        before = self._requests()
        self._send(f"{page}/rate/en_US", **self._choose(self.good))
        self.assertEqual(self._requests(), before)
        self.assertEqual(self.request.state, "answered")

    def test_revoked_is_not_asked_again(self):
        page = self.picking._ensure_tracking_links()._get_path()
        self._requests(("picking_id", "=", self.picking.id)).state = "revoked"
        self.env.flush_all()
        self.assertNotIn("/rate/", self._get(page).text)
        self.assertEqual(self._get(f"{page}/rate").status_code, 303)

    def test_portal(self):
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id, "name": "Wet"}
        )
        self.policy.copy({"trigger": "case_closed", "active": True})
        paths = f"/my/deliveries/{self.fresh.id}", f"/my/cases/{case.id}"
        self.authenticate(self.user.login, self.user.login)
        self.assertNotIn("/rate/", self._get(paths[1]).text, "still open")
        case.write(
            {"stage_id": self.env["logistics.complaint.stage"].search([("phase", "=", "closed")], limit=1).id}
        )
        self.env.flush_all()
        stamps = {}
        for path in paths:
            self.assertIn(f"{path}/rate/en_US#5", self._get(path).text)
            stamps[path] = self._get(f"{path}/rate/en_US").text
        self.authenticate(self.stranger.login, self.stranger.login)
        for path in paths:
            self.assertEqual(self._get(f"{path}/rate").status_code, 303)
            with mute_logger("odoo.http"):
                self._send(f"{path}/rate", page=stamps[path], **self._choose(self.good))
        self.authenticate(self.user.login, self.user.login)
        self.assertFalse(self._said())
        for path in paths:
            self.assertEqual(self._send(f"{path}/rate/en_US", **self._choose(self.good)).status_code, 303)
        said = self._said().survey_request_id.feedback_id
        self.assertEqual(set(said.mapped("channel")), {"portal"})
        self.assertEqual((said.complaint_id, self.fresh in said.picking_id), (case, True))

    def test_wrong_links_and_stamps_of_others(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self._get("/t/" + "A" * 27 + "/rate").status_code, 404)
        page = self._get().text
        self.assertEqual(
            self._send(f"{self.page}/rate", page=page, **self._choose(self.good)).status_code, 422
        )


@tagged("post_install", "-at_install")
class TestCounter(SpotHttp):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        by_hand = cls.policy.copy({"trigger": "manual", "active": True, "name": "Counter"})
        counters = cls.env["logistics.survey.counter"].with_user(cls.manager)
        cls.counter = counters.create({"name": "Hall 2", "policy_id": by_hand.id}).with_env(cls.env)
        cls.page = cls.counter._get_path()

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(survey_counter, "VISITS", Limit("first", 1000, 1)))

    def test_visitors_answer(self):
        page = self._get(self.page).text
        self.assertNotIn("no_contact", page, "nobody knows whom to contact")
        for _tap in range(2):
            answer = self._send(self.page, page=page, **self._choose(self.poor))
            self.assertEqual(answer.status_code, 303)
        self._send(self.page, **self._choose(self.poor))
        said = self._said().survey_request_id.feedback_id
        self.assertEqual(said.mapped("channel"), ["counter"] * 2, "two visitors, one tapped twice")
        self.assertEqual(said.partner_id, self.counter.partner_id)
        self.assertFalse(said.partner_id.active)
        self.assertEqual(self.counter.answer_count, 2)
        thanks = self._get(answer.headers["Location"]).text
        self.assertIn(f'http-equiv="refresh" content="8;url={self.page}', thanks, "the next one starts anew")

    def test_first_answer_after_days_is_taken(self):
        page = self._get(self.page).text
        later = time.time() + 5 * 86400
        with patch.object(link_page.time, "time", lambda: later):
            answer = self._send(self.page, page=page, **self._choose(self.good))
        self.assertEqual(answer.status_code, 303)

    def test_each_visitor_begins_in_the_language_of_the_place(self):
        self.company.partner_id.lang = "zh_CN"
        self.env.flush_all()
        browser = {"Accept-Language": "en-US"}
        self.assertIn('lang="zh-CN"', self._get(self.page, **browser).text)
        chosen = f"{self.page}/en_US"
        self.assertIn('lang="en-US"', self._get(chosen, **browser).text)
        answer = self._send(chosen, page=self._get(chosen).text, **self._choose(self.good))
        thanks = self._get(answer.headers["Location"]).text
        self.assertIn(f'content="8;url={self.page}"', thanks)

    def test_looking_writes_nothing_and_floods_wait(self):
        with self._nothing_written():
            self._get(self.page)
        with patch.object(survey_counter, "VISITS", Limit("second", 1, 3600)):
            states = [self._send(self.page, **self._choose(self.good)).status_code for _turn in range(2)]
        self.assertEqual(states, [303, 429])

    def test_link(self):
        self.assertTrue(self.counter.with_user(self.agent).url.endswith(self.page))
        self.assertTrue(self.counter.qr)
        with self.assertRaises(AccessError):
            self.counter.with_user(self._new_user("visitor", "base.group_portal")).action_open_page()
        self.counter.with_user(self.manager).action_renew_link()
        self.env.flush_all()
        with mute_logger("odoo.http"):
            self.assertEqual(self._get(self.page).status_code, 404)
        self.assertEqual(self._get(self.counter._get_path()).status_code, 200)
        self.counter.active = False
        self.env.flush_all()
        self.assertFalse(self.counter.url)
        with mute_logger("odoo.http"):
            self.assertEqual(self._get(self.counter._get_path()).status_code, 404)
