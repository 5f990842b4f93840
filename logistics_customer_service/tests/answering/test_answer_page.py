import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...controllers import answer_page, survey_answer
from ...models.survey.logistics_survey_request import LogisticsSurveyRequest
from ...tools.shipment.throttle import Throttle
from ..tracking.test_tracking_page import TrackingHttp
from .common import AnsweringCommon

SCRIPT = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


class AnsweringHttp(AnsweringCommon, HttpCase):
    _nothing_written = TrackingHttp._nothing_written

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.path = cls.request._get_answer_path()

    def setUp(self):
        super().setUp()
        for controller, name in ((survey_answer, "GUESSES"), (answer_page, "SENDINGS")):
            self.startPatcher(patch.object(controller, name, Throttle(1000, 1)))
        self.startPatcher(patch.object(answer_page, "FASTEST", 0))

    def _get(self, path=None, **headers):
        return self.url_open(path or self.path, headers=headers, allow_redirects=False)

    def _send(self, path=None, page=None, **values):
        """Send the form as a person's browser does."""
        path = path or self.path
        stamp = re.search(r'name="stamp" value="([^"]+)"', page or self._get(path).text)[1]
        named = {f"q{name[1:]}" if name[:1] == "q" else name: value for name, value in values.items()}
        data = {"stamp": stamp, "touched": stamp[::-1], **named}
        return self.url_open(path, data=data, allow_redirects=False)

    def _choose(self, answer, **values):
        return {f"q{self.overall.id}": answer.id, **values}

    def _said(self):
        """Return the answers that were kept, the first first."""
        self.env.invalidate_all()
        return self.env["survey.user_input"].search(
            [("survey_request_id.company_id", "=", self.company.id)], order="id"
        )
