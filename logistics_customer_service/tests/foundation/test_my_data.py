import io
import json
import zipfile

from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import LogisticsCommon

PAGE = "/my/data"


@tagged("post_install", "-at_install")
class TestMyData(LogisticsCommon, HttpCase):
    """Customers with a login take their own data, and nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls._customer("Ida Own", is_company=False, email="ida@own.example.net")
        cls.user = cls._portal_user("ida", cls.person)
        cls.other = cls._customer("Otto Else", is_company=False, email="otto@else.example.net")
        cls._order(cls.person, note="Ring twice")
        cls._order(cls.other, note="Ring once")

    def _take(self, **data):
        self.authenticate(self.user.login, self.user.login)
        return self.url_open(f"{PAGE}/file", data={"csrf_token": Request.csrf_token(self), **data})

    def _count_files(self):
        return self.env["logistics.privacy.protocol"].search_count([("person_number", "=", self.person.id)])

    def test_the_own_file(self):
        self.authenticate(self.user.login, self.user.login)
        self.assertIn("/my/data", self.url_open("/my").text)
        self.assertIn("Download My Data", self.url_open(PAGE).text)
        answer = self._take(partner_id=self.other.id)
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertIn("no-store", answer.headers["Cache-Control"])
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            text = archive.read("index.html").decode() + archive.read("data.json").decode()
            data = json.loads(archive.read("data.json"))
        self.assertEqual(data["contact"], self.person.id)
        for own in ("Ida Own", "ida@own.example.net", "Ring twice"):
            self.assertIn(own, text)
        for foreign in ("Otto", "Ring once"):
            self.assertNotIn(foreign, text)

    def test_so_often_a_day(self):
        self.company.logistics_files_a_day = 2
        self.assertEqual([self._take().status_code for _number in range(3)], [200, 200, 422])
        self.assertEqual(self._count_files(), 2)

    @mute_logger("odoo.http")
    def test_neither_by_a_link_nor_from_elsewhere(self):
        self.authenticate(self.user.login, self.user.login)
        self.assertEqual(self.url_open(f"{PAGE}/file", data={"x": "1"}).status_code, 400)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(PAGE).url)
        self.assertFalse(self._count_files())
