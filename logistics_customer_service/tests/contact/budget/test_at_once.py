import uuid

from psycopg2.errors import SerializationFailure

from odoo import api, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from ...common_at_once import AtOnceCommon


@tagged("post_install", "-at_install")
class TestAtOnce(AtOnceCommon):
    """Two jobs on connections of their own contact the same person at the same moment."""

    def setUp(self):
        super().setUp()
        with self._environment(tracking_disable=True) as env:
            company = env["res.company"].create({"name": f"Budget at Once {uuid.uuid4()}"})
            partner = env["res.partner"].create({"name": "Asked by Two"})
            purpose = env.ref(f"{MODULE}.callback_purpose_other")
            env["logistics.contact.budget"].create(
                {"limit": 1, "period_days": 9, "company_id": company.id}
            )
            callbacks = env["logistics.callback"].create(
                [
                    {
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "purpose_id": purpose.id,
                        "phone": "+86 10 5550 0101",
                    }
                ]
                * 2
            )
            self.company, self.partner, self.callbacks = company.id, partner.id, callbacks.ids

    def _clean(self):
        with self._environment(active_test=False) as env:
            for model in ("logistics.callback", "logistics.contact.budget"):
                env[model].search([("company_id", "=", self.company)]).unlink()
            env["logistics.profile"].search([("company_id", "=", self.company)]).unlink()
            env["res.partner"].browse(self.partner).unlink()
            env["res.company"].browse(self.company).active = False

    def _contact(self, env, number):
        """Do what a job does: ask, then make the contact; return whether it was made."""
        callback = env["logistics.callback"].browse(self.callbacks[number])
        purpose = callback.purpose_id.consent_purpose_id
        allowed = env["logistics.contact.budget"]._get_allowed(callback, purpose)
        if allowed:
            env["logistics.callback.attempt"].create(
                {
                    "callback_id": callback.id,
                    "user_id": env.uid,
                    "called_at": fields.Datetime.now(),
                    "result": "done",
                }
            )
        return bool(allowed)

    def test_both_cannot_pass(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            one = api.Environment(first, api.SUPERUSER_ID, {})
            two = api.Environment(second, api.SUPERUSER_ID, {})
            second.execute("SELECT 1 FROM logistics_callback LIMIT 1")  # the view is fixed now
            self.assertTrue(self._contact(one, 0))
            first.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                self._contact(two, 1)
            second.rollback()
            two.invalidate_all(flush=False)
            self.assertFalse(self._contact(two, 1), "tried again it sees the first")

    def test_who_gives_up_leaves_room(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            one = api.Environment(first, api.SUPERUSER_ID, {})
            two = api.Environment(second, api.SUPERUSER_ID, {})
            second.execute("SELECT 1 FROM logistics_callback LIMIT 1")
            self.assertTrue(self._contact(one, 0))
            first.rollback()
            self.assertTrue(self._contact(two, 1))
            second.rollback()
