import csv
import io
import json

from openpyxl import load_workbook

from odoo import http
from odoo.tests import HttpCase, tagged

from ..complaint.test_complaint import ComplaintCommon

EVIL = [
    '=HYPERLINK("https://evil.example.com","x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\uff1d1+1",
    "{=1+1}",
    "external:c:/evil.xlsx",
]
ADDRESSES = [
    "http://evil.example.com/" + "a" * 40,
    "https://evil.example.com",
    "ftp://evil.example.com",
    "mailto:evil@example.com",
]
HARMLESS = ["Two cartons = one pallet", "王敏", "10 kg"]
COLUMNS = ["name", "contact_name", "phone"]


@tagged("post_install", "-at_install")
class TestExport(ComplaintCommon, HttpCase):
    """What customers write is text in every file that is made of our lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent.group_ids |= cls.env.ref("base.group_allow_export")
        # a caller's words: of the public form and mails the same fields
        cls.cases = cls.Complaint.create(
            [
                {"company_id": cls.company.id, "channel": "form", **dict.fromkeys(COLUMNS, text)}
                for text in EVIL + HARMLESS + ADDRESSES
            ]
        )

    def setUp(self):
        super().setUp()
        self.authenticate(self.agent.login, self.agent.login)

    def _open(self, path, data):
        answer = self.url_open(
            path, data={"data": json.dumps(data), "csrf_token": http.Request.csrf_token(self)}
        )
        self.assertEqual(answer.status_code, 200)
        return answer.content

    def _export(self, kind, **options):
        return self._open(
            f"/web/export/{kind}",
            {
                "model": "logistics.complaint",
                "fields": [{"name": name, "label": name, "type": "char"} for name in COLUMNS],
                "ids": self.cases.ids,
                "domain": [],
                "import_compat": False,
                "context": {},
                **options,
            },
        )

    def _cells(self, content):
        sheet = load_workbook(io.BytesIO(content)).active
        return [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]

    def test_csv(self):
        rows = list(csv.reader(io.StringIO(self._export("csv").decode(), newline="")))[1:]
        self.assertEqual(len(rows), len(self.cases))
        texts = {text for row in rows for text in row}
        for text in EVIL[:7]:
            self.assertIn(f"'{text}", texts)
            self.assertNotIn(text, texts)
        self.assertLessEqual({*HARMLESS, *ADDRESSES}, texts)

    def test_workbook(self):
        cells = self._cells(self._export("xlsx"))
        self.assertEqual({cell.data_type for cell in cells}, {"s"}, "texts alone, no formula")
        self.assertFalse([cell for cell in cells if cell.hyperlink])
        values = {cell.value for cell in cells}
        self.assertIn(f"'{EVIL[0]}", values)
        self.assertIn(EVIL[1], values, "a text in a workbook is no formula and stays as it is")
        self.assertLessEqual({*HARMLESS, *ADDRESSES}, values, "an address is a text, and no link")

    def test_workbook_by_groups(self):
        cells = self._cells(self._export("xlsx", groupby=["contact_name", "name"]))
        self.assertEqual({cell.data_type for cell in cells}, {"s"})
        self.assertFalse([cell for cell in cells if cell.hyperlink])
        self.assertTrue([cell for cell in cells if cell.value.startswith("'=HYPERLINK")])

    def test_pivot(self):
        titles = [{"title": text, "width": 1, "height": 1} for text in EVIL + ADDRESSES]
        table = {
            "title": "Cases",
            "model": "logistics.complaint",
            "measure_count": 1,
            "origin_count": 1,
            "col_group_headers": [titles],
            "measure_headers": [{"title": "Count", "is_bold": False}],
            "rows": [
                {"title": text, "indent": 0, "values": [{"value": 1.0, "is_bold": False}]}
                for text in EVIL + ADDRESSES
            ],
        }
        cells = self._cells(self._open("/web/pivot/export_xlsx", table))
        self.assertLessEqual({cell.data_type for cell in cells}, {"s", "n"})
        self.assertFalse([cell for cell in cells if cell.hyperlink])
        self.assertIn(f"'{EVIL[0]}", [cell.value for cell in cells])
        self.assertEqual(sum(cell.value == 1 for cell in cells), len(EVIL + ADDRESSES))
