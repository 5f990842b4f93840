from odoo import api, models
from odoo.exceptions import UserError


class CalendarEvent(models.Model):
    """Entries of visits: who moves the entry moves the visit."""

    _inherit = "calendar.event"

    @api.model
    def _get_activity_excluded_models(self):
        """A visit needs no activity beside its entry."""
        return [*super()._get_activity_excluded_models(), "logistics.visit"]

    def write(self, vals):
        if vals.get("recurrency") and self._get_planned_visits():
            raise UserError(
                self.env._("The entry of a visit does not repeat: each visit is planned by itself.")
            )
        result = super().write(vals)
        if not self.env.context.get("logistics_visit_sync"):
            names = {"start", "stop", "duration", "allday", "start_date", "stop_date"}
            if names & vals.keys():
                self._get_planned_visits()._take_time_from_entries()
            if "user_id" in vals:
                self._get_planned_visits()._take_visitor_from_entries()
            if vals.get("active") is False:
                self._get_planned_visits()._cancel_with_entries()
        return result

    def unlink(self):
        if not self.env.context.get("logistics_visit_sync"):
            self._get_planned_visits()._cancel_with_entries()
        return super().unlink()

    def _get_planned_visits(self):
        # who may change the entry of a visit changes the visit
        visits = self.env["logistics.visit"].sudo()
        return visits.search([("event_id", "in", self.ids), ("state", "=", "planned")])
