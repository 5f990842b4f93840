from datetime import timedelta

from odoo import Command, fields

from ...common import MODULE
from ...satisfaction.request.common import SurveyCommon
from ..callback.common import CallingCommon
from ..common import NOW


class BudgetCommon(CallingCommon, SurveyCommon):
    """A company that asks and calls; no limits but those a test makes; a clock that stands."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Budget = cls.env["logistics.contact.budget"]
        cls.Contact = cls.env["logistics.touchpoint"]
        cls.asking = cls.env.ref(f"{MODULE}.consent_purpose_satisfaction_survey")
        cls.calling = cls.env.ref(f"{MODULE}.consent_purpose_callback")
        cls.notifying = cls.env.ref(f"{MODULE}.consent_purpose_service_notice")
        cls.debt = cls.env.ref(f"{MODULE}.callback_purpose_debt")
        cls.profile = cls._profile_of(cls.customer) or cls._profile(cls.customer)

    @classmethod
    def _limit(cls, limit, purpose=None, days=30, **vals):
        return cls.Budget.create(
            {
                "limit": limit,
                "purpose_id": purpose and purpose.id,
                "period_days": days,
                "company_id": cls.company.id,
                **vals,
            }
        )

    @classmethod
    def _request(cls, partner=None, occasion=None, policy=None, **vals):
        """Return a request that is due now, about nothing in particular."""
        policy = policy or cls.policy
        return cls.Request.create(
            {
                "policy_id": policy.id,
                "survey_id": policy.survey_id.id,
                "company_id": cls.company.id,
                "partner_id": (partner or cls.customer).id,
                "occasion": occasion or f"test-{cls.Request.search_count([])}",
                "occurred_at": fields.Datetime.now(),
                "due_at": fields.Datetime.now(),
                **vals,
            }
        )

    @classmethod
    def _asked_on(cls, at, partner=None, **vals):
        """Return a request that was sent at an instant."""
        sent = {"state": "sent", "sent_at": at, "due_at": False, "channel": "mail"}
        return cls._request(partner, **{**sent, **vals})

    @classmethod
    def _callback(cls, partner=None, purpose=None, **vals):
        return cls.Callback.create(
            {
                "partner_id": (partner or cls.customer).id,
                "company_id": cls.company.id,
                "purpose_id": (purpose or cls.other).id,
                "phone": "+86 10 5550 0101",
                "call_from": fields.Datetime.now(),
                **vals,
            }
        )

    @classmethod
    def _called_on(cls, at, result="done", partner=None, purpose=None):
        """Return a call that was made at an instant."""
        callback = cls._callback(partner, purpose, call_from=at)
        callback.write({"state": "done", "next_at": False, "ended_at": at})
        cls.env["logistics.callback.attempt"].create(
            {
                "callback_id": callback.id,
                "user_id": cls.agent.id,
                "called_at": at,
                "result": result,
            }
        )
        return callback

    @classmethod
    def _contacts(cls, partner=None, **vals):
        """Return the contacts with a person as tuples of kind and state, in the order of time."""
        domain = [("partner_id", "=", (partner or cls.customer).id)]
        domain += [(name, "=", value) for name, value in vals.items()]
        cls.env.flush_all()
        return [
            (contact.kind, contact.state) for contact in cls.Contact.search(domain, order="at, id")
        ]

    def _allowed(self, records, purpose=None):
        purpose = self.asking if purpose is None else purpose
        return self.Budget._get_allowed(records, purpose)

    @staticmethod
    def _ago(**delta):
        return NOW - timedelta(**delta)

    @classmethod
    def _abroad(cls):
        """Return another company, with its policy."""
        company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.env.user.company_ids = [Command.link(company.id)]
        return company
