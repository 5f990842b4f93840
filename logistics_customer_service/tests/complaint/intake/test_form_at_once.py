import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

LIMIT, SENT = 2, 6
VALUES = {"name": "Li", "email": "li@x.example", "phone": "", "reference": "", "text": "Wet"}


@tagged("post_install", "-at_install")
class TestFormAtOnce(BaseCase):
    """Many send the public form in the same moment, on connections of their own."""

    def setUp(self):
        super().setUp()
        # the loader holds the registry's lock while tests run
        self.patch(Registry, "_lock", DummyRLock())
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.team = (
                env["logistics.service.team"]
                .create({"name": "Race", "form_open": True, "form_hourly_limit": LIMIT})
                .id
            )
        self.addCleanup(self._clean)

    def _clean(self):
        with self.registry.cursor() as cr:
            team = self._team(cr)
            team.env["logistics.complaint"].search([("team_id", "=", team.id)]).unlink()
            turns = team.turn_sequence_id
            team.unlink()
            turns.unlink()

    def _team(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        return env["logistics.service.team"].browse(self.team)

    def _send(self, begun, results):
        with self.registry.cursor() as cr:
            team, waited = self._team(cr), []

            def call():
                team.env["logistics.complaint"].search_count([])  # what it sees is fixed now
                if not waited:
                    waited.append(begun.wait(20))
                if team._is_form_busy():
                    return "busy"
                team.env["logistics.complaint"]._open_by_form(team, VALUES, [])
                return "taken"

            results.append(retrying(call, team.env))

    def test_no_more_than_the_limit(self):
        begun, results = threading.Barrier(SENT), []
        threads = [
            threading.Thread(target=self._send, args=(begun, results)) for _turn in range(SENT)
        ]
        with (
            patch("odoo.service.model.MAX_TRIES_ON_CONCURRENCY_FAILURE", 50),
            patch("time.sleep"),
            mute_logger("odoo.service.model", "odoo.sql_db"),
        ):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertEqual(sorted(results), ["busy"] * (SENT - LIMIT) + ["taken"] * LIMIT)
        with self.registry.cursor() as cr:
            cases = self._team(cr).env["logistics.complaint"]
            self.assertEqual(cases.search_count([("team_id", "=", self.team)]), LIMIT)
