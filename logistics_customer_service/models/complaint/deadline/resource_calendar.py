from datetime import datetime, timedelta

import pytz

from odoo import api, models
from odoo.tools import ormcache

from ....tools.complaint.clocks import Timeline

# how the resource module writes midnight at the end of a day
MIDNIGHT = 999999


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if {"tz", "active", "attendance_ids", "two_weeks_calendar", "flexible_hours"} & vals.keys():
            self._after_clock_change()
        return result

    def _get_clock_problem(self):
        """Return why deadlines cannot be counted by the calendar, in a sentence, or nothing."""
        if not self:
            return self.env._("No working hours are set: deadlines are counted round the clock.")
        calendar = self.sudo()  # agents need not see calendars
        if not calendar.active:
            return self.env._("The working hours “%s” are archived.", calendar.name)
        if calendar.flexible_hours:
            return self.env._(
                "The working hours “%s” are flexible: they name no hours of the day.",
                calendar.name,
            )
        if not calendar._has_clock_hours():
            return self.env._("The working hours “%s” are empty.", calendar.name)
        return False

    def _has_clock_hours(self):
        return any(
            attendance.day_period != "lunch"
            and not attendance.display_type
            and attendance.hour_to > attendance.hour_from
            for attendance in self.attendance_ids
        )

    @ormcache("self.id")
    def _is_usable_for_clocks(self):
        return not self._get_clock_problem()

    @api.model
    @ormcache("calendar_id", "company_id", "start", "stop")
    def _get_timeline(self, calendar_id, company_id, start, stop):
        """Return the working time of a company by a calendar as a :class:`Timeline`.

        :param start, stop: naive UTC instants; the same ones, such as those of months, are read once
        """
        # everybody's deadlines are the same; sudo drops the company of holidays, so name it
        intervals = self.sudo().browse(calendar_id)._work_intervals_batch(
            pytz.utc.localize(start),
            pytz.utc.localize(stop),
            domain=[("time_type", "=", "leave"), ("company_id", "in", (False, company_id))],
        )[False]
        return Timeline(((begin, _round_up(end)) for begin, end, _meta in intervals), stop)

    def _after_clock_change(self):
        """Let the clocks that count by these calendars follow."""
        self.env.registry.clear_cache()
        if self:
            self.env["logistics.clock"]._read_anew([("calendar_id", "in", self.ids)])


def _round_up(instant: datetime):
    if instant.microsecond == MIDNIGHT:
        return instant + timedelta(microseconds=1)
    return instant
