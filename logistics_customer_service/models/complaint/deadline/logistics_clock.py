import logging
from collections import defaultdict
from datetime import datetime, timedelta
from operator import methodcaller

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ....tools.complaint import clocks
from ....tools.complaint.clocks import ALWAYS, BREACHED, CANCELLED, MET, PAUSED, RUNNING
from ....tools.foundation.parts import of_part
from ...foundation import bulk
from ...foundation.isolation import isolate
from ...foundation.shown_json import ShownJson
from .logistics_sla_target import DAYS, HOURS, TARGETS

_logger = logging.getLogger(__name__)

STATES = [
    (RUNNING, "Running"),
    (PAUSED, "Paused"),
    (MET, "Met"),
    (BREACHED, "Breached"),
    (CANCELLED, "Cancelled"),
]
# what a countdown is made from
SHOWN = ("complaint_id", "target", "state", "due_at", "warn_at", "stopped_at", "remaining_seconds")
# how far beyond the latest start a calendar is read at first, and how far at most
REACH = timedelta(days=62)
FARTHEST = timedelta(days=1100)
RETRIES = 3
# after which a clock that could not be looked at comes up again
PATIENCE = timedelta(hours=1)


class LogisticsClock(models.Model):
    """The time a case has for one target. What is stored is read from the ledger, never counted.

    A case has one clock a target; of next replies one for every time the customer waited.
    """

    _name = "logistics.clock"
    _description = "Clock"
    _order = "due_at, id"
    _rec_name = "target"

    complaint_id = fields.Many2one(
        "logistics.complaint", string="Case", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    target = fields.Selection(TARGETS, required=True, readonly=True)
    policy_id = fields.Many2one(
        "logistics.sla.policy", readonly=True, index="btree_not_null", ondelete="set null"
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What the time is counted by; empty: round the clock.",
    )
    value = fields.Float(string="Within", readonly=True)
    unit = fields.Selection(
        [(HOURS, "Working hours"), (DAYS, "Calendar days")], required=True, readonly=True
    )
    warn_share = fields.Float(string="Warn At", readonly=True)
    started_at = fields.Datetime(string="Started", required=True, readonly=True)
    due_at = fields.Datetime(
        string="Due At", readonly=True, help="Empty while a pause keeps it open."
    )
    warn_at = fields.Datetime(string="Due Soon From", readonly=True)
    next_at = fields.Datetime(
        string="Next Look", readonly=True, help="When something is to be done about the clock."
    )
    state = fields.Selection(STATES, required=True, readonly=True, default=RUNNING)
    paused_since = fields.Datetime(readonly=True)
    stopped_at = fields.Datetime(string="Stopped", readonly=True)
    paused_seconds = fields.Integer(
        readonly=True, help="Time the pauses took, as of the latest event."
    )
    elapsed_seconds = fields.Integer(
        readonly=True, help="Time that counts, as of the latest event."
    )
    remaining_seconds = fields.Integer(
        readonly=True, help="What was left of the target at the latest event."
    )
    elapsed_hours = fields.Float(
        string="Hours Taken",
        compute="_compute_elapsed_hours",
        store=True,
        precompute=True,
        aggregator="avg",
    )
    frozen = fields.Boolean(
        string="Result Final",
        readonly=True, help="The case is closed: nothing changes the result any more."
    )
    event_ids = fields.One2many("logistics.clock.event", "clock_id", string="Ledger")
    escalation_ids = fields.One2many("logistics.escalation", "clock_id", string="Escalations")
    countdown = ShownJson(string="Time Left", compute="_compute_countdown")
    user_id = fields.Many2one(related="complaint_id.user_id", string="Agent")
    partner_id = fields.Many2one(related="complaint_id.partner_id", string="Customer")
    team_id = fields.Many2one(related="complaint_id.team_id", string="Team")

    _case_idx = models.Index("(complaint_id, target)")
    _due_idx = models.Index("(due_at) WHERE stopped_at IS NULL AND state != 'cancelled'")
    _next_idx = models.Index("(next_at) WHERE next_at IS NOT NULL")
    # of two agents at once the second finds the first's clock
    _one_open = models.UniqueIndex(
        "(complaint_id, target) WHERE stopped_at IS NULL AND state != 'cancelled'"
    )

    @api.depends("elapsed_seconds")
    def _compute_elapsed_hours(self):
        for clock in self:
            clock.elapsed_hours = clock.elapsed_seconds / 3600.0

    @api.depends("target", "complaint_id.number")
    def _compute_display_name(self):
        labels = dict(self._fields["target"]._description_selection(self.env))
        for clock in self:
            clock.display_name = f"{clock.complaint_id.number}, {labels[clock.target]}"

    @api.depends("state", "due_at", "warn_at", "stopped_at", "remaining_seconds")
    @api.depends_context("lang")
    def _compute_countdown(self):
        """What the screen needs to count; instants are UTC, the time zone is the reader's."""
        labels = dict(self._fields["target"]._description_selection(self.env))
        for clock in self:
            clock.countdown = clock.state != CANCELLED and clock._prepare_countdown(clock, labels)

    @api.model
    def _get_shown(self, case_ids):
        """Return what is shown of the clocks of cases, by deadline: rows, for a list has many.

        Who may see a case may see its deadlines.
        """
        self.flush_model(SHOWN)
        return self.env.execute_query_dict(
            SQL(
                """SELECT %s FROM logistics_clock
                    WHERE complaint_id = ANY(%s) AND state <> %s
                    ORDER BY due_at NULLS LAST, id""",
                SQL(", ").join(map(SQL.identifier, SHOWN)),
                list(case_ids),
                CANCELLED,
            )
        )

    @api.model
    def _prepare_countdown(self, clock, labels):
        """Return what the screen needs of one clock.

        :param clock: a clock, or a row of :meth:`_get_shown`
        :param labels: name of each target in the reader's language
        """
        return {
            "target": labels[clock["target"]],
            "state": clock["state"],
            "due": _to_text(clock["due_at"]),
            "warn": _to_text(clock["warn_at"]),
            "stopped": _to_text(clock["stopped_at"]),
            "remaining": clock["remaining_seconds"] or 0,
        }

    # === BUSINESS METHODS ===#

    def _note(self, kind, at, reason=None, message=None):
        """Add an event to the ledger of each clock and read it; the engine judges what it means.

        :param kind: one of the engine's kinds
        :param at: naive UTC instant, or a mapping of case to its own
        :param reason: in a few words, where the event does not speak for itself
        :param message: the message on whose arrival it hangs, if on any, or a mapping likewise
        """
        live = self.filtered(lambda clock: not clock.frozen)
        if not live:
            return
        self.env["logistics.clock.event"].create(
            [
                {
                    **live_clock._prepare_event_vals(kind, at, reason),
                    "message_id": live_clock._get_own(message).id,
                }
                for live_clock in live
            ]
        )
        live._read()

    @api.model
    def _void(self, events, reason):
        """Take back stops: their clocks run on as if they had never been, closed or not.

        :param events: events of the ledger
        :param reason: in a few words
        :return: the clocks
        """
        events.write({"voided_at": fields.Datetime.now(), "void_reason": reason})
        voided = events.clock_id
        voided._thaw()
        # of two clocks that run for the same the older goes on
        newer = self.search(
            [
                ("complaint_id", "in", voided.complaint_id.ids),
                ("target", "in", voided.mapped("target")),
                ("stopped_at", "=", False),
                ("state", "!=", CANCELLED),
                ("id", "not in", voided.ids),
            ]
        )
        same = {(clock.complaint_id, clock.target) for clock in voided}
        newer = newer.filtered(lambda clock: (clock.complaint_id, clock.target) in same)
        newer._note(clocks.CANCEL, fields.Datetime.now(), reason)
        newer.flush_recordset()
        voided._read()
        return voided

    def _drop(self, at, reason):
        """End clocks that nobody waits for any more: late ones stay late, the others count nowhere.

        :param at: naive UTC instant, or a mapping of case to its own
        :param reason: in a few words
        """
        self._read()
        late = self.filtered(lambda clock: clock.state == BREACHED)
        late._note(clocks.STOPPED, at, reason)
        (self - late)._note(clocks.CANCEL, at, reason)

    def _get_own(self, value):
        """Return a value for the clock's case, given one for all or a mapping."""
        if isinstance(value, dict):
            return value[self.complaint_id]
        return value or self.env["mail.message"]

    def _prepare_event_vals(self, kind, at, reason):
        at = self._get_own(at)
        return {
            "clock_id": self.id,
            "company_id": self.company_id.id,
            "kind": kind,
            # what is told of a time before the start happened at the start
            "happened_at": max(at, self.started_at),
            "reason": reason,
        }

    def _to_pure(self):
        """Return the ledger of one clock as events of the engine."""
        self.ensure_one()
        return [
            clocks.Event(clocks.STARTED, self.started_at),
            *(
                clocks.Event(event.kind, event.happened_at)
                for event in self.event_ids
                if not event.voided_at
            ),
        ]

    @api.model
    def _start(self, vals_list, team_by_case):
        """Make clocks that are read already: what is inserted so needs no update behind it.

        :param vals_list: what :meth:`~.logistics_complaint._prepare_clock_vals` returns of each
        :param team_by_case: mapping of the id of each case to that of its team, or False
        :return: the clocks
        """
        now = fields.Datetime.now()
        for vals in vals_list:
            vals.update(self._prepare_start_vals(vals, team_by_case[vals["complaint_id"]], now))
        made = self.create(vals_list)
        made.filtered(lambda clock: not clock.due_at)._read(now)
        return made

    @api.model
    def _prepare_start_vals(self, vals, team_id, now):
        """Return what a clock comes to that starts with these values."""
        started, company = vals["started_at"], self.env["res.company"].browse(vals["company_id"])
        calendar = self.env["resource.calendar"].browse(vals["calendar_id"] or ())
        moments = self.env["logistics.escalation.rule"]._get_moments(company.id)
        reading = _read_ledger(
            [clocks.Event(clocks.STARTED, started)],
            _to_target(vals["unit"], vals["value"], company._get_logistics_tz()),
            _get_timeline(calendar, company, [started], now, REACH),
            max(now, started),
            vals["warn_share"],
            [moment for moment in moments if moment.fits(vals["target"], team_id)],
        )
        return reading or {}

    def _read(self, now=None):
        """Write what the ledgers come to by targets and calendars in force, in one go.

        One reading of each calendar for all clocks of a batch; results of closed cases stay.

        :param now: naive UTC instant
        """
        now = now or fields.Datetime.now()
        live = self.filtered(lambda clock: not clock.frozen)
        live.event_ids.mapped("happened_at")  # one query for the ledgers of all
        live.escalation_ids.mapped("occurrence")
        for (calendar, company), group in live.grouped(
            lambda clock: (clock.calendar_id, clock.company_id)
        ).items():
            group._read_by(calendar, company, now)

    def _read_by(self, calendar, company, now):
        """Read clocks that count by the same calendar."""
        zone = company._get_logistics_tz()
        reach, left = REACH, self
        while left:
            last = not calendar or reach > FARTHEST
            timeline = ALWAYS if last else left._get_timeline(calendar, company, now, reach)
            short = self.browse()
            alike = defaultdict(list)
            for clock in left:
                vals = clock._prepare_reading_vals(timeline, zone, now)
                if not vals:
                    short |= clock
                elif changed := {k: v for k, v in vals.items() if clock[k] != (v or False)}:
                    alike[tuple(changed.items())].append(clock.id)
            for changed, ids in alike.items():
                self.browse(ids).write(dict(changed))
            # a calendar without hours for years is as bad as none
            reach, left = reach * 4, short

    def _get_timeline(self, calendar, company, now, reach):
        """Return the calendar's working time for the clocks, in whole months, read once."""
        return _get_timeline(calendar, company, self.mapped("started_at"), now, reach)

    def _prepare_reading_vals(self, timeline, zone, now):
        """Return what a clock comes to; nothing when the timeline is too short to say."""
        self.ensure_one()
        return _read_ledger(
            self._to_pure(),
            self._get_target(zone),
            timeline,
            max(now, self.started_at),  # what is received tomorrow starts tomorrow
            self.warn_share,
            self._get_open_moments(),
        )

    def _get_target(self, zone):
        """Return the target of one clock for the engine."""
        self.ensure_one()
        return _to_target(self.unit, self.value, zone)

    def _get_open_moments(self):
        """Return the moments of escalation of one clock that have not been, in their order."""
        done = {(row.rule_id.id, row.occurrence) for row in self.escalation_ids}
        team = self.complaint_id.team_id.id
        return [
            moment
            for moment in self.env["logistics.escalation.rule"]._get_moments(self.company_id.id)
            if moment.fits(self.target, team) and (moment.rule, moment.occurrence) not in done
        ]

    def _escalate(self, now):
        """Act on the moments that passed: each once, and of several in a clock only the last.

        Rules that share the last moment all act.

        :return: the clocks that had any
        """
        passed = {clock: clock._get_passed_moments(now) for clock in self}
        rows = [
            clock._prepare_escalation_vals(moment, at, at == moments[-1][1])
            for clock, moments in passed.items()
            for moment, at in moments
        ]
        # the log is the machine's own; whose right it would be to write it is nobody's question
        escalations = self.env["logistics.escalation"].sudo().create(rows)
        acting = escalations.filtered("acted")
        for rule, group in acting.grouped("rule_id").items():
            rule._act(group.clock_id)
        return escalations.clock_id

    def _get_passed_moments(self, now):
        """Return (moment, instant) of what has come due in one clock, oldest first."""
        self.ensure_one()
        over = self.stopped_at or self.state == CANCELLED or self.frozen
        if over or self.started_at > now:
            return []
        moments = []
        zone = self.company_id._get_logistics_tz()
        timeline = self._get_timeline(self.calendar_id, self.company_id, now, REACH)
        for moment in self._get_open_moments():
            at = clocks.instant_at(
                self._to_pure(),
                self._get_target(zone),
                timeline,
                now,
                moment.share,
                timedelta(hours=moment.hours),
            )
            # moments follow each other: when one is to come, so are the rest
            if at is None or at > now:
                break
            if at >= moment.since:
                moments.append((moment, at))
        return moments

    def _prepare_escalation_vals(self, moment, at, acted):
        return {
            "clock_id": self.id,
            "company_id": self.company_id.id,
            "rule_id": moment.rule,
            "occurrence": moment.occurrence,
            "happened_at": _seconds(at),
            "acted": acted,
        }

    @api.model
    def _read_anew(self, domain):
        """Let the cron read open clocks anew: however many, one statement here.

        :param domain: which clocks
        """
        clocks_open = [("stopped_at", "=", False), ("state", "!=", CANCELLED)]
        # a manager changes a policy; the clocks of all cases follow
        query = self.sudo()._search([*clocks_open, *domain])
        now = query.select(SQL.identifier(self._table, "id"), SQL("%s", fields.Datetime.now()))
        concerned = bulk.write_from(self, ["next_at"], now)
        if concerned:
            self.env["ir.cron"]._wake("logistics_customer_service.ir_cron_watch_clocks")

    # === CRON METHODS ===#

    @api.model
    @of_part("cases")
    def _cron_watch_clocks(self):
        """Look at one batch of the clocks that are due: what is not due costs nothing."""
        for attempt in range(RETRIES):
            try:
                seen = self._watch_batch()
                break
            except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError) as error:
                _logger.info("Clocks: a batch is done again: %s", error)
                self.env.cr.rollback()
                if attempt == RETRIES - 1:
                    raise
        remaining = seen and self.search_count(self._get_due_domain(), limit=self._get_batch_size())
        self.env["ir.cron"]._commit_progress(seen, remaining=remaining)

    @api.model
    def _watch_batch(self):
        """Look at the clocks that have waited longest, as far as nobody else holds them.

        :return: how many
        """
        due = self.search(
            self._get_due_domain(), order="next_at, id", limit=self._get_batch_size()
        )
        held = due.try_lock_for_update()
        isolate(held, methodcaller("_watch"), lambda clock, error: clock._put_off(error))
        self.env.flush_all()
        # what stays due would keep the job running for ever
        for clock in held.filtered_domain(self._get_due_domain()):
            clock._put_off("due still")
        return len(held)

    @api.model
    def _get_due_domain(self):
        return [("next_at", "<", fields.Datetime.now())]

    @api.model
    def _get_batch_size(self):
        """Return how many clocks one call of the cron looks at, a system parameter."""
        size = self.env["ir.config_parameter"].sudo().get_param(  # parameters are admin-only
            "logistics_customer_service.clock_batch_size"
        )
        return int(size or 200)

    def _put_off(self, error):
        """Leave a clock that cannot be watched; it comes up again in an hour."""
        _logger.warning("Clock %s is left for an hour: %s", self.id, error)
        bulk.write(self, {self.id: {"next_at": fields.Datetime.now() + PATIENCE}})

    def _watch(self):
        """Bring clocks that are due up to date, by the policies in force, and escalate."""
        cases = self.complaint_id
        cases._match_policies()
        self._read()
        self._escalate(fields.Datetime.now())._read()
        cases._set_due_at(cases._get_clocks())

    # === BUSINESS METHODS ===#

    def _freeze(self):
        """Keep results as they are: the case is closed."""
        self.write({"frozen": True, "next_at": False})

    def _thaw(self):
        """Let clocks of a case that is opened again change."""
        self.write({"frozen": False})


def _get_timeline(calendar, company, starts, now, reach):
    """Return the working time for clocks that started then, in whole months, read once."""
    if not calendar:
        return ALWAYS
    first, last = min(starts), max(now, *starts) + reach
    return calendar._get_timeline(
        calendar.id,
        company.id,
        datetime(first.year, first.month, 1),
        datetime(last.year + last.month // 12, last.month % 12 + 1, 1),
    )


def _to_target(unit, value, zone):
    if unit == DAYS:
        return clocks.Target(days=int(value), zone=zone)
    return clocks.Target(timedelta(hours=value))


def _read_ledger(events, target, timeline, now, warn_share, moments):
    """Return the values that the ledger of a clock comes to.

    :param events: list of the engine's events
    :param moments: moments of escalation that have not been, in their order
    :return: nothing when the timeline is too short to say
    """
    reading = clocks.read(events, target, timeline, now)
    open_end = reading.due_at is None and reading.state != PAUSED
    if open_end and timeline is not ALWAYS:
        return None
    warn_at = clocks.instant_at(events, target, timeline, now, warn_share or 1.0)
    return {
        "state": reading.state,
        "due_at": _seconds(reading.due_at),
        "warn_at": _seconds(warn_at),
        "paused_since": reading.paused_since,
        "stopped_at": reading.stopped_at,
        "paused_seconds": reading.paused.total_seconds(),
        "elapsed_seconds": reading.elapsed.total_seconds(),
        "remaining_seconds": reading.remaining.total_seconds(),
        "next_at": _get_next_at(reading, events, target, timeline, now, moments),
    }


def _get_next_at(reading, events, target, timeline, now, moments):
    """Return when the cron has to look: at what is told of later, to see it overdue, to escalate."""
    coming = min((event.at for event in events if event.at > now), default=None)
    if reading.stopped_at or reading.state == CANCELLED:
        return _seconds(coming)
    for moment in moments:
        at = clocks.instant_at(
            events, target, timeline, now, moment.share, timedelta(hours=moment.hours)
        )
        if at is None or at >= moment.since:
            break
    else:
        at = None
    overdue = reading.due_at if reading.state == RUNNING else None
    return _seconds(min(filter(None, (at, overdue, coming)), default=None))


def _seconds(instant):
    """Return an instant as it is stored: without its microseconds."""
    return instant and instant.replace(microsecond=0)


def _to_text(instant):
    """Return an instant as Odoo writes it; a list has many, and formats are read anew each time."""
    return instant.isoformat(" ", "seconds") if instant else None
