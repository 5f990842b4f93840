from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import MODULE, LogisticsCommon

# what people plan, expect or limit; all other dates that they enter tell what happened
PLANNED = {
    "logistics.bereavement": {"until"},
    "logistics.callback": {"call_from", "due_at"},
    "logistics.callback.postpone": {"until"},
    "logistics.care.day": {"date"},
    "logistics.carrier.key": {"expires_on"},
    "logistics.complaint": {"callback_on"},
    "logistics.improvement": {"deadline", "date_from", "date_to"},
    "logistics.indicator.compute": {"date_from", "date_to"},
    "logistics.indicator.goal": {"date_from", "date_to"},
    "logistics.investigation": {"date_due"},
    "logistics.promise.agree": {"promised_date"},
    "logistics.recovery": {"date_due"},
    "logistics.shipment.event": {"expected_at"},
    "logistics.tier.lock": {"until"},
    "logistics.visit": {"planned_at"},
    "logistics.visit.action": {"date_deadline"},
    "res.partner": {"bereaved_until"},
}
# checked by what they are written to or by a rule of their own, or entered by nobody
ELSEWHERE = {
    "logistics.care.dates": {"founded_on"},
    "logistics.profile.fact": {"first_order_at", "last_order_at", "last_answered_at"},
    "logistics.service.team": {"form_used_at"},
    "logistics.time.correction": {"happened_at"},
    "logistics.visit.daily.report": {"date"},
    "logistics.visit.monthly.report": {"month"},
}
DATES = {"date", "datetime"}


@tagged("post_install", "-at_install")
class TestPast(LogisticsCommon):
    """Nobody tells today what will have happened tomorrow."""

    def _get_entered(self, model):
        """Return the names of dates and times of ours that people enter."""
        return {
            field.name
            for field in model._fields.values()
            if field.type in DATES and field.store and not field.readonly and MODULE in field._modules
        }

    def test_every_date_is_planned_or_past(self):
        for model in map(self.env.__getitem__, self.env.registry):
            entered = set() if model._abstract else self._get_entered(model)
            past = set(getattr(model, "_past_fields", ()))
            known = past | PLANNED.get(model._name, set()) | ELSEWHERE.get(model._name, set())
            with self.subTest(model=model._name):
                self.assertLessEqual(entered, known)
                self.assertFalse(past - model._fields.keys())

    def test_tomorrow_is_refused_and_today_is_not(self):
        profile = self._profile(self._customer("Speaker"))
        purpose = self.env["logistics.consent.purpose"].search([], limit=1)
        consent = self.env["logistics.consent"].create(
            {"profile_id": profile.id, "purpose_id": purpose.id}
        )
        today = self.company._get_logistics_today()
        consent.date = today
        with self.assertRaisesRegex(ValidationError, "lies in the future"):
            consent.date = today + timedelta(days=3)

    def test_a_fast_clock_is_tolerated(self):
        self.company.logistics_clock_tolerance = 15
        cod = self.env["logistics.cod"].new({"company_id": self.company.id})
        now = fields.Datetime.now()
        cod.confirmed_at = now + timedelta(minutes=10)
        cod._check_past()
        cod.confirmed_at = now + timedelta(minutes=20)
        with self.assertRaises(ValidationError):
            cod._check_past()
