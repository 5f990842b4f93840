import re
from unittest.mock import patch

from ....controllers.complaint import portal_cases, service_form
from ....controllers.foundation.limit import Limit
from ...common import LogisticsCommon
from ...foundation.common import LinkPageHttp

SCRIPT = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99="
    b"\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


class SelfServiceHttp(LogisticsCommon, LinkPageHttp):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["logistics.service.team"].create(
            {"name": "Service", "company_id": cls.company.id, "form_open": True}
        )
        cls.customer = cls._customer("Head Office", email="office@customer.example.com")
        cls.buyer = cls.env["res.partner"].create(
            {"name": "Anna Weber", "parent_id": cls.customer.id, "email": "anna@customer.example.com"}
        )
        cls.user = cls._portal_user("buyer", cls.buyer)
        cls.other = cls._customer("Other Customer")
        cls.stranger = cls._portal_user("stranger", cls.other)
        cls.case = cls._case(cls.customer, contact_id=cls.buyer.id, name="Two cartons wet")

    @classmethod
    def _case(cls, partner, **vals):
        return cls.env["logistics.complaint"].create(
            {"partner_id": partner.id, "company_id": cls.company.id, **vals}
        )

    def setUp(self):
        super().setUp()
        for controller in (portal_cases, service_form):
            self.startPatcher(patch.object(controller, "SENDINGS", Limit("first", 1000, 1)))
        self.startPatcher(patch.object(service_form, "POSTS", Limit("second", 1000, 1)))

    def _as(self, user):
        self.authenticate(user.login, user.login)

    def _field(self, name, path):
        return re.search(rf'name="{name}" value="([^"]+)"', self._get(path).text)[1]

    def _post(self, path, files=(), **data):
        """Send the form of a page as a browser does."""
        if "csrf_token" not in data:
            data["csrf_token"] = self._field("csrf_token", path)
        sent = [("files", file) for file in files]
        return self.url_open(path, data=data, files=sent or None, allow_redirects=False)

    def _cases(self, *domain):
        self.env.invalidate_all()
        return self.env["logistics.complaint"].search([("company_id", "=", self.company.id), *domain])
