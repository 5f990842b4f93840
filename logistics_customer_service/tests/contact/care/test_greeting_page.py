import re
from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from ....controllers.foundation import link_page
from ....controllers.foundation.limit import Limit
from ...foundation.common import LinkPageHttp
from .common import CareCommon


@tagged("post_install", "-at_install")
class TestGreetingPage(CareCommon, LinkPageHttp):
    """Where somebody who was greeted refuses more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls._occasion()
        cls.person = cls._born(date(1985, 3, 20))
        cls._plan(at="2027-03-01 00:00:00")
        cls.greeting = cls._greetings(cls.person)
        cls.path = f"/g/{cls.greeting._get_token()}"
        cls.env.flush_all()

    def _post(self, path=None):
        return self.url_open(path or self.path, data={"x": "y"}, allow_redirects=False)

    def _state(self):
        self.env.invalidate_all()
        return self.profile.consent_ids.filtered(lambda one: one.purpose_id == self.purpose).state

    def test_looking_refuses_nothing(self):
        with self._nothing_written():
            page = self._get(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("No more greetings?", page.text)
        for secret in ("Wang Min", "wang@customer", "1985", self.greeting._get_secret()):
            self.assertNotIn(secret, re.sub(r'(action|href)="[^"]*"', "", page.text))
        self.assertEqual(self._state(), "granted")
        for name in ("Content-Security-Policy", "Referrer-Policy", "X-Robots-Tag"):
            self.assertIn(name, page.headers)

    def test_pressing_the_button_does(self):
        answer = self._post()
        self.assertEqual(answer.status_code, 200)
        self.assertIn("You get no more greetings from us", answer.text)
        self.assertEqual(self._state(), "refused")
        self.assertEqual(self.greeting.reason, "refused", "what waited does not go out")
        self.assertIn("You get no more greetings", self._get(self.path).text)

    def test_whatever_is_wrong_with_a_link_the_answer_is_one(self):
        token = self.path[3:]
        tampered = token[:-1] + ("a" if token[-1] != "a" else "b")
        texts = set()
        for wrong in (tampered, "A" * 27, "x", token + "A", "%00", "1' OR 1=1"):
            answer = self._get(f"/g/{wrong}")
            self.assertEqual(answer.status_code, 404, wrong)
            texts.add(answer.text)
            self.assertEqual(self._post(f"/g/{wrong}").status_code, 404)
        self.assertEqual(len(texts), 1)
        self.assertNotIn("Traceback", texts.pop())
        self.assertEqual(self._state(), "granted")

    def test_guessers_wait(self):
        with patch.object(link_page, "GUESSES", Limit("first", 2, 1000)):
            codes = [self._get("/g/" + "A" * 27).status_code for _time in range(3)]
            self.assertEqual(codes, [404, 404, 429])
            self.assertEqual(self._get(self.path).status_code, 200)

    def test_language_is_the_persons_or_as_chosen(self):
        language = self._get_language
        self.person.lang = "zh_CN"
        self.assertEqual(language(self.path), "zh-CN")
        self.assertEqual(language(f"{self.path}/en_US"), "en-US")
        self.assertEqual(language(f"{self.path}/xx_XX"), "zh-CN")
