from contextlib import contextmanager
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields

from ...common import MODULE
from ...shipment.notice.common import NoticeCommon

# in the morning in Shanghai: between the hours of sending
MORNING = "2026-03-03 02:00:00"


class SurveyCommon(NoticeCommon):
    """A company that asks its customers, one policy for deliveries, servers that only listen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Policy = cls.env["logistics.survey.policy"]
        cls.Request = cls.env["logistics.survey.request"]
        # what the story of the demo data is asked, and its notices, are not the tests'
        cls.Policy.search([]).active = False
        cls.Rule.search([]).active = False
        cls.survey = cls._survey()
        cls.policy = cls._policy()

    @classmethod
    def _survey(cls, title="How was it?"):
        return cls.env["survey.survey"].create(
            {
                "title": title,
                "survey_type": "logistics",
                "question_and_page_ids": [
                    Command.create(
                        {
                            "title": "How satisfied are you?",
                            "question_type": "simple_choice",
                            "logistics_part": "overall",
                            "suggested_answer_ids": [
                                Command.create({"value": str(step), "logistics_value": step})
                                for step in range(1, 6)
                            ],
                        }
                    )
                ],
            }
        )

    @classmethod
    def _policy(cls, **vals):
        """Return a policy that asks at once, at any hour, and rests nobody, but for ``vals``."""
        return cls.Policy.create(
            {
                "name": "After a delivery",
                "company_id": cls.company.id,
                "trigger": "delivered",
                "survey_id": cls.survey.id,
                "delay_hours": 0,
                "send_from": 0,
                "send_until": 0,
                "cooldown_days": 0,
                **vals,
            }
        )

    @classmethod
    def _delivered(cls, partner=None, carrier=False, **vals):
        """Return a delivery that the customer has got."""
        picking = cls._delivery(partner, carrier=carrier, **vals)
        if carrier:
            cls._say(picking, "delivered")
        return picking

    @classmethod
    def _requests(cls, *records, policy=None):
        """Return the requests about deliveries or cases, or of a policy, in order."""
        domain = [("policy_id", "=", policy.id)] if policy else []
        for record in records:
            field = "picking_id" if record._name == "stock.picking" else "complaint_id"
            domain.append((field, "in", record.ids))
        return cls.Request.search(domain, order="id")

    @classmethod
    def _asked(cls, partner=None, **vals):
        """Return the request about a new delivery."""
        return cls._requests(cls._delivered(partner, **vals))

    @classmethod
    def _run(cls):
        """Do what the scheduled action does, within the test's transaction."""
        while cls.Request._advance_or_rest():
            continue
        cls.env.invalidate_all()

    def _send_all(self):
        """Decide on what is due and let the mail server have it; return the mails."""
        self._run()
        return self._send_mails()

    @contextmanager
    def _later(self, **delta):
        """Go so far into the future."""
        with freeze_time(fields.Datetime.now() + timedelta(**delta)):
            yield

    @classmethod
    def _refuse(cls, partner, state="refused"):
        profile = cls._profile_of(partner) or cls._profile(partner)
        cls.env["logistics.consent"].create(
            {
                "profile_id": profile.id,
                "purpose_id": cls.env.ref(f"{MODULE}.consent_purpose_satisfaction_survey").id,
                "state": state,
            }
        )

    @classmethod
    def _case(cls, partner=None, **vals):
        return cls.env["logistics.complaint"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "company_id": cls.company.id,
                "category_id": cls.env.ref(f"{MODULE}.complaint_category_delay_line").id,
                **vals,
            }
        )
