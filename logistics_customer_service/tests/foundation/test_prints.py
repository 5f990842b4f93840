from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..common import MODULE
from ..complaint.test_complaint import ComplaintCommon

EVIL = (
    '<p style="background:url(http://evil.example.com/a)">Broken</p>'
    '<img src="http://evil.example.com/b.png"/>'
    '<img src="//evil.example.com/c.png"/>'
    '<img src="/web/session/logout"/>'
    '<table background="http://evil.example.com/d"><tr><td>cell</td></tr></table>'
    '<a href="http://shop.example.com">the shop</a>'
)
PICTURE = "data:image/png;base64,iVBORw0KGgo="


@tagged("post_install", "-at_install")
class TestPrints(ComplaintCommon, HttpCase):
    """What is printed makes the server fetch nothing, and is printed for who may read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._case()
        cls.picture = cls.env["ir.attachment"].create(
            {"name": "a.png", "raw": b"x", "res_model": cls.case._name, "res_id": cls.case.id}
        )
        # as it stands in the database, whatever cleaned it on the way
        own = f'<img src="{PICTURE}"/><img src="/web/image/{cls.picture.id}"/>'
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE logistics_complaint SET description = %s WHERE id = %s", [EVIL + own, cls.case.id]
        )
        cls.case.invalidate_recordset()

    def _check(self, page):
        self.assertNotIn("evil.example.com", page)
        self.assertNotIn("session/logout", page)
        for kept in ("Broken", "http://shop.example.com", PICTURE, f"/web/image/{self.picture.id}"):
            self.assertIn(kept, page)

    def test_pages(self):
        reports = self.env["ir.actions.report"].with_user(self.agent)
        for name in ("report_registration", "report_processing"):
            with self.subTest(report=name):
                page, _kind = reports._render_qweb_html(f"{MODULE}.{name}", self.case.ids)
                self._check(page.decode())
                self.assertIn(b"/web/assets/", page, "the layout stays")

    def test_what_the_printer_gets(self):
        given = []

        def _print(_reports, bodies, **options):
            given.extend([*bodies, options.get("header"), options.get("footer")])
            return b"%PDF-1.4"

        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        kind = type(reports)
        with (
            patch.object(kind, "_run_wkhtmltopdf", _print),
            patch.object(kind, "get_wkhtmltopdf_state", lambda _reports: "ok"),
        ):
            reports._render_qweb_pdf(f"{MODULE}.report_registration", self.case.ids)
        self.assertTrue(given)
        self._check("".join(map(str, given)))

    def test_another_companys_print_is_refused(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "group_manager", company=other)
        reports = self.env(user=stranger)["ir.actions.report"]
        for render in (reports._render_qweb_html, reports._render_qweb_pdf):
            with self.assertRaises(AccessError):
                render(f"{MODULE}.report_registration", self.case.ids)
        self.authenticate(stranger.login, stranger.login)
        for kind in ("html", "pdf"):
            with self.subTest(kind=kind):
                answer = self.url_open(f"/report/{kind}/{MODULE}.report_registration/{self.case.id}")
                self.assertEqual(answer.status_code, 403)
                self.assertNotIn(self.case.number, answer.text)
