import re

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_pages import LinkPages

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
POLICY = (
    "default-src 'none'", "img-src 'self' data:", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestLinkPage(LinkPages):
    """What all pages that a link opens have in common, on each of them."""

    def _assert_safe(self, answer):
        headers = answer.headers
        self.assertEqual({name: headers.get(name) for name in HEADERS}, HEADERS)
        self.assertLessEqual(set(POLICY), set(headers["Content-Security-Policy"].split("; ")))
        self.assertNotIn("'unsafe-inline'", headers["Content-Security-Policy"].partition("script-src")[2])

    def test_headers_whatever_is_shown(self):
        for name, (path, _close) in self.pages.items():
            with self.subTest(page=name):
                for answer in (self._get(path), self._get(path[:-1])):
                    self._assert_safe(answer)
                self.throttle.burst = 0
                self._assert_safe(self._get(path[:-1]))
                self.throttle.burst = 1000

    def test_no_script_but_of_the_answer_page(self):
        for name, (path, _close) in self.pages.items():
            with self.subTest(page=name):
                scripts = re.findall("<script", self._get(path).text)
                self.assertEqual(len(scripts), 1 if name == "answer" else 0)

    def test_wrong_and_expired_links_are_refused_alike(self):
        for name, (path, close) in self.pages.items():
            with self.subTest(page=name):
                self.assertEqual(self._get(path).status_code, 200)
                close()
                self.env.flush_all()
                wrong = (path, path[:-1], path + "A", path[:-1] + "\u00e9", path[:-1] + "%00")
                answers = [self._get(one) for one in wrong]
                self.assertEqual({answer.status_code for answer in answers}, {404})
                self.assertEqual(len({answer.text for answer in answers}), 1)
                kept = [{name: answer.headers[name] for name in HEADERS} for answer in answers]
                self.assertEqual(kept, [HEADERS] * len(answers))

    def test_who_guesses_has_to_wait_at_every_page(self):
        self.throttle.burst, self.throttle.interval = 1, 3600
        tracking = self.pages["tracking"][0]
        self.assertEqual(self._get(tracking[:-1]).status_code, 404)
        for name, (path, _close) in self.pages.items():
            with self.subTest(page=name):
                answer = self._get(path[:-1])
                self.assertEqual(answer.status_code, 429)
                self.assertIn("One moment, please", answer.text)
                self.assertEqual(self._get(path).status_code, 200, "whoever has a link does not wait")

    def test_looking_writes_nothing(self):
        for name, (path, _close) in self.pages.items():
            with self.subTest(page=name):
                self._get(path)  # styles are bundled once
                with self._nothing_written():
                    self._get(path)
                    self.opener.head(self.base_url() + path)

    def test_what_is_sent_needs_the_page(self):
        """A form of ours bears the token of the session; answers bear a stamp of their own.

        Greetings are refused by one click of a mail program, which has seen no page: whoever has the
        link may.
        """
        for name, (path, _close) in self.pages.items():
            if name == "greeting":
                continue
            with self.subTest(page=name):
                field = "stamp" if name == "answer" else "csrf_token"
                self.assertRegex(self._get(path).text, rf'name="{field}" value="[^"]+"')
                with self._nothing_written(), mute_logger("odoo.http"):
                    data = {"answer": "accept", "text": "x"}
                    answer = self.url_open(path, data=data, allow_redirects=False)
                self.assertEqual(answer.status_code, 422 if name == "answer" else 400)

    def test_languages(self):
        for name, (path, _close) in self.pages.items():
            with self.subTest(page=name):
                self.assertEqual(self._get_language(path), "en-US")
                menu = re.findall(r'href="([^"]+)" lang="zh-CN"', self._get(path).text)
                mark = "?lang=" if name in ("form", "letter") else "/"
                address = path if mark == "/" else ""
                self.assertEqual(menu, [f"{address}{mark}zh_CN"])
                page = self._get(f"{path}{mark}zh_CN").text
                self.assertIn('<html lang="zh-CN"', page)
                self.assertIn(f'href="{address}{mark}en_US"', page)
                self.assertIn(f'action="{path}{mark}zh_CN', page, "what is sent is answered in it")
                refused = self._get(f"{path[:-1]}{mark}zh_CN").text
                self.assertIn('<html lang="zh-CN"', refused)
                self.assertIn('href="?lang=en_US"', refused, "so is what does not open")

    def test_company_stands_above_the_page_alone(self):
        """Whoever has no link that opens something is told of nobody, but whom everybody may ask."""
        logo = f'src="/logo.png?company={self.company.id}"'
        for name, (path, _close) in self.pages.items():
            with self.subTest(page=name):
                self.assertIn(logo, self._get(path).text)
                self.assertNotIn("/logo.png", self._get(path[:-1]).text)

    def test_everybody_is_told_whom_to_ask(self):
        """With a link the company that gave it; else the one whose database it is, whatever the link."""
        self.company.write({"phone": "+49 40 1234", "email": "help@logistics.example.com"})
        main = self.env.ref("base.public_user").company_id
        main.write({"phone": "+32 10 588 558", "email": "main@example.com"})
        self.env.flush_all()
        for name, (path, _close) in self.pages.items():
            with self.subTest(page=name):
                page = self._get(path).text
                self.assertIn(f"Ask <strong>{self.company.name}</strong>", page)
                self.assertIn("mailto:help@logistics.example.com", page)
                dead = self._get(path[:-1]).text
                self.assertIn("mailto:main@example.com", dead)
                self.assertNotIn("help@logistics.example.com", dead)
