from odoo import api, fields, models

from ...tools.foundation.personal import Personal
from .callback.logistics_callback import FINAL

# texts of reports into which what customers say is drawn
QUOTING = (
    "opinions", "competition", "problems", "opinions_drawn", "competition_drawn", "problems_drawn",
)  # fmt: skip
VISIT = ("visit_id.partner_id", "visit_id.customer_id")
DECLARED = {
    "logistics.callback": Personal(
        ("partner_id", "customer_id"),
        ("phone", "reason", "occasion", "note"),
        addresses=("phone",),
        inner=("reason", "note"),
    ),
    "logistics.callback.attempt": Personal(
        ("callback_id.partner_id", "callback_id.customer_id"), ("note",), inner=("note",)
    ),
    "logistics.greeting": Personal(
        ("partner_id",),
        ("address", "subject", "body", "failure_text"),
        free=("handle", "old_link_digest", "failed_channels", "turn"),
        addresses=("address",),
    ),
    "logistics.visit": Personal(
        ("partner_id", "customer_id"),
        (
            "override_reason", "cancel_reason", "need_reason", "contact_name", "signature",
            "signed_by", "note", "latitude_in", "longitude_in", "latitude_out", "longitude_out",
        ),
        facts=("name",),
        inner=("override_reason", "cancel_reason", "need_reason", "note"),
    ),
    "logistics.visit.finding": Personal(VISIT, ("text", "competitor"), inner=("*",)),
    "logistics.visit.action": Personal(VISIT, ("name",), inner=("*",)),
    "logistics.visit.urgent.report": Personal(
        ("partner_id", *VISIT),
        ("what", "photo", "answer", "competitor"),
        facts=("name",),
        inner=("*",),
    ),
    "logistics.visit.daily.report.line": Personal(
        ("partner_id", *VISIT),
        (
            "contact_name", "opinion", "suggestion", "wish", "market", "competitor", "effect",
            "matter", "other", "agreed", "note", "remark",
        ),
        inner=("*",),
    ),
    "logistics.improvement": Personal(
        ("urgent_id.partner_id",),
        ("name", "what"),
        masked=("measure", "effect", "standard"),
        inner=("*",),
    ),
    # of a whole day or month: it stays, without the person
    "logistics.visit.daily.report": Personal(
        ("line_ids.partner_id",),
        masked=("summary", "effect", "tomorrow", "remark"),
        free=("tz",),
        inner=("*",),
    ),
    "logistics.visit.monthly.report": Personal(masked=("overview", "measures", *QUOTING)),
}  # fmt: skip


class LogisticsPersonal(models.AbstractModel):
    _inherit = "logistics.personal"

    @api.model
    def _get_contact_fields(self):
        birthday = {"logistics_birth_day", "logistics_birth_month", "logistics_birth_year"}
        return super()._get_contact_fields() | birthday

    @api.model
    def _get_declarations(self):
        return {**super()._get_declarations(), **DECLARED}

    @api.model
    def _get_domain(self, name, spec, people, marks=None):
        """The entry of a visit tells of whom is visited, whoever is invited to it."""
        domain = super()._get_domain(name, spec, people, marks)
        if name == "calendar.event":
            theirs = ["|", ("partner_id", "in", people.ids), ("customer_id", "in", people.ids)]
            visits = self._search_records("logistics.visit", theirs)
            domain |= fields.Domain("id", "in", visits.event_id.ids)
        return domain

    @api.model
    def _get_obstacles(self, people):
        """Calls and visits that are planned are taken back with the person."""
        found = super()._get_obstacles(people)
        calls, visits = self._find_planned(people)
        if calls:
            found.append(self.env._("Planned calls, which are cancelled: %s", len(calls)))
        if visits:
            found.append(self.env._("Planned visits, which are cancelled: %s", len(visits)))
        return found

    @api.model
    def _settle(self, people):
        """Nobody is called or visited who is not known any more."""
        calls, visits = self._find_planned(people)
        calls.action_cancel()
        visits._cancel(self.env._("Erased"))
        return super()._settle(people)

    @api.model
    def _find_planned(self, people):
        mine = ["|", ("partner_id", "in", people.ids), ("customer_id", "in", people.ids)]
        calls = self._search_records("logistics.callback", [*mine, ("state", "not in", FINAL)])
        visits = self._search_records("logistics.visit", [*mine, ("state", "=", "planned")])
        return calls, visits
