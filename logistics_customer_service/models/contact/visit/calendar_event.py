from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ....tools.foundation.said import is_said


class CalendarEvent(models.Model):
    """Entries of visits: who moves the entry moves the visit, and must be allowed to."""

    _inherit = "calendar.event"

    @api.model
    def _get_activity_excluded_models(self):
        """A visit needs no activity beside its entry."""
        return [*super()._get_activity_excluded_models(), "logistics.visit"]

    def _check_access(self, operation):
        """Every employee changes every entry; that of a visit changes who may change the visit."""
        denied = super()._check_access(operation)
        if denied or operation not in ("write", "unlink") or not any(self._ids):
            return denied
        entries = self._get_visits()._filter_not_writable_by(self.env.user).event_id
        forbidden = self & entries.with_env(self.env)
        return (forbidden, forbidden._make_visit_error) if forbidden else None

    def _make_visit_error(self):
        return AccessError(
            self.env._("This entry belongs to a visit, and only who may change the visit changes it.")
        )

    def write(self, vals):
        self.check_access("write")
        if vals.get("recurrency") and self._get_planned_visits():
            raise UserError(
                self.env._("The entry of a visit does not repeat: each visit is planned by itself.")
            )
        result = super().write(vals)
        if not is_said(self.env, "logistics_visit_sync"):
            names = {"start", "stop", "duration", "allday", "start_date", "stop_date"}
            if names & vals.keys():
                self._get_planned_visits()._take_time_from_entries()
            if "user_id" in vals:
                self._get_planned_visits()._take_visitor_from_entries()
            if vals.get("active") is False:
                self._get_planned_visits()._cancel_with_entries()
        return result

    def unlink(self):
        self.check_access("unlink")
        if not is_said(self.env, "logistics_visit_sync"):
            self._get_planned_visits()._cancel_with_entries()
        return super().unlink()

    def _get_visits(self):
        # whose entry it is counts also for who does not see the visit
        visits = self.env["logistics.visit"].sudo()
        return visits.search([("event_id", "in", self.ids)])

    def _get_planned_visits(self):
        # who may change the entry was checked; the visit follows
        return self._get_visits().filtered(lambda visit: visit.state == "planned")
