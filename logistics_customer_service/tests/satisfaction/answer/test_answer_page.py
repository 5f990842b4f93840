import re
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....controllers.foundation import link_page
from ....controllers.foundation.limit import Limit
from ....controllers.satisfaction import answer_page
from ...foundation.common import LinkPageHttp
from .common_page import AnsweringCommon

SCRIPT = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


class AnsweringHttp(AnsweringCommon, LinkPageHttp):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.path = cls.request._get_answer_path()

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(answer_page, "SENDINGS", Limit("first", 1000, 1)))
        self.startPatcher(patch.object(answer_page, "FASTEST", 0))

    def _get(self, path=None, **headers):
        return super()._get(path or self.path, **headers)

    def _send(self, path=None, page=None, **values):
        """Send the form as a person's browser does."""
        path = path or self.path
        page = page or self._get(f"{path}?change=1").text
        stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
        data = {"stamp": stamp, "touched": stamp[::-1], **values}
        answer = self.url_open(path, data=data, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def _choose(self, answer, **values):
        return {f"q{self.overall.id}": answer.id, **values}

    def _said(self):
        """Return the answers that were kept, the first first."""
        self.env.invalidate_all()
        return self.env["survey.user_input"].search(
            [("survey_request_id.company_id", "=", self.company.id)], order="id"
        )


@tagged("post_install", "-at_install")
class TestAnswerPage(AnsweringHttp):
    def test_page(self):
        answer = self._get()
        self.assertEqual(answer.status_code, 200)
        for text in ("Your delivery", "How was it?", "Very poor", "What went wrong?", self.picking.name):
            self.assertIn(text, answer.text)
        self.assertIn(f"#b{self.reasons.id}{{display:none}}", answer.text, "asked after a low score")
        self.assertNotIn(f"#b{self.overall.id}{{", answer.text)
        headers = answer.headers
        self.assertIn("script-src 'self'", headers["Content-Security-Policy"])
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertNotIn("Set-Cookie", headers)
        self.assertLess(len(answer.content), 20_000, "light enough for the road")

    def test_language_is_the_customers_or_as_chosen(self):
        language = self._get_language
        self.survey.with_context(lang="zh_CN").title = "您的配送"
        self.customer.lang = "zh_CN"
        self.env.flush_all()
        self.assertEqual(language(self.path), "zh-CN")
        self.assertIn("您的配送", self._get().text)
        self.assertEqual(language(f"{self.path}/en_US"), "en-US")
        self.assertEqual(language(f"{self.path}/xx_XX"), "zh-CN")

    def test_looking_writes_nothing(self):
        paths = (self.path, f"{self.path}/zh_CN", f"{self.path}?done=1", f"{self.path}?change=1")
        with self._nothing_written():
            for path in paths:
                self._get(path)
                self.opener.head(self.base_url() + path)
        self.assertFalse(self._said())
        with self.assertRaises(AssertionError), self._nothing_written():
            self._send(**self._choose(self.good))

    def test_whatever_is_wrong_the_answer_is_one(self):
        gone, revoked = (self._request(self._delivery(number)) for number in ("SF2", "SF3"))
        paths = [request._get_answer_path() for request in (gone, revoked)]
        page = self._get(paths[0]).text
        gone.expires_at = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        revoked.state = "revoked"
        self.env.flush_all()
        wrong = [*paths, "/a/" + "A" * 27, self.path[:-1] + "é", self.path[:10], self.path + "A"]
        with mute_logger("odoo.http"):
            answers = [self._get(path) for path in wrong]
            answers += [self._send(path, page=page, **self._choose(self.good)) for path in wrong]
        self.assertEqual({answer.status_code for answer in answers}, {404})
        self.assertEqual(len({answer.text for answer in answers}), 1)
        self.assertFalse(self._said())

    def test_guessers_and_floods_wait(self):
        with patch.object(link_page, "GUESSES", Limit("second", 2, 3600)), mute_logger("odoo.http"):
            paths = ("/a/" + "A" * 27, "/a/x", "/a/x", self.path)
            self.assertEqual([self._get(path).status_code for path in paths], [404, 404, 429, 200])
        with patch.object(answer_page, "SENDINGS", Limit("third", 1, 3600)):
            states = [self._send(**self._choose(answer)).status_code for answer in (self.good, self.fair)]
        self.assertEqual(states, [303, 429])

    def test_answer(self):
        answer = self._send(
            f"{self.path}/zh_CN",
            **self._choose(self.good, **{f"q{self.comment.id}": " Very friendly\n", "no_contact": "1"}),
        )
        self.assertEqual(answer.status_code, 303)
        self.assertIn(f"{self.path}/zh_CN?done=quiet.", answer.headers["Location"])
        self.assertEqual(self._said().state, "done")
        self.assertEqual(self.request.state, "answered")
        feedback = self.request.feedback_id
        self.assertEqual((feedback.overall, feedback.comment), (4, "Very friendly"))
        self.assertEqual((feedback.channel, feedback.lang, feedback.no_contact), ("mail", "zh_CN", True))
        page = self._get(f"{self.path}/en_US?{answer.headers['Location'].partition('?')[2]}").text
        self.assertIn("Thank you", page)
        self.assertIn("we do not contact you", page)

    def test_three_taps_for_a_bad_answer(self):
        poor = self._choose(self.poor, **{f"q{self.reasons.id}": [self.late.id, self.damaged.id]})
        answer = self._send(**poor)
        feedback = self.request.feedback_id
        self.assertTrue(feedback.is_low)
        self.assertEqual(feedback.score_ids.answer_id, self.late + self.damaged)
        self.assertIn("One of us looks into it", self._get(answer.headers["Location"]).text)
        self.policy.reaction = "none"
        page = self._get(self._send(**poor).headers["Location"]).text
        self.assertIn("We are sorry", page)
        self.assertNotIn("One of us", page, "nobody does")

    def test_what_is_thanked_for_is_the_senders_to_know(self):
        answer = self._send(**self._choose(self.poor))
        mine = answer.headers["Location"].partition("done=")[2]
        mood, visit, signature = mine.split(".")
        self.assertEqual(mood, "handled")
        forged = f"handled.{visit}.", f"quiet.{visit}.{signature}", f"handled.1.{signature}"
        for done in ("1", "handled", *forged):
            page = self._get(f"{self.path}?done={done}").text
            self.assertIn("Thank you", page)
            self.assertNotIn("We are sorry", page)
            self.assertNotIn("we do not contact you", page)

    def test_reasons_of_a_score_that_was_changed_are_left_out(self):
        self._send(**self._choose(self.very_good, **{f"q{self.reasons.id}": self.late.id}))
        self.assertEqual(self.request.feedback_id.score_ids.mapped("part"), ["overall"])

    def test_nought_of_ten_is_an_answer(self):
        self._send(**self._choose(self.fair, **{f"q{self.recommend.id}": "0"}))
        feedback = self.request.feedback_id
        self.assertEqual((feedback.recommend, feedback.recommends), (0, "detractor"))
        line = self._said().user_input_line_ids.filtered(lambda one: one.question_id == self.recommend)
        self.assertEqual((line.value_scale, line.skipped), (0, False))

    def test_sent_twice_it_is_one_answer(self):
        page = self._get().text
        for _tap in range(2):
            self.assertEqual(self._send(page=page, **self._choose(self.good)).status_code, 303)
        self.assertEqual(len(self._said()), 1)
        self.assertEqual(self.request.feedback_id.revision_count, 0)

    def test_opened_again_on_another_device(self):
        self._send(**self._choose(self.poor, **{f"q{self.comment.id}": "Nobody rang"}))
        page = self._get().text
        self.assertIn("You have answered already", page)
        self.assertNotIn("<form", page)
        page = self._get(f"{self.path}?change=1").text
        self.assertIn("Your first answer stays", page)
        self.assertNotIn("Nobody rang", page, "whoever finds the link reads nothing")
        self._send(f"{self.path}", page=page, **self._choose(self.good))
        self.assertEqual(len(self._said()), 2)
        feedback = self.request.feedback_id
        self.assertEqual((feedback.overall, feedback.revision_count), (2, 1), "the first stands")

    def test_saved_and_gone_on_later(self):
        answer = self._send(**{f"q{self.recommend.id}": "0", f"q{self.comment.id}": "So far", "later": "1"})
        self.assertEqual(answer.status_code, 303)
        self.assertEqual((self.request.state, self._said().state), ("partial", "in_progress"))
        page = self._get(f"{self.path}?done=1").text
        self.assertIn("Saved", page)
        self.assertIn("So far", page)
        self.assertRegex(page, rf'id="o{self.recommend.id}_0"[^>]*checked="checked"')
        self._send(**self._choose(self.good, **{f"q{self.comment.id}": "So far, so good"}))
        self.assertEqual(
            (self.request.state, self.request.feedback_id.comment), ("answered", "So far, so good")
        )
        self.assertEqual(len(self._said()), 1)

    def test_bad_input_is_told_and_kept(self):
        other = self._questionnaire()
        for values in (
            {},
            {"comment": "Only words"},
            {"overall": [self.good.id, self.poor.id]},
            {"overall": other.question_ids[0].suggested_answer_ids[0].id},
            {"overall": self.late.id},
            {"overall": "1 OR 1=1"},
            {"overall": "9" * 40},
            {"overall": self.good.id, "recommend": "11"},
            {"overall": self.good.id, "recommend": "-1"},
            {"overall": self.good.id, "recommend": "x"},
            {"overall": self.good.id, "recommend": ["1", "2"]},
            {"overall": self.good.id, "comment": "x" * 2001},
        ):
            sent = {f"q{getattr(self, name).id}": value for name, value in values.items()}
            answer = self._send(**{f"q{self.comment.id}": "Not lost", **sent})
            self.assertEqual(answer.status_code, 422, values)
            self.assertIn('role="alert"', answer.text)
            self.assertIn(values.get("comment", "Not lost"), answer.text)
        self.assertFalse(self._said())
        self.assertEqual(self._send(**{f"q{self.comment.id}": "x" * 200_000}).status_code, 413)

    def test_signs_that_nobody_sees_are_left_out(self):
        self._send(**self._choose(self.good, **{f"q{self.comment.id}": "A\0B\x07 好"}))
        self.assertEqual(self.request.feedback_id.comment, "AB 好")

    def test_scripts_are_text(self):
        answer = self._send(**{f"q{self.comment.id}": SCRIPT})
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn("<script>alert", answer.text)
        self.assertNotIn("<img src=x", answer.text)
        self._send(**self._choose(self.good, **{f"q{self.comment.id}": SCRIPT}))
        self.assertEqual(self.request.feedback_id.comment, SCRIPT)

    def test_a_refused_answer_leaves_nothing_behind(self):
        refusal = ValidationError("Not like this.")

        def half_way(requests, vals_list):
            requests.partner_id.name = "Half-way"
            raise refusal

        with patch.object(type(self.request), "_take_answers", half_way):
            answer = self._send(**self._choose(self.good))
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Not like this.", answer.text)
        self.env.invalidate_all()
        self.assertNotEqual(self.customer.name, "Half-way")

    def test_without_script_a_box_is_ticked(self):
        self.assertEqual(self._send(touched="", **self._choose(self.good)).status_code, 422)
        self.assertFalse(self._said())
        self.assertEqual(self._send(touched="", person="1", **self._choose(self.good)).status_code, 303)
        self.assertTrue(self._said())

    def test_stamps(self):
        other = self._request(self._delivery("SF2"))
        self.env.flush_all()
        foreign = self._get(other._get_answer_path()).text
        refused = [self._send(page=foreign, **self._choose(self.good))]
        refused.append(self._send(stamp="1.abc", touched="cba.1", **self._choose(self.good)))
        refused.append(self._send(stamp="", touched="", **self._choose(self.good)))
        for name, value in (("FASTEST", 3), ("SLOWEST", -1)):
            with patch.object(answer_page, name, value):
                refused.append(self._send(**self._choose(self.good)))
        self.assertEqual({answer.status_code for answer in refused}, {422})
        self.assertFalse(self._said())

    def test_scanner_stores_nothing(self):
        """Programs of mail services follow every link and send every form, in every way."""
        page = self._get().text
        for link in set(re.findall(r'(?:href|src|action)="(/[^"]*)"', page)):
            self._get(link)
            self.opener.head(self.base_url() + link)
        fields_of = re.findall(r"<(?:input|textarea|button)\b[^>]*name=\"([^\"]+)\"[^>]*?>", page)
        values = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
        first = {name: value for name, value in values.items() if name in ("stamp", "touched")}
        everything = [
            (name, values.get(name) or "1") for name in fields_of if name not in ("stamp", "touched")
        ]
        stamp = ("stamp", first["stamp"])
        for data in (
            list(first.items()),  # as the form stands
            [*first.items(), *self._choose(self.good).items()],
            [stamp, ("touched", "1"), *self._choose(self.good).items()],
            [stamp, ("touched", first["stamp"]), *self._choose(self.good).items()],
            [stamp, *everything],
            [stamp, *everything, *everything],
            [(name, value) for name, value in everything],
        ):
            for path in (self.path, f"{self.path}/zh_CN", f"{self.path}?done=1"):
                answer = self.url_open(path, data=data, allow_redirects=False)
                self.assertEqual(answer.status_code, 422, data)
        self.assertFalse(self._said())
        self.env.invalidate_all()
        self.assertEqual(self.request.state, "sent")
