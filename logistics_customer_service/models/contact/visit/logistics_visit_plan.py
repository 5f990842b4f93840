import logging
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ....tools.contact import planning
from ....tools.foundation.parts import of_part
from ....tools.foundation.periods import local_midnight
from ...foundation.isolation import isolate
from ..callback.logistics_callback import OFFICE_HOURS
from .logistics_visit import OPEN

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_logger = logging.getLogger(__name__)
BATCH = 100
DAY = timedelta(days=1)


class LogisticsVisitPlan(models.Model):
    """Whom to visit, how often and by whom, without anybody having to think of it."""

    _name = "logistics.visit.plan"
    _description = "Visit Plan"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="The first plan that fits a customer counts.")
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: the plan of every company."
    )
    tier_ids = fields.Many2many("logistics.tier", string="Tiers", help="Empty: all.")
    region_ids = fields.Many2many("res.country.state", string="Regions", help="Empty: all.")
    interval_days = fields.Integer(
        string="Visit Every (Days)", help="0: as often as the customer's tier says."
    )
    team_id = fields.Many2one(
        "logistics.service.team",
        string="Team",
        check_company=True,
        ondelete="set null",
        help="Empty: the company's first team.",
    )
    visitor_ids = fields.Many2many(
        "res.users",
        "logistics_visit_plan_visitor_rel",
        string="Visitors",
        check_company=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").id)
        ],
        help="Empty: the members of the team.",
    )
    horizon_days = fields.Integer(
        string="Plan Ahead (Days)",
        default=14,
        help="Visits that become due within so many days are planned.",
    )
    early_days = fields.Integer(
        string="Early by (Days)",
        default=5,
        help="A visit may be so many days early, to spread the load and to go where one is anyway.",
    )
    rest_days = fields.Integer(
        string="Rest after Cancelling (Days)",
        default=7,
        help="So long after a visit was cancelled the customer is not planned again.",
    )
    max_per_day = fields.Integer(string="Visits a Day", default=5, help="Of a visitor, at most.")
    duration = fields.Float(string="Hours of a Visit", default=1.0)
    travel_minutes = fields.Integer(string="Minutes between Visits", default=30)
    mon = fields.Boolean(string="Monday", default=True)
    tue = fields.Boolean(string="Tuesday", default=True)
    wed = fields.Boolean(string="Wednesday", default=True)
    thu = fields.Boolean(string="Thursday", default=True)
    fri = fields.Boolean(string="Friday", default=True)
    sat = fields.Boolean(string="Saturday")
    sun = fields.Boolean(string="Sunday")
    visit_ids = fields.One2many("logistics.visit", "plan_id", string="Visits")
    visit_count = fields.Integer(string="Planned Visits", compute="_compute_visit_count")

    _check_days = models.Constraint(
        "CHECK (interval_days >= 0 AND horizon_days > 0 AND early_days >= 0 AND rest_days >= 0"
        " AND max_per_day > 0 AND duration > 0 AND duration <= 24 AND travel_minutes >= 0)",
        "Days and minutes cannot be negative; at least one day is planned ahead, and at least one "
        "visit a day.",
    )

    def _compute_visit_count(self):
        counts = dict(
            self.env["logistics.visit"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.visit_count = counts.get(plan, 0)

    # === ACTION METHODS ===#

    def action_view_visits(self):
        """Open what the plan has planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_visit_action_all"
        )
        return {**action, "domain": [("plan_id", "=", self.id)], "context": {}}

    @api.model
    @of_part("visits")
    def _cron_plan_visits(self):
        """Plan what is due, batch by batch; what is planned already is not found again."""
        cron = self.env["ir.cron"]
        rounds = self.search([])._get_rounds()
        remaining = sum(len(batch) for _plan, _company, batch in rounds)
        cron._commit_progress(remaining=remaining)
        for plan, company, batch in rounds:
            plan._plan_or_log(company, batch)
            remaining -= len(batch)
            if not cron._commit_progress(len(batch), remaining=remaining):
                return

    def _get_rounds(self):
        """Return (plan, company, customers) in batches, the customers due first first."""
        companies = self.env["res.company"].search([])
        return [
            (plan, company, batch)
            for plan in self
            for company in plan.company_id or companies
            for batch in split_every(BATCH, plan._find_due(company).ids, list)
        ]

    def _find_due(self, company):
        """Return who becomes due within the horizon and has no visit planned."""
        today = company._get_logistics_today()
        domain = (
            Domain("plan_id", "=", self.id)
            & Domain("company_id", "=", company.id)
            & Domain("next_visit_on", "=", False)
            & Domain("due_on", "<=", today + timedelta(days=self.horizon_days))
            & (Domain("rests_until", "=", False) | Domain("rests_until", "<=", today))
        )
        return self.env["logistics.visit.coverage"].search(domain, order="due_on, id")

    def _plan_or_log(self, company, ids):
        """Plan a batch; one plan's trouble is not the others'."""
        try:
            with self.env.cr.savepoint():
                return self.with_company(company)._plan(company, ids)
        except Exception:
            _logger.exception("Visit plan %s could not plan for %s", self.id, company.name)
            self.env.invalidate_all(flush=False)
            return self.env["logistics.visit"]

    def _plan(self, company, ids):
        """Plan visits to a batch of customers; return them.

        :param ids: of rows of the coverage report, the customers due first first
        """
        rows = self.env["logistics.visit.coverage"].browse(ids)
        planner = self._get_planner(company)
        vals_list = []
        for row in rows:
            place = planner.place(self._prepare_demand(row, company))
            if place:
                vals_list.append(self._prepare_visit_vals(row, place))
        made = isolate(vals_list, self.env["logistics.visit"].create, _leave_unplanned, self.env)
        if len(vals_list) < len(rows):
            _logger.info(
                "Visit plan %s found no room for %s of %s customers",
                self.id,
                len(rows) - len(vals_list),
                len(rows),
            )
        return self.env["logistics.visit"].union(*made)

    def _prepare_visit_vals(self, row, place):
        return {
            "partner_id": row.customer_id.id,
            "company_id": row.company_id.id,
            "team_id": self._get_team(row.company_id).id,
            "user_id": place.visitor,
            "planned_at": place.start,
            "duration": self.duration,
            "origin": "cadence",
            "plan_id": self.id,
        }

    def _prepare_demand(self, row, company):
        """Return a row of the coverage report as a :class:`planning.Demand`."""
        customer, profile = row.customer_id, row.profile_id
        tomorrow = company._get_logistics_today() + DAY
        return planning.Demand(
            key=row.id,
            first_on=max(tomorrow, row.due_on - timedelta(days=self.early_days)),
            due_on=row.due_on,
            region=customer.state_id.id,
            hours=profile._get_visit_hours(),
            refused=frozenset(customer.user_id.ids),
            preferred=profile.agent_id.id,
        )

    # === BUSINESS METHODS ===#

    def _get_planner(self, company):
        """Return a planner that knows the visitors' work, entries and visits: a few queries."""
        today = company._get_logistics_today()
        last = today + timedelta(days=self.horizon_days)
        zone = company._get_logistics_tz()
        start, end = local_midnight(today + DAY, zone), local_midnight(last + DAY, zone)
        people = self._get_visitors(company)
        work = self._get_work(people, company, start, end)
        days = frozenset(number for number, day in enumerate(DAYS) if self[day])
        visitors = {
            person: planning.Visitor(
                person.id, person._get_visit_zone(company), work[person], days
            )
            for person in people
        }
        self._block_entries(visitors, start, end)
        self._book_visits(visitors, today, last)
        return planning.Planner(
            list(visitors.values()),
            timedelta(hours=self.duration),
            timedelta(minutes=self.travel_minutes),
            self.max_per_day,
            last,
        )

    def _get_team(self, company):
        """Return the team that visits for a company."""
        teams = self.env["logistics.service.team"]
        return self.team_id or teams._get_first(company).get(company, teams)

    def _get_visitors(self, company):
        """Return who visits for a company."""
        people = self.visitor_ids or self._get_team(company).member_ids
        return people.filtered(lambda person: person._may_visit_for(company)).sorted("id")

    def _get_work(self, visitors, company, start, end):
        """Return visitor → naive UTC intervals of work, leaves and public holidays taken out.

        Hours that name no times keep nobody from work; such people visit in office hours.
        """
        common = self._get_team(company).resource_calendar_id or company.resource_calendar_id
        resources = {visitor: self._get_resource(visitor, company) for visitor in visitors}
        work = {}
        for calendar, people in visitors.grouped(
            lambda visitor: resources[visitor].calendar_id if resources[visitor] else common
        ).items():
            if calendar and calendar._is_usable_for_clocks():
                found = calendar._work_intervals_batch(
                    pytz.utc.localize(start),
                    pytz.utc.localize(end),
                    self.env["resource.resource"].union(*(resources[one] for one in people)),
                    domain=[
                        ("time_type", "=", "leave"),
                        ("company_id", "in", (False, company.id)),
                    ],
                )
                work |= {one: _to_naive(found[resources[one].id]) for one in people}
            else:
                work |= {one: self._get_office_work(one, company, start, end) for one in people}
        return self._take_out_leaves(work, resources, start, end)

    @api.model
    def _get_resource(self, visitor, company):
        """Return what says when a person works for a company, or an empty set."""
        own = visitor.resource_ids.filtered(
            lambda resource: resource.company_id in (company, company.browse())
        )
        return own.sorted(lambda resource: (not resource.company_id, resource.id))[:1]

    @api.model
    def _get_office_work(self, visitor, company, start, end):
        zone = visitor._get_visit_zone(company)
        hours = planning.Hours(planning.EVERY_DAY, *OFFICE_HOURS[1:], zone)
        found = {
            window
            for day in planning.days_between(start.date(), end.date())
            for window in planning.windows(day, hours)
        }
        return sorted(window for window in found if start <= window[0] < end)

    def _take_out_leaves(self, work, resources, start, end):
        """Take out the leaves of people in any calendar: working hours may have changed since."""
        owners = {resource.id: visitor for visitor, resource in resources.items() if resource}
        leaves = self.env["resource.calendar.leaves"].search_fetch(
            [
                ("resource_id", "in", list(owners)),
                ("time_type", "=", "leave"),
                ("date_from", "<", end),
                ("date_to", ">", start),
            ],
            ["resource_id", "date_from", "date_to"],
        )
        for leave in leaves:
            visitor = owners[leave.resource_id.id]
            work[visitor] = planning.without(work[visitor], leave.date_from, leave.date_to)
        return work

    def _block_entries(self, visitors, start, end):
        """Keep free what stands in the visitors' calendars; their visits are booked apart."""
        owners = {visitor.partner_id.id: visitor for visitor in visitors}
        for partner_id, allday, begins, ends, first, last in self._get_entries(owners, start, end):
            visitor = visitors[owners[partner_id]]
            if allday:
                begins = local_midnight(first, visitor.zone)
                ends = local_midnight(last + DAY, visitor.zone)
            visitor.block(begins, ends)

    def _get_entries(self, partner_ids, start, end):
        """Return calendar entries in which people are busy: one query."""
        self.env["calendar.event"].flush_model()
        self.env["calendar.attendee"].flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT attendee.partner_id, event.allday, event.start, event.stop,
                          event.start_date, event.stop_date
                     FROM calendar_event event
                     JOIN calendar_attendee attendee ON attendee.event_id = event.id
                    WHERE attendee.partner_id = ANY(%(partners)s) AND event.active
                      AND event.show_as = 'busy' AND attendee.state <> 'declined'
                      AND event.stop > %(start)s AND event.start < %(end)s
                      AND NOT EXISTS (SELECT FROM logistics_visit visit
                                       WHERE visit.event_id = event.id)""",
                partners=list(partner_ids),
                start=datetime.combine(start.date(), time.min),
                end=datetime.combine(end.date() + DAY, time.min),
            )
        )

    def _book_visits(self, visitors, today, last):
        people = self.env["res.users"].union(*visitors)
        planned = self.env["logistics.visit"].search_fetch(
            [
                ("user_id", "in", people.ids),
                ("state", "in", OPEN),
                ("planned_on", ">", today),
                ("planned_on", "<=", last),
            ],
            ["user_id", "planned_at", "duration", "region_id"],
        )
        for visit in planned:
            end = visit.planned_at + timedelta(hours=visit.duration)
            visitors[visit.user_id].book(visit.planned_at, end, visit.region_id.id)

    # === ACTION METHODS ===#

    def action_plan_now(self):
        """Plan what is due now, and show it."""
        self.check_access("write")
        # colleagues' calendars and leaves are looked at as by the nightly job
        plans = self.filtered("active").sudo()
        allowed = self.env.companies
        visits = self.env["logistics.visit"]
        for plan, company, batch in plans._get_rounds():
            if company in allowed:
                visits |= plan._plan_or_log(company, batch).sudo(False)
        if not visits:
            return self._tell_nothing_planned()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_visit_action_all"
        )
        return {**action, "domain": [("id", "in", visits.ids)], "context": {}}

    def _tell_nothing_planned(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "No visit was planned: nobody is due, or nobody who visits has room."
                ),
            },
        }


def _leave_unplanned(part, error):
    _logger.warning("The visit %s could not be planned: %s", part, error)


def _to_naive(intervals):
    """Return intervals of a working calendar as naive UTC (start, end)."""
    return [
        tuple(one.astimezone(pytz.utc).replace(tzinfo=None) for one in (start, end))
        for start, end, _record in intervals
    ]
