from datetime import timedelta
from urllib.parse import quote

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ....tools.foundation import quiet_hours
from ....tools.foundation.periods import local_hour
from ....tools.foundation.said import SAID
from .logistics_visit import CANCELLED, DONE, OPEN, PLANNED, UNDER_WAY

# entries are made and moved without telling anybody: the customer is not invited by accident
QUIET = {
    "logistics_visit_sync": SAID,
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "skip_contact_description": True,
    "dont_notify": True,
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
}
MAP_URLS = {
    "amap": "https://uri.amap.com/search?keyword=%s",
    "baidu": "https://api.map.baidu.com/geocoder?address=%s&output=html",
    "google": "https://www.google.com/maps/search/?api=1&query=%s",
    "openstreetmap": "https://www.openstreetmap.org/search?query=%s",
}
PLACES_AT_ONCE = 500


class LogisticsVisit(models.Model):
    """The course of a visit: who may be visited, the calendar, arriving, leaving, cancelling."""

    _inherit = "logistics.visit"

    map_url = fields.Char(compute="_compute_map_url")
    place_in_url = fields.Char(
        compute="_compute_place_urls", groups="logistics_customer_service.group_supervisor"
    )
    place_out_url = fields.Char(
        compute="_compute_place_urls", groups="logistics_customer_service.group_supervisor"
    )
    keeps_place = fields.Boolean(compute="_compute_keeps_place")
    is_mine = fields.Boolean(compute="_compute_is_mine")
    phone = fields.Char(compute="_compute_phone")
    open_complaint_count = fields.Integer(related="profile_id.open_complaint_count")

    # === COMPUTE METHODS ===#

    @api.depends("partner_id", "company_id")
    def _compute_map_url(self):
        for visit in self:
            service = visit.company_id.logistics_map_service or "openstreetmap"
            address = visit.address and quote(visit.address)
            visit.map_url = address and MAP_URLS[service] % address

    @api.depends("latitude_in", "longitude_in", "latitude_out", "longitude_out")
    def _compute_place_urls(self):
        for visit in self:
            visit.place_in_url = _get_place_url(visit.latitude_in, visit.longitude_in)
            visit.place_out_url = _get_place_url(visit.latitude_out, visit.longitude_out)

    @api.depends("company_id")
    def _compute_keeps_place(self):
        for visit in self:
            visit.keeps_place = visit.company_id.logistics_visit_place_days > 0

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for visit in self:
            visit.is_mine = visit.user_id == self.env.user

    @api.depends("partner_id")
    def _compute_phone(self):
        for visit in self:
            visit.phone = visit.partner_id.phone or visit.customer_id.phone

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        """Nobody is visited who refused; the rest stands in the visitors' calendars."""
        visits = super().create(vals_list)
        visits._cancel_unwanted()
        visits._make_entries()
        visits._own_photos()
        return visits

    def write(self, vals):
        result = super().write(vals)
        if {"planned_at", "duration", "user_id", "partner_id", "state"} & vals.keys():
            self._sync_entries()
        if "partner_id" in vals:
            self._cancel_unwanted()
        if "photo_ids" in vals:
            self._own_photos()
        return result

    def unlink(self):
        entries = self._get_entries()
        result = super().unlink()
        entries.unlink()
        return result

    def _own_photos(self):
        """Let photos be seen by whoever may see the visit."""
        for visit in self.filtered("photo_ids"):
            # uploads before the first save belong to nobody yet, and only their makers see them
            visit.photo_ids.sudo().filtered(
                lambda photo: (
                    photo.res_model == self._name
                    and not photo.res_id
                    and photo.create_uid == self.env.user
                )
            ).res_id = visit.id

    # === BUSINESS METHODS ===#

    @api.model
    def _get_consent_purpose(self):
        return self.env.ref(
            "logistics_customer_service.consent_purpose_callback", raise_if_not_found=False
        ) or self.env["logistics.consent.purpose"]

    def _cancel_unwanted(self):
        """Cancel planned visits to customers who do not want them, saying why."""
        purpose = self._get_consent_purpose()
        unwanted = self.filtered(
            lambda visit: visit.state == PLANNED
            and not visit.profile_id._agrees(purpose, visit.partner_id)
        )
        if unwanted:
            unwanted._cancel(
                self.env._("Not visited: the customer did not agree to “%s”.", purpose.name)
            )
        return self - unwanted

    def _get_entries(self):
        # the visitor's calendar may be private; the entry of a visit is the company's. Entries
        # that were archived count, too
        return self.sudo().event_id.with_context(active_test=False, **QUIET)

    def _filter_not_writable_by(self, user):
        """Return the visits that a user may not change, in whichever company works now."""
        visits = self.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        return self - visits._filtered_access("write").with_env(self.env)

    def _make_entries(self):
        """Put planned visits into the visitors' calendars, all in one."""
        waiting = self.filtered(lambda visit: visit.state in OPEN and not visit.event_id)
        if not waiting:
            return
        events = self.env["calendar.event"].sudo().with_context(**QUIET)  # see _get_entries
        made = events.create([visit._prepare_entry_vals() for visit in waiting])
        for visit, event in zip(waiting, made, strict=True):
            visit._note_course({"event_id": event.id})

    def _prepare_entry_vals(self):
        return {
            **self._prepare_entry_sync_vals(),
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "show_as": "busy",
            **self._prepare_entry_visitor_vals(),
        }

    def _prepare_entry_sync_vals(self):
        """Return what of an entry follows the visit: every employee reads it, so whom and where
        stand on the visit alone."""
        return {
            "name": self._get_entry_title(self.name),
            "location": False,
            "start": self.planned_at,
            "stop": self.planned_at + timedelta(hours=self.duration),
            "allday": False,
        }

    @api.model
    def _get_entry_title(self, number):
        return self.env._("Visit %s", number)

    def _prepare_entry_visitor_vals(self):
        """The visitor alone attends: customers are told by people, not by the calendar."""
        partner = self.user_id.partner_id
        return {
            "user_id": self.user_id.id,
            "partner_ids": [Command.set(partner.ids)],
            "attendee_ids": [
                Command.clear(),
                Command.create({"partner_id": partner.id, "state": "accepted"}),
            ],
        }

    def _sync_entries(self):
        """Move, hand over, archive or restore the entries of visits that were changed."""
        self._make_entries()
        for visit in self.filtered("event_id"):
            entry = visit._get_entries()
            vals = visit._get_entry_changes(entry)
            if vals:
                entry.write(vals)

    def _get_entry_changes(self, entry):
        if self.state == CANCELLED:
            return {"active": False} if entry.active else {}
        if self.state == DONE:
            return {}  # the calendar keeps what was planned
        wanted = self._prepare_entry_sync_vals()
        vals = {name: value for name, value in wanted.items() if entry[name] != value}
        if not entry.active:
            vals["active"] = True
        if entry.user_id != self.user_id or self.user_id.partner_id not in entry.partner_ids:
            vals |= self._prepare_entry_visitor_vals()
        return vals

    def _take_time_from_entries(self):
        """The entries were moved in the calendar: the visits are then."""
        for visit in self:
            entry = visit.event_id
            vals = visit._prepare_time_of(entry)
            changed = {name: value for name, value in vals.items() if visit[name] != value}
            if changed:
                visit.write(changed)
            elif entry.allday:
                visit._sync_entries()

    def _prepare_time_of(self, entry):
        """Return when the visit is by its entry; one of a whole day names no hour."""
        if entry.allday:
            zone = self._get_zone()
            hour = local_hour(self.planned_at, zone)
            return {"planned_at": quiet_hours.to_utc(entry.start_date, hour, zone)}
        hours = (entry.stop - entry.start).total_seconds() / 3600
        vals = {"planned_at": entry.start}
        return {**vals, "duration": hours} if 0 < hours <= 24 else vals

    def _take_visitor_from_entries(self):
        """The entries were handed over in the calendar: somebody else visits."""
        for visit in self:
            visitor = visit.event_id.user_id
            if not visitor or visitor == visit.user_id:
                continue
            if not visitor._may_visit_for(visit.company_id):
                raise UserError(
                    self.env._(
                        "%(user)s does not visit customers of %(company)s.",
                        user=visitor.name,
                        company=visit.company_id.name,
                    )
                )
            visit.user_id = visitor

    def _cancel_with_entries(self):
        if self:
            self._cancel(self.env._("Taken out of the calendar by %s.", self.env.user.name))

    def action_check_in(self, latitude=None, longitude=None):
        """Note that the visitor has arrived.

        :param latitude, longitude: degrees, where the browser told them
        """
        self._ensure_visitor(PLANNED)
        self._note_course(
            {
                "state": UNDER_WAY,
                "checked_in_at": fields.Datetime.now(),
                **self._prepare_place("in", latitude, longitude),
            }
        )
        return True

    def action_check_out(self, latitude=None, longitude=None):
        """Note that the visitor has left; the visit is done.

        :param latitude, longitude: degrees, where the browser told them
        """
        self._ensure_visitor(UNDER_WAY)
        self._note_course(
            {
                "state": DONE,
                "checked_out_at": fields.Datetime.now(),
                **self._prepare_place("out", latitude, longitude),
            }
        )
        return True

    def action_done(self):
        """Note afterwards that visits were made as planned: without times and places."""
        self.check_access("write")
        if any(visit.state not in OPEN for visit in self):
            raise UserError(self.env._("This visit is not open any more."))
        if any(visit.planned_at > fields.Datetime.now() for visit in self):
            raise UserError(self.env._("This visit is still to come."))
        self._note_course({"state": DONE})
        return True

    def _ensure_visitor(self, state):
        self.ensure_one()
        self.check_access("write")
        if self.user_id != self.env.user:
            raise UserError(
                self.env._("Only the visitor checks in and out: %s.", self.user_id.name)
            )
        if self.state != state:
            raise UserError(
                self.env._("This visit has begun already, or is not open any more.")
                if state == PLANNED
                else self.env._("Nobody has checked in, or has checked out already.")
            )

    def _prepare_place(self, suffix, latitude, longitude):
        """Return what to keep of a place; nothing where the company keeps none."""
        kept = self.company_id.logistics_visit_place_days > 0
        if not kept or not _is_place(latitude, longitude):
            return {}
        return {
            f"latitude_{suffix}": latitude,
            f"longitude_{suffix}": longitude,
            "has_place": True,
        }

    def action_cancel(self):
        """Open the dialogue that asks why."""
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_visit_cancel_action"
        )
        return {**action, "context": {"default_visit_ids": self.ids}}

    def _cancel(self, reason):
        """Cancel visits that are not over.

        :param reason: why, in the words of who cancels
        """
        self.filtered(lambda visit: visit.state in OPEN)._note_course(
            {
                "state": CANCELLED,
                "cancel_reason": reason,
                "cancelled_at": fields.Datetime.now(),
            }
        )

    def _leave_without_visitor(self):
        """Cancel planned visits whose visitor has left; of those that no plan plans anew the
        leader of the team hears."""
        for visitor, visits in self.grouped("user_id").items():
            visits._cancel(self.env._("%s visits nobody any more.", visitor.name))
        for visit in self.filtered(lambda visit: visit.origin != "cadence"):
            leader = visit.team_id.user_id or visit.company_id.logistics_manager_id
            if leader.active:
                visit.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=visit.with_context(lang=leader.lang or self.env.lang).env._(
                        "Find another visitor"
                    ),
                    user_id=leader.id,
                )

    def action_plan_again(self):
        """Plan visits again that were cancelled."""
        self.check_access("write")
        self.filtered(lambda visit: visit.state == CANCELLED)._note_course(
            {"state": PLANNED, "cancel_reason": False, "cancelled_at": False}
        )
        self._cancel_unwanted()
        return True

    def action_arrange(self):
        """Put the visits of each day and visitor into an order by region and place."""
        self.check_access("write")
        waiting = self.filtered(lambda visit: visit.state in OPEN)
        for visits in waiting.grouped(lambda visit: (visit.user_id, visit.planned_on)).values():
            for number, visit in enumerate(visits.sorted(_get_route_key), start=1):
                visit.route_order = 10 * number
        return True

    def action_arrange_my_day(self):
        """Put the user's own visits from today on, whichever are marked, into an order."""
        today = self.env.company._get_logistics_today() - timedelta(days=1)  # in any time zone
        mine = [("user_id", "=", self.env.uid), ("state", "in", OPEN), ("planned_on", ">=", today)]
        return self.search(mine).action_arrange()

    def action_add_finding(self):
        """Open a finding to be typed; the context says on which point."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Finding"),
            "res_model": "logistics.visit.finding",
            "views": [
                (
                    self.env.ref(
                        "logistics_customer_service.logistics_visit_finding_view_form"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
            "context": {**self.env.context, "default_visit_id": self.id},
        }

    def action_open_case(self):
        """Open the intake dialogue with what is known."""
        self.ensure_one()
        return self.partner_id._get_intake_action(
            default_choice_id=self.partner_id.id,
            default_company_id=self.company_id.id,
            default_visit_id=self.id,
        )

    def action_view_case(self):
        """Open the case the visit is about."""
        self.ensure_one()
        return self.complaint_id.action_open()

    def action_view_customer(self):
        """Open the customer's profile."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.profile",
            "res_id": self.profile_id.id,
            "views": [(False, "form")],
        }

    def action_plan_next(self):
        """Open the next visit to the customer, at the same hour when the cadence asks for it."""
        self.ensure_one()
        days = self._get_interval_days()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next Visit"),
            "res_model": self._name,
            "views": [(False, "form")],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_user_id": self.user_id.id,
                "default_planned_at": fields.Datetime.to_string(
                    self.planned_at + timedelta(days=days)
                ),
                "default_override_reason": self.override_reason,
            },
        }

    def _get_interval_days(self):
        """Return after how many days the customer is visited again; prospects after a month."""
        # whoever visits need not see the whole report
        row = self.env["logistics.visit.coverage"].sudo().search([("id", "=", self.profile_id.id)])
        return row.interval_days or 30

    @api.model
    def _cron_forget_places(self):
        """Forget where visitors were after the days that the company keeps it."""
        cron = self.env["ir.cron"]
        found = self._find_forgettable()
        remaining = len(found)
        for batch in split_every(PLACES_AT_ONCE, found.ids, self.browse):
            batch._forget_places()
            remaining -= len(batch)
            if not cron._commit_progress(len(batch), remaining=remaining):
                return

    @api.model
    def _find_forgettable(self):
        now = fields.Datetime.now()
        found = self.browse()
        for company in self.env["res.company"].search([]):
            limit = now - timedelta(days=company.logistics_visit_place_days)
            found |= self.search(
                [
                    ("has_place", "=", True),
                    ("company_id", "=", company.id),
                    ("checked_in_at", "<", limit),
                ]
            )
        return found

    def _forget_places(self):
        self._note_course(
            {
                "latitude_in": False,
                "longitude_in": False,
                "latitude_out": False,
                "longitude_out": False,
                "has_place": False,
            }
        )

    # === HOOKS ===#

    @api.model
    def _get_belongings(self):
        """Return the entries of visits in calendars: they go when the addon does."""
        entries = self.env["calendar.event"].with_context(active_test=False, **QUIET)
        return entries.search([("res_model", "=", self._name)])


def _is_place(latitude, longitude):
    """Tell whether a browser's word is a place on earth."""
    numbers = all(
        isinstance(value, (int, float)) and not isinstance(value, bool)
        for value in (latitude, longitude)
    )
    return numbers and -90 <= latitude <= 90 and -180 <= longitude <= 180


def _get_place_url(latitude, longitude):
    if not latitude and not longitude:
        return False
    return f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}&zoom=16"


def _get_route_key(visit):
    place = visit._get_place_partner()
    return (
        visit.region_id.name or "",
        place.city or "",
        place.zip or "",
        visit.planned_at,
        visit.id,
    )
