from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields

from ...common import MODULE
from ...shipment.notice.common import NoticeCommon


class CareCommon(NoticeCommon):
    """A company that greets its customers, who agreed to it, and servers that only listen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Occasion = cls.env["logistics.care.occasion"]
        cls.Greeting = cls.env["logistics.greeting"]
        cls.Holiday = cls.env["logistics.care.holiday"]
        cls.Day = cls.env["logistics.care.day"]
        # the story of the demo data has greetings of its own
        cls.Greeting.search([]).unlink()
        cls.Occasion.search([]).active = False
        cls.Rule.search([]).active = False
        cls.env["res.company"].search([]).logistics_care = False
        cls.company.logistics_care = True
        cls.today = cls.company._get_logistics_today()
        cls.customer.write({"country_id": cls.env.ref("base.cn").id, "tz": "Asia/Shanghai"})
        cls.profile = cls._profile(cls.customer)
        cls._agree(cls.customer)
        cls.purpose = cls.env.ref(f"{MODULE}.consent_purpose_care")

    @classmethod
    def _agree(cls, *partners, state="granted"):
        purpose = cls.env.ref(f"{MODULE}.consent_purpose_care")
        cls.env["logistics.consent"].create(
            [
                {
                    "profile_id": cls._profile_of(partner).id,
                    "purpose_id": purpose.id,
                    "state": state,
                }
                for partner in partners
            ]
        )

    @classmethod
    def _occasion(cls, kind="birthday", **vals):
        """Return an occasion that greets at nine in the morning, but for ``vals``."""
        return cls.Occasion.create(
            {"name": kind, "kind": kind, "company_id": cls.company.id, **vals}
        )

    @classmethod
    def _born(cls, day, name="Wang Min", parent=None, year=False, **vals):
        """Return a contact born on a day, of the customer or another."""
        return cls.env["res.partner"].create(
            {
                "name": name,
                "parent_id": (parent or cls.customer).id,
                "email": "wang@customer.example",
                "logistics_birth_month": str(day.month),
                "logistics_birth_day": day.day,
                "logistics_birth_year": year,
                **vals,
            }
        )

    @classmethod
    def _plan(cls, at=None):
        """Do what the nightly action does, as of an instant or now."""
        with freeze_time(at or fields.Datetime.now()):
            for occasion, company in cls.Occasion._get_rounds():
                last = occasion._plan_or_log(company, None)
                while last:
                    last = occasion._plan_or_log(company, last)
        cls.env.invalidate_all()

    @classmethod
    def _greetings(cls, *partners, **vals):
        domain = [(name, "=", value) for name, value in vals.items()]
        if partners:
            domain.append(("partner_id", "in", [partner.id for partner in partners]))
        return cls.Greeting.search(domain, order="day, id")

    @classmethod
    def _run(cls, at):
        """Do what the action that sends does at an instant."""
        with freeze_time(at):
            while cls.Greeting._advance_or_rest():
                continue
        cls.env.invalidate_all()

    def _send_all(self, at):
        """Decide at an instant on what is due and let the mail server have it; return the mails."""
        self._run(at)
        with freeze_time(at):
            return self._send_mails()

    @classmethod
    def _greeted_today(cls, partner=None, **vals):
        """Return an occasion's greeting that is due this very moment."""
        occasion = cls._occasion("birthday", contact_hours=False, send_hour=0, send_until=24)
        partner = partner or cls._born(cls.today)
        cls._plan()
        greeting = cls._greetings(partner, occasion_id=occasion.id)
        greeting.write({"due_at": cls._now(), "planned_at": cls._now(), **vals})
        return greeting

    @classmethod
    def _now(cls):
        return fields.Datetime.now() - timedelta(seconds=1)


def utc(*parts):
    return datetime(*parts)


def day(text):
    return date.fromisoformat(text)
