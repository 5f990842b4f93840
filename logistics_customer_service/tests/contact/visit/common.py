from datetime import timedelta

from odoo import Command

from ...common import MODULE, LogisticsCommon
from ..common import NOW, StandingClock


class VisitCommon(StandingClock, LogisticsCommon):
    """Two visitors, a customer of theirs, and a clock that stands on a Wednesday morning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["logistics.visit.plan"].search([]).active = False
        cls.Visit = cls.env["logistics.visit"]
        cls.Plan = cls.env["logistics.visit.plan"]
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.second = cls._new_user("second_agent", "group_agent")
        (cls.agent | cls.second).tz = "Asia/Shanghai"
        cls.seller = cls._new_user("seller", "group_agent")
        cls.team = cls.env["logistics.service.team"].create(
            {
                "name": "Visitors",
                "company_id": cls.company.id,
                "member_ids": [Command.set((cls.agent | cls.second).ids)],
            }
        )
        cls.customer = cls._customer("Lumina", city="Shanghai", user_id=cls.seller.id)
        cls.profile = cls._new_profile(cls.customer)

    @classmethod
    def _new_profile(cls, partner, **vals):
        profile = cls.Profile.create(
            {"partner_id": partner.id, "company_id": cls.company.id, **vals}
        )
        # tiers are given by rules; here they are simply given
        profile._write({"tier_id": cls.vip.id, "tier_since": "2026-01-01"})
        profile.invalidate_recordset()
        return profile

    @classmethod
    def _visit(cls, partner=None, **vals):
        return cls.Visit.create(
            {
                "partner_id": (partner or cls.customer).id,
                "company_id": cls.company.id,
                "user_id": cls.agent.id,
                "planned_at": NOW + timedelta(days=1),
                **vals,
            }
        )

    @classmethod
    def _made(cls, partner=None, days=1, **vals):
        """Return a visit that was made so many days ago."""
        at = NOW - timedelta(days=days)
        return cls._visit(partner, planned_at=at, checked_in_at=at, state="done", **vals)

    @classmethod
    def _plan(cls, **vals):
        return cls.Plan.create({"name": "Cadence", "company_id": cls.company.id, **vals})

    @classmethod
    def _consent(cls, state, profile=None):
        return cls.env["logistics.consent"].create(
            {
                "profile_id": (profile or cls.profile).id,
                "purpose_id": cls.env.ref(f"{MODULE}.consent_purpose_callback").id,
                "state": state,
            }
        )
