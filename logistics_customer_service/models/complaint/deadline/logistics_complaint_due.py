from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.foundation.periods import local_date, local_midnight
from ...foundation.shown_json import ShownJson
from ..logistics_complaint_stage import WAITING_CUSTOMER, WAITING_THIRD
from .logistics_sla_target import NEXT_REPLY


class LogisticsComplaint(models.Model):
    """How the deadline of a case stands, in one language for lists, columns and forms."""

    _inherit = "logistics.complaint"

    countdown = ShownJson(string="Time Left", compute="_compute_countdown")
    due_state = fields.Selection(
        [("overdue", "Overdue"), ("today", "Due Today"), ("fine", "In Time")],
        string="Deadline",
        compute="_compute_due_state",
        search="_search_due_state",
        help="How the next deadline stands, by the reader's day.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("clock_ids.state", "clock_ids.due_at", "clock_ids.stopped_at", "phase", "customer_answered")
    @api.depends_context("lang")
    def _compute_countdown(self):
        """Show the clock that matters most: one query for all cases of a list."""
        clocks = self.env["logistics.clock"]
        labels = dict(clocks._fields["target"]._description_selection(self.env))
        phases = dict(self._fields["phase"]._description_selection(self.env))
        chosen, cases = {}, {case._origin.id: case for case in self}
        for clock in clocks._get_shown(self.ids):
            case = cases[clock["complaint_id"]]
            if not clock["stopped_at"] and case._is_customers_turn(clock["target"]):
                continue
            held = chosen.get(clock["complaint_id"])
            # the first that is open; where none is, the last
            if not held or held["stopped_at"]:
                chosen[clock["complaint_id"]] = clock
        for case in self:
            clock = chosen.get(case._origin.id)
            case.countdown = clock and {
                **clocks._prepare_countdown(clock, labels),
                "waits": case._waits_for_others() and phases[case.phase],
            }

    @api.depends("due_at")
    @api.depends_context("tz")
    def _compute_due_state(self):
        now, tomorrow = self._get_due_limits()
        for case in self:
            due = case.due_at
            state = "overdue" if due and due < now else "today" if due and due < tomorrow else "fine"
            case.due_state = due and state

    @api.model
    def _search_due_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now, tomorrow = self._get_due_limits()
        domains = {
            "overdue": Domain("due_at", "<", now),
            "today": Domain("due_at", ">=", now) & Domain("due_at", "<", tomorrow),
            "fine": Domain("due_at", ">=", tomorrow),
            False: Domain("due_at", "=", False),
        }
        return Domain.OR(domains[state or False] for state in value if (state or False) in domains)

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Group by how the deadline stands, too: the bar of a kanban column asks for it."""
        if groupby_spec != "due_state":
            return super()._read_group_groupby(alias, groupby_spec, query)
        due = self._field_to_sql(alias, "due_at", query)
        now, tomorrow = self._get_due_limits()
        return SQL(
            "CASE WHEN %s < %s THEN 'overdue' WHEN %s < %s THEN 'today' WHEN %s IS NOT NULL THEN 'fine' END",
            due, now, due, tomorrow, due,
        )

    @api.model
    def _get_due_limits(self):
        """Return now, and when the reader's day ends."""
        now = fields.Datetime.now()
        zone = str(self.env.tz)
        return now, local_midnight(local_date(now, zone) + timedelta(days=1), zone)

    # === BUSINESS METHODS ===#

    def _is_customers_turn(self, target):
        """Tell whether the clock of a target asks nothing of us: who waits for an answer owes none."""
        return target == NEXT_REPLY and self.phase == WAITING_CUSTOMER

    def _waits_for_others(self):
        """Tell whether somebody else must act now."""
        return self.phase in (WAITING_CUSTOMER, WAITING_THIRD) and not self.customer_answered
