import base64
import io
import json
import zipfile

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_privacy import MAIL, NAME, SAID, PrivacyCommon


@tagged("post_install", "-at_install")
class TestPersonFile(PrivacyCommon):
    def _read(self, content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        return json.loads(files["data.json"]), files["index.html"].decode(), files

    def _make(self, **vals):
        wizard = self.env["logistics.person.file"].with_user(self.manager).create(
            {"partner_id": self.person.id, **vals}
        )
        wizard.action_make()
        return self._read(base64.b64decode(wizard.with_context(bin_size=False).file))

    def _live(self):
        case = self.env["logistics.complaint"].create(
            {"partner_id": self.person.id, "company_id": self.company.id, "description": SAID,
             "email_from": MAIL, "findings": "<p>Inner finding</p>"}
        )  # fmt: skip
        case.message_post(
            body="Where is it?", author_id=self.person.id, message_type="email",
            subtype_xmlid="mail.mt_comment", attachments=[("../photo.txt", b"A photo")],
        )  # fmt: skip
        case.with_user(self.agent).message_post(body="Inner note", subtype_xmlid="mail.mt_note")
        other = self._customer("Somebody Else", email="somebody@else.example.net")
        self.env["logistics.complaint"].create(
            {"partner_id": other.id, "company_id": self.company.id, "description": "Not yours"}
        )
        self._order(self.person)
        return case

    def test_all_that_is_held_and_nothing_of_others(self):
        case = self._live()
        data, page, files = self._make()
        models = {part["model"] for part in data["parts"]}
        self.assertLessEqual({"res.partner", "logistics.complaint", "sale.order", "mail.message"}, models)
        for text in (NAME, MAIL, SAID, case.number, "Where is it?", "Inner finding", "Inner note"):
            self.assertIn(text, page)
            self.assertIn(text, json.dumps(data, ensure_ascii=False))
        for text in ("Somebody Else", "Not yours", self.agent.name, "access_token"):
            self.assertNotIn(text, page)
        sent = [name for name in files if name.startswith("files/")]
        self.assertEqual(files[sent[0]], b"A photo")
        self.assertNotIn("..", sent[0].replace("..photo", ""))

    def test_an_address_opens_nothing_that_is_anothers(self):
        """Customers change their own address as they like, and write any into what they send."""
        other = self._customer("Somebody Else", email="somebody@else.example.net")
        cases = self.env["logistics.complaint"].create(
            [
                {"company_id": self.company.id, "description": "Of nobody known", "email_from": MAIL},
                {"company_id": self.company.id, "description": "Of another", "email_from": MAIL,
                 "partner_id": other.id},
            ]
        )  # fmt: skip
        _data, page, _files = self._make()
        self.assertIn("Of nobody known", page)
        self.assertNotIn("Of another", page)
        portal = self._portal_user("ottilie", self.person)
        personal = self.env["logistics.personal"].with_user(portal).sudo()
        _data, page, _files = self._read(personal._make_file(self.person, inner=False))
        self.assertNotIn("Of nobody known", page)
        self.assertNotIn("Of another", page)
        self._erase()
        self.env.invalidate_all()
        self.assertEqual(cases.mapped(lambda case: bool(case.description)), [False, True])
        self.assertNotIn(MAIL, str(cases.mapped("email_from")))

    def test_without_inner_notes(self):
        self._live()
        data, page, _files = self._make(inner=False)
        self.assertIn("Where is it?", page)
        self.assertNotIn("Inner finding", page)
        self.assertNotIn("Inner note", page)
        self.assertFalse(data["complete"])

    def test_it_is_noted_and_for_managers(self):
        self._make()
        protocol = self.Protocol.search([("person_number", "=", self.person.id)])
        self.assertEqual((protocol.kind, protocol.user_id), ("file", self.manager))
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.person.with_user(user).action_make_person_file()

    def test_what_others_do_not_see_of_a_company(self):
        foreign = self.env["res.company"].create({"name": "Foreign"})
        self.env["logistics.complaint"].sudo().create(
            {"partner_id": self.person.id, "company_id": foreign.id, "description": "Foreign case"}
        )
        self.assertNotIn("Foreign case", self._make()[1])
