import re
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....controllers.complaint import service_form, uploads
from ....controllers.foundation import link_page
from ....controllers.foundation.limit import Limit
from .common import PNG, SCRIPT, SelfServiceHttp


@tagged("post_install", "-at_install")
class TestServiceForm(SelfServiceHttp):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(service_form, "FASTEST", 0))
        self.form = self._path()

    def _path(self):
        return f"/service/form/{self.team._get_token()}"

    def _send(self, **values):
        page = self._get(self.form).text
        hidden = {
            name: re.search(rf'name="{name}" value="([^"]+)"', page)[1]
            for name in ("csrf_token", "stamp")
        }
        data = {"name": "Li Ming", "email": "li@example.com", "text": "Box is wet", **hidden, **values}
        return self._post(self.form, **data)

    def _formed(self):
        return self._cases(("channel", "=", "form"))

    def test_case(self):
        answer = self._send(phone="+86 10 1234", reference="SF1", files=[("a.png", PNG)])
        self.assertEqual(answer.status_code, 303)
        case = self._formed()
        self.assertEqual((case.team_id, case.contact_name, case.email_from, case.phone),
                         (self.team, "Li Ming", "li@example.com", "+86 10 1234"))  # fmt: skip
        self.assertFalse(case.partner_id)
        self.assertIn("Box is wet", case.description)
        self.assertIn("SF1", case.description)
        self.assertEqual(case.message_ids.attachment_ids.name, "a.png")
        self.assertFalse(case.customer_answered)
        page = self._get(answer.headers["Location"]).text
        self.assertIn(case.number, page)
        self.assertIn("What happens next", page)

    def test_scripts_are_text(self):
        self._send(name=SCRIPT, phone=SCRIPT, reference=SCRIPT, text=SCRIPT)
        case = self._formed()
        self.assertNotIn("<script", case.description)
        self.assertNotIn("<script", "".join(case.message_ids.mapped("body")))
        answer = self._send(name=SCRIPT, phone=SCRIPT, reference=SCRIPT, text=SCRIPT, email=SCRIPT)
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn("<script", answer.text)
        self.assertNotRegex(answer.text, r"<img[^>]+onerror")

    def test_sender_is_matched_by_mail_and_number_together(self):
        order = self._order(self.customer)
        for reference, email, known in (
            (order.name, "anna@customer.example.com", True),
            (order.name, "li@example.com", False),
            ("S-nothing", "anna@customer.example.com", False),
            ("", "anna@customer.example.com", False),
            (order.name[:-1], "anna@customer.example.com", False),
        ):
            before = self._formed()
            answer = self._send(reference=reference, email=email, text=f"{reference} {email}")
            case = self._formed() - before
            self.assertEqual(case.partner_id, self.customer if known else case.partner_id.browse())
            self.assertEqual(case.order_ids, order if known else order.browse())
            page = self._get(answer.headers["Location"]).text
            self.assertNotIn("Anna", page)
            self.assertEqual(
                page.replace(case.number, ""), self._get(f"{self.form}?sent=1").text.replace(case.number, "")
            )

    def test_signs_of_full_width_and_two_addresses(self):
        order = self._order(self.customer)
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in order.name.lower())
        for reference in (wide, f" {order.name.lower()} "):
            before = self._formed()
            self._send(reference=reference, email="ａnna＠customer.example.com；b@x.example", text=reference)
            case = self._formed() - before
            self.assertEqual((case.email_from, case.email_cc), ("anna@customer.example.com", "b@x.example"))
            self.assertEqual((case.contact_id, case.order_ids), (self.buyer, order))
        self.assertEqual(self._send(email="", phone="０２１－５５５９８７３１").status_code, 303)

    def test_a_second_click_opens_no_second_case(self):
        self._send()
        self.assertEqual(self._send().status_code, 303)
        self.assertEqual(len(self._formed()), 1)
        self._send(text="Something new")
        self.assertEqual(len(self._formed()), 2)

    def test_bad_input_is_told_and_kept(self):
        for values in (
            {"name": ""},
            {"text": " "},
            {"text": "x" * 5001},
            {"email": "nobody"},
            {"email": "", "phone": "12"},
            {"stamp": "1.abc"},
            {"stamp": ""},
            {"website": "https://spam.example.com"},
            {"files": [("run.exe", b"MZ")]},
            {"files": [("a.svg", b"<svg/>")]},
            {"files": [("a.html", b"<script>alert(1)</script>")]},
            {"files": [("a.png", b"<html><script>alert(1)</script>")]},
            {"files": [("a.pdf.exe", b"%PDF-1.4")]},
            {"files": [("a.xlsm", b"PK\3\4")]},
            {"files": [("a", PNG)]},
            {"files": [("a.txt", b"x" * 101)]},
            {"files": [("a.png", PNG)] * 6},
        ):
            with patch.object(uploads, "MAX_FILE", 100):
                answer = self._send(**{"phone": "not lost 99", **values})
            self.assertEqual(answer.status_code, 422, values)
            self.assertIn('role="alert"', answer.text)
        self.assertFalse(self._formed())
        self.assertIn("li@example.com", self._send(name="").text)

    def test_too_fast(self):
        with patch.object(service_form, "FASTEST", 3):
            self.assertEqual(self._send().status_code, 422)
        with patch.object(service_form, "SLOWEST", -1):
            self.assertEqual(self._send().status_code, 422)

    @mute_logger("odoo.http")
    def test_without_csrf_or_with_too_much(self):
        self.assertEqual(self._send(csrf_token="x").status_code, 400)
        answer = self._send(files=[("a.txt", b"x" * (33 * 1024 * 1024))])
        self.assertEqual(answer.status_code, 413)
        self.assertFalse(self._formed())

    def test_so_much_of_an_address_and_an_hour(self):
        with patch.object(service_form, "SENDINGS", Limit("first", 2, 3600)):
            states = [self._send(text=f"Turn {turn}").status_code for turn in range(3)]
        self.assertEqual(states, [303, 303, 429])
        self.team.form_hourly_limit = 3
        states = [self._send(text=f"Hour {turn}").status_code for turn in range(2)]
        self.assertEqual(states, [303, 429])

    def test_what_is_refused_counts_as_well(self):
        with patch.object(service_form, "POSTS", Limit("second", 3, 3600)):
            states = [self._send(name=name).status_code for name in ("", "", "", "Li Ming")]
        self.assertEqual(states, [422, 422, 422, 429])
        self.assertFalse(self._formed())

    def test_guessers_wait(self):
        with patch.object(link_page, "GUESSES", Limit("third", 2, 3600)), mute_logger("odoo.http"):
            paths = ("/service/form/x", "/service/form/%C3%A4", "/service/form/x", self.form)
            states = [self._get(path).status_code for path in paths]
        self.assertEqual(states, [404, 404, 429, 200])
        letter = "/logistics/result/1/x"
        with patch.object(link_page, "GUESSES", Limit("fourth", 2, 3600)), mute_logger("odoo.http"):
            states = [self._get(letter).status_code for _turn in range(3)]
        self.assertEqual(states, [404, 404, 429])

    def test_link_is_renewed_by_the_manager_alone(self):
        old = self.form
        with self.assertRaises(AccessError):
            self.team.with_user(self.agent).action_renew_form()
        with self.assertRaises(AccessError):
            self.team.with_user(self.manager).read(["old_link_digest"])
        self.assertTrue(self.team.with_user(self.agent).form_url.endswith(old))
        self.team.with_user(self.manager).action_renew_form()
        self.env.flush_all()
        self.assertEqual(self._get(old).status_code, 404)
        self.assertEqual(self._get(self._path()).status_code, 200)
        self.team.form_open = False
        self.assertFalse(self.team.form_qr)
        self.env.flush_all()
        self.assertEqual(self._get(self._path()).status_code, 404)
