from datetime import timedelta

from ...common import MODULE, LogisticsCommon
from ..common import NOW, StandingClock


class CallingCommon(StandingClock, LogisticsCommon):
    """Agents who call, by a clock that stands at ten in the morning on a Wednesday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Callback = cls.env["logistics.callback"]
        cls.Callback.search([]).unlink()
        cls.other = cls.env.ref(f"{MODULE}.callback_purpose_other")

    def _next(self, user=None):
        """Return the callback an agent gets who presses Next Call and starts it."""
        callbacks = self.Callback.with_user(user or self.agent)
        callback = callbacks.browse(callbacks.action_next_call().get("res_id"))
        if callback:
            callback.invalidate_recordset()  # it is pressed in another request
            callback.action_start()
        return callback


    def _done(self, callback, outcome="other"):
        """End a call with what came of it, unless that is noted already."""
        callback.outcome = callback.outcome or outcome
        callback.action_done()


class CallbackCommon(CallingCommon):
    """Customers with hours, and a second agent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.care = cls.env.ref(f"{MODULE}.callback_purpose_care")
        cls.customer = cls._customer("Lumina", phone="+86 10 5550 0101")
        cls.profile = cls.Profile.create(
            {"partner_id": cls.customer.id, "company_id": cls.company.id}
        )
        cls.second = cls._new_user("second_agent", "group_agent")

    @classmethod
    def _callback(cls, partner=None, purpose=None, **vals):
        return cls.Callback.create(
            {
                "partner_id": (partner or cls.customer).id,
                "company_id": cls.company.id,
                "purpose_id": (purpose or cls.other).id,
                "call_from": NOW,
                **vals,
            }
        )

    def _send_away(self, user):
        """Let a colleague be on leave the day before, today and the day after."""
        resource = self.env["resource.resource"].create(
            {"name": user.name, "user_id": user.id, "company_id": self.company.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": NOW - timedelta(days=1),
                "date_to": NOW + timedelta(days=1),
                "time_type": "leave",
            }
        )
