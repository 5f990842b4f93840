from contextlib import contextmanager
from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo import Command
from odoo.addons.resource.models.resource_calendar import ResourceCalendar

from ...common import MODULE, LogisticsCommon

HOUR = timedelta(hours=1)


def shanghai(day, hour, minute=0, month=3, year=2026):
    """Return the naive UTC instant of a time in Shanghai; 2 March 2026 is a Monday."""
    local = pytz.timezone("Asia/Shanghai").localize(datetime(year, month, day, hour, minute))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


class ClockCommon(LogisticsCommon):
    """A team in Shanghai, nine to twelve and one to six, and one policy for every case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Case = cls.env["logistics.complaint"]
        cls.Clock = cls.env["logistics.clock"]
        cls.Policy = cls.env["logistics.sla.policy"]
        # those of the demo story would be looked at with those of the tests
        cls.env.cr.execute("DELETE FROM logistics_clock")
        cls.env["logistics.sla.policy"].search([]).active = False
        cls.office = cls._calendar("Office", tz="Asia/Shanghai")
        cls.company.resource_calendar_id = cls.office
        cls.team = cls.env["logistics.service.team"].create(
            {"name": "Team", "company_id": cls.company.id, "resource_calendar_id": cls.office.id}
        )
        cls.customer = cls._customer(email="customer@x.example")
        cls.policy = cls._policy(
            acknowledge=1, first_response=4, next_reply=2, resolution=16, statutory=7
        )

    @classmethod
    def _calendar(cls, name, tz, days=range(5), hours=((9, 12), (13, 18))):
        return cls.env["resource.calendar"].create(
            {
                "name": name,
                "tz": tz,
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": f"{day} {start}",
                                "dayofweek": str(day),
                                "hour_from": start,
                                "hour_to": stop,
                                "day_period": "morning" if stop <= 12 else "afternoon",
                            }
                        )
                        for day in days
                        for start, stop in hours
                    ),
                ],
            }
        )

    @classmethod
    def _policy(cls, name="Policy", vals=None, **targets):
        return cls.Policy.create(
            {
                "name": name,
                "company_id": cls.company.id,
                "target_ids": [
                    Command.create({"target": target, "value": value})
                    for target, value in targets.items()
                ],
                **(vals or {}),
            }
        )

    @classmethod
    def _case(cls, at, **vals):
        """Return a case that came at a naive UTC instant, registered at once."""
        with freeze_time(at):
            return cls.Case.create(cls._case_vals(**vals))

    @classmethod
    def _case_vals(cls, **vals):
        return {
            "name": "Parcel missing",
            "partner_id": cls.customer.id,
            "company_id": cls.company.id,
            "team_id": cls.team.id,
            **vals,
        }

    @classmethod
    def _clock(cls, case, target="resolution"):
        return cls.Clock.search(
            [("complaint_id", "=", case.id), ("target", "=", target)], order="id desc", limit=1
        )

    @classmethod
    def _move(cls, case, phase, at):
        with freeze_time(at):
            case._move_to_phase(phase)
            cls.env.flush_all()

    def _reply(self, case, at, **vals):
        """Post a public message of the agent to the customer."""
        vals = {"partner_ids": case.partner_id.ids, **vals}
        self._post(case, at, self.agent.partner_id, **vals)

    def _post(self, case, at, author, **vals):
        with freeze_time(at):
            case.message_post(
                **{
                    "body": "Hello",
                    "author_id": author.id,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    **vals,
                }
            )

    @classmethod
    def _watch(cls, at):
        """Run the cron's work as of an instant, batch by batch."""
        with freeze_time(at):
            cls.env.flush_all()
            while cls.Clock._watch_batch():
                continue
            cls.env.invalidate_all()

    @contextmanager
    def _count_calendar_readings(self):
        """Count how often the work intervals of a calendar are asked for."""
        asked, original = [], ResourceCalendar._work_intervals_batch

        def counted(calendar, *args, **kwargs):
            asked.append(calendar.id)
            return original(calendar, *args, **kwargs)

        self.patch(ResourceCalendar, "_work_intervals_batch", counted)
        yield asked


__all__ = ["HOUR", "MODULE", "ClockCommon", "shanghai"]
