import json
import time
from contextlib import contextmanager

from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser

from .test_answer_page import AnsweringHttp

PATIENCE = 30


class Phone:
    """A person's hands on a browser: taps and keys are the browser's own, so that it trusts them."""

    def __init__(self, test, browser):
        self._test = test
        self._browser = browser

    def _ask(self, method, **params):
        return self._browser._websocket_request(method, params=params, timeout=PATIENCE)

    def open(self, path):
        self._browser.navigate_to(self._test.base_url() + path)
        self.wait("document.readyState === 'complete' && document.querySelector('main')")

    def see(self, code):
        """Return the value of an expression in the page."""
        answer = self._ask("Runtime.evaluate", expression=code, returnByValue=True)["result"]
        return answer.get("value")

    def wait(self, code):
        end = time.monotonic() + PATIENCE
        while not self.see(f"!!({code})"):
            self._test.assertLess(
                time.monotonic(), end, f"{code} never came: {self.see('document.body.innerText')}"
            )
            time.sleep(0.05)

    def tap(self, selector, times=1):
        """Tap where an element is; what lies over it gets the tap, as with a finger."""
        box = self.see(
            f"(() => {{const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]})()"
        )
        point = {"x": box[0], "y": box[1], "button": "left", "clickCount": 1}
        for _tap in range(times):
            for kind in ("mousePressed", "mouseReleased"):
                self._browser._websocket_send("Input.dispatchMouseEvent", params={"type": kind, **point})

    def type(self, text):
        self._ask("Input.insertText", text=text)

    def slow_down(self):
        self._ask("Network.enable")
        self._ask(
            "Network.emulateNetworkConditions",
            offline=False, latency=300, downloadThroughput=20_000, uploadThroughput=10_000,
        )  # fmt: skip


@tagged("post_install", "-at_install")
class TestAnswerBrowser(AnsweringHttp):
    browser_size = "360x740"
    touch_enabled = True

    FITS = """(() => {
        const problems = [];
        if (window.innerWidth !== 360) problems.push('window ' + window.innerWidth);
        if (document.documentElement.scrollWidth > 360) problems.push('scrolls sideways');
        for (const field of document.querySelectorAll('main input:not([type=hidden]), textarea'))
            if (!field.labels.length) problems.push('no label: ' + field.name);
        for (const option of document.querySelectorAll('.option'))
            if (option.offsetHeight && (option.offsetHeight < 44 || option.offsetWidth < 40))
                problems.push('too small: ' + option.innerText);
        if (getComputedStyle(document.querySelector('.send')).borderRadius === '0px')
            problems.push('no styles');
        return problems.join('; ');
    })()"""

    @contextmanager
    def _phone(self):
        """Return a telephone that has never been here."""
        browser = ChromeBrowser(self)
        try:
            with self.allow_requests(browser=browser):
                self.env.cr.flush()
                self.env.cr.clear()
                yield Phone(self, browser)
                self._wait_remaining_requests()
        finally:
            browser.stop()

    def _face(self, answer):
        return f"#o{answer.id}"

    def _open_mail(self, phone, mail):
        """Show a mail as a reader of mails does: with none of our scripts."""
        phone.open("/a/elsewhere")
        phone.see(f"document.documentElement.innerHTML = {json.dumps(str(mail))}; 1")

    def test_customer_answers_from_the_mail(self):
        self.survey.with_context(lang="zh_CN").title = "您的配送"
        self.env["ir.config_parameter"].set_param("web.base.url", self.base_url())
        kept = self.request._render_mail(self.policy.mail_template_id)["body"]
        links = [[self.request._name, self.request.id]]
        [mail] = self.env["logistics.link.text"]._unmask([kept], links)
        with self._phone() as phone:
            phone.slow_down()
            phone.open(f"{self.path}/zh_CN")
            self.assertEqual(phone.see(self.FITS), "")
            self.assertEqual(phone.see("document.querySelector('h1').innerText"), "您的配送")
            self._open_mail(phone, mail)
            phone.tap('a[href$="#2"]')
            phone.wait(f"location.pathname === '{self.path}' && document.readyState === 'complete'")
            self.assertEqual(phone.see(self.FITS), "")
            self.assertTrue(phone.see(f"document.querySelector('{self._face(self.poor)}').checked"))
            self.assertEqual(phone.see("location.hash"), "", "said once")
            reasons = f"document.querySelector('#b{self.reasons.id}').offsetHeight > 0"
            self.assertTrue(phone.see(reasons), "a low score is asked why")

            # a program sends the form with the score of the link, and clicks what can be clicked
            phone.see("HTMLFormElement.prototype.submit.call(document.forms[0])")
            phone.wait("document.querySelector('[role=alert]')")
            phone.see("document.querySelector('.send').click()")
            time.sleep(0.5)
            phone.wait("document.readyState === 'complete' && document.querySelector('[role=alert]')")
            self.assertFalse(self._said())

            # a person changes the mind, types, leaves and comes back, and taps twice
            phone.open(f"{self.path}/en_US#2")
            phone.tap(self._face(self.good))
            phone.wait(f"document.querySelector('{self._face(self.good)}').checked && !({reasons})")
            phone.tap(f"#i{self.comment.id}")
            phone.type("Very friendly 谢谢")
            phone.open("/a/elsewhere")
            phone.see("history.back()")
            phone.wait(
                f"(document.querySelector('#i{self.comment.id}') || {{}}).value === 'Very friendly 谢谢'"
            )
            self.assertTrue(phone.see(f"document.querySelector('{self._face(self.good)}').checked"))
            phone.tap(".send", times=2)
            phone.wait("location.search === '?done=1' && document.querySelector('.done')")
            self.assertIn("Thank you", phone.see("document.body.innerText"))
            phone.see("history.back()")
            phone.wait("document.querySelector('.calm')")
            self.assertIn("answered already", phone.see("document.body.innerText"))
        feedback = self.request.feedback_id
        self.assertEqual((feedback.overall, feedback.comment), (4, "Very friendly 谢谢"))
        self.assertEqual((len(self._said()), feedback.revision_count), (1, 0))
