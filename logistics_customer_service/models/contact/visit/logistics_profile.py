from odoo import api, fields, models
from odoo.fields import Domain

from ....tools.contact import reach
from ..callback.logistics_callback import OFFICE_HOURS
from .logistics_visit import OPEN
from .logistics_visit_plan import DAYS


class LogisticsProfile(models.Model):
    """The visits to a customer: the last, the next, and whether one is due."""

    _inherit = "logistics.profile"

    visit_ids = fields.One2many("logistics.visit", "profile_id", string="Visits")
    visit_count = fields.Integer(string="Number of Visits", compute="_compute_visit_count")
    last_visit_on = fields.Date(
        string="Last Visit", compute="_compute_visit_days", store=True, readonly=True
    )
    next_visit_on = fields.Date(
        string="Next Visit", compute="_compute_visit_days", store=True, readonly=True
    )
    visit_due_on = fields.Date(
        string="Visit Due",
        compute="_compute_visit_due_on",
        compute_sudo=True,
        help="By when the cadence of the tier, or of a visit plan, asks for a visit.",
    )
    is_visit_overdue = fields.Boolean(
        string="Visit Overdue",
        compute="_compute_visit_due_on",
        search="_search_is_visit_overdue",
        compute_sudo=True,
    )

    # === COMPUTE METHODS ===#

    def _compute_visit_count(self):
        counts = dict(
            self.env["logistics.visit"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.visit_count = counts.get(profile, 0)

    @api.depends("visit_ids.state", "visit_ids.planned_on", "visit_ids.visited_on")
    def _compute_visit_days(self):
        """Two grouped reads for all profiles."""
        visits = self.env["logistics.visit"]
        own = Domain("profile_id", "in", self.ids)
        made = own & Domain("state", "=", "done")
        last = dict(visits._read_group(made, ["profile_id"], ["visited_on:max"]))
        waiting = own & Domain("state", "in", OPEN)
        next_on = dict(visits._read_group(waiting, ["profile_id"], ["planned_on:min"]))
        for profile in self:
            profile.last_visit_on = last.get(profile._origin, False)
            profile.next_visit_on = next_on.get(profile._origin, False)

    @api.depends("last_visit_on", "next_visit_on", "tier_id")
    def _compute_visit_due_on(self):
        report = self.env["logistics.visit.coverage"]
        names = ["due_on", "overdue_count"]
        report.invalidate_model(names, flush=False)  # a report does not know what has changed
        rows = report.search_fetch([("id", "in", self.ids)], names)
        found = {row.id: row for row in rows}
        for profile in self:
            row = found.get(profile._origin.id, rows.browse())
            profile.visit_due_on = row.due_on
            profile.is_visit_overdue = bool(row.overdue_count)

    @api.model
    def _search_is_visit_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        # rows have the ids of the profiles, and the profile's own rule applies
        overdue = self.env["logistics.visit.coverage"].sudo()._search([("overdue_count", "=", 1)])
        return [("id", "in" if True in value else "not in", overdue)]

    def _get_visit_hours(self):
        """Return when the customer wants to be visited as :class:`reach.Hours`."""
        self.ensure_one()
        return reach.Hours(
            frozenset(number for number, day in enumerate(DAYS) if self[day]) or OFFICE_HOURS[0],
            self.contact_hour_from,
            self.contact_hour_to,
            self.contact_tz or self.company_id._get_logistics_tz(),
        )

    # === CRUD METHODS ===#

    def _welcome(self):
        """A prospect who becomes a customer brings along the visits that were made."""
        result = super()._welcome()
        self._adopt_visits()
        return result

    @api.model
    def _insert_missing(self, company, order_ids=None):
        """Profiles made in one statement take over the visits to these prospects, too."""
        made = super()._insert_missing(company, order_ids)
        if made:
            # the nightly job sees all visits
            strayed = self.env["logistics.visit"].sudo().search(
                [("profile_id", "=", False), ("company_id", "=", company.id)]
            )
            own = [("company_id", "=", company.id), ("partner_id", "in", strayed.customer_id.ids)]
            self.search(own)._adopt_visits()
        return made

    def _adopt_visits(self):
        # whoever makes a profile need not see the visits
        strayed = self.env["logistics.visit"].sudo().search(
            [
                ("profile_id", "=", False),
                ("customer_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        strayed._compute_profile_id()

    def _move_history(self, target):
        """Hand the visits over, too; of two that the cadence planned one becomes a free one."""
        result = super()._move_history(target)
        # whoever may merge customers need not see the visits
        visits = self.env["logistics.visit"].sudo().search([("profile_id", "in", self.ids)])
        doubles = visits.filtered(lambda visit: visit.origin == "cadence" and visit.state in OPEN)
        doubles.origin = "manual"
        visits.profile_id = target.id
        return result

    # === ACTION METHODS ===#

    def action_view_visits(self):
        """Open the visits to the customer."""
        self.ensure_one()
        action = self.partner_id._get_visits_action()
        return {
            **action,
            "domain": [("profile_id", "=", self.id)],
            "context": {**action["context"], "default_company_id": self.company_id.id},
        }
