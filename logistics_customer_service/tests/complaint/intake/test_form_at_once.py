import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo.service.model import retrying
from odoo.tests import tagged

from ...common_at_once import AtOnceCommon

LIMIT, SENT = 2, 6
VALUES = {"name": "Li", "email": "li@x.example", "phone": "", "reference": "", "text": "Wet"}


@tagged("post_install", "-at_install")
class TestFormAtOnce(AtOnceCommon):
    """Many send the public form in the same moment, on connections of their own."""

    def setUp(self):
        super().setUp()
        with self._environment() as env:
            self.team = (
                env["logistics.service.team"]
                .create({"name": "Race", "form_open": True, "form_hourly_limit": LIMIT})
                .id
            )

    def _clean(self):
        with self._team() as team:
            team.env["logistics.complaint"].search([("team_id", "=", team.id)]).unlink()
            turns = team.turn_sequence_id
            team.unlink()
            turns.unlink()

    @contextmanager
    def _team(self):
        with self._environment(tracking_disable=True) as env:
            yield env["logistics.service.team"].browse(self.team)

    def _send(self, begun, results):
        with self._team() as team:
            waited = []

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
        with patch("odoo.service.model.MAX_TRIES_ON_CONCURRENCY_FAILURE", 50):
            self._side_by_side(self._send, [(begun, results)] * SENT)
        self.assertEqual(sorted(results), ["busy"] * (SENT - LIMIT) + ["taken"] * LIMIT)
        with self._team() as team:
            cases = team.env["logistics.complaint"]
            self.assertEqual(cases.search_count([("team_id", "=", self.team)]), LIMIT)
