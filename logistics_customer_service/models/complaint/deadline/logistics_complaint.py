from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ....tools.complaint import clocks, sla
from ....tools.complaint.moments import NEW_CASE
from ...foundation.concurrency import begin_anew_on
from ..logistics_complaint import INCIDENT
from ..logistics_complaint_stage import CANCELLED, CLOSED, NEW, OPEN_PHASES, RESOLVED
from .logistics_sla_target import (
    ACKNOWLEDGE,
    ANSWERED,
    CONTRACTUAL,
    FIRST_RESPONSE,
    NEXT_REPLY,
    REPLIES,
    RESOLUTION,
    SETTLED,
    STATUTORY,
)

# what a policy may go by; a change of it has the policies chosen anew
CRITERIA = frozenset(
    ("team_id", "kind", "category_id", "severity", "partner_id", "contact_id", "carrier_id")
) | {"tier_id", "profile_id", "picking_ids", "company_id"}
# what the clock of the external answer goes by
EXTERNAL_DATES = frozenset(("resolution_level", "external_on", "external_answered_on"))
FROM_THE_START = (ACKNOWLEDGE, FIRST_RESPONSE, RESOLUTION, STATUTORY, CONTRACTUAL)


class LogisticsComplaint(models.Model):
    """The deadlines of a case."""

    _name = "logistics.complaint"
    _inherit = [
        "logistics.complaint",
        "logistics.provisional.stop.mixin",
        "logistics.case.escalation.mixin",
    ]

    clock_ids = fields.One2many("logistics.clock", "complaint_id", string="Clocks")
    due_at = fields.Datetime(
        string="Next Deadline",
        readonly=True,
        copy=False,
        help="The earliest deadline that is still open; empty while all are paused.",
    )
    first_reply_at = fields.Datetime(
        string="First Reply",
        readonly=True,
        copy=False,
        help="When a person first answered the customer.",
    )

    _due_idx = models.Index("(due_at) WHERE due_at IS NOT NULL")

    # === CRUD METHODS ===#

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {"due_at", "first_reply_at", "resolution_level"}

    @api.model
    def _get_reactions(self):
        return [
            *super()._get_reactions(),
            ("_start_clocks", {NEW_CASE}),
            ("_move_start", {"received_at"}),
            ("_match_policies", CRITERIA),
            ("_follow_customer_answered", {"customer_answered"}),
            ("_follow_external_dates", EXTERNAL_DATES),
        ]

    def _follow_merge(self, before):
        result = super()._follow_merge(before)
        (before | self.merged_into_id)._move_start(merging=True)
        self._hand_over_replies()
        self.filtered(lambda case: not case.merged_into_id)._take_back_replies(before)
        return result

    # === BUSINESS METHODS ===#

    def _get_sla_offers(self):
        """Return case → target → the :class:`sla.Offer` that holds for it."""
        policies = self.env["logistics.sla.policy"]
        offers = {company: policies._get_offers(company.id) for company in self.company_id}
        chosen, result = {}, {}
        for case in self:
            facts = case._to_sla_case()
            if facts not in chosen:
                chosen[facts] = case._without_answers(sla.choose(offers[case.company_id], facts))
            result[case] = chosen[facts]
        return result

    def _without_answers(self, offers):
        """Return the offers without those of an answer where nobody has asked."""
        if self.kind != INCIDENT:
            return offers
        return {target: offer for target, offer in offers.items() if target not in ANSWERED}

    def _to_sla_case(self):
        """Return what policies look at."""
        path = self.category_id.sudo().parent_path or ""  # a clock needs no right to categories
        tier = self.tier_id
        return sla.Case(
            company=self.company_id.id,
            team=self.team_id.id or None,
            kind=self.kind,
            categories=frozenset(map(int, filter(None, path.split("/")))),
            severity=self.severity or None,
            tier=(tier.code or str(tier.id)) if tier else None,
            carrier=self.carrier_id.id or None,
        )

    def _prepare_terms(self, offer, calendars):
        """Return what an offer means to a clock of the case.

        :param calendars: mapping of (calendar id or None, team, company) to a calendar, filled here
        """
        key = (offer.calendar, self.team_id, self.company_id)
        if offer.unit == "hours" and key not in calendars:
            calendars[key] = self._choose_calendar(offer)
        return {
            "policy_id": offer.policy,
            "calendar_id": calendars[key].id if offer.unit == "hours" else False,
            "value": offer.value,
            "unit": offer.unit,
            "warn_share": offer.warn_share,
        }

    def _choose_calendar(self, offer):
        """Return the first working hours that can be used: the policy's, team's, company's.

        Ones that are set and cannot be used are reported; where none can, time runs round the
        clock, which is what an empty calendar means.
        """
        # agents need not see calendars, nor the policy
        policy = self.env["logistics.sla.policy"].sudo().browse(offer.policy)
        named = (
            self.env["resource.calendar"].sudo().browse(offer.calendar or ()),
            self.team_id.sudo().resource_calendar_id,
            self.company_id.sudo().resource_calendar_id,
        )
        for calendar in filter(None, named):
            if calendar._is_usable_for_clocks():
                return calendar
            policy._report_calendar(calendar._get_clock_problem())
        if not any(named):
            policy._report_calendar(named[0]._get_clock_problem())
        return named[0].browse()

    def _start_clocks(self):
        """Start the clocks of new cases, for all of a batch at once."""
        offers, calendars = self._get_sla_offers(), {}
        # clocks are made for whoever may work on a case
        made = self.env["logistics.clock"].sudo()._start(
            [
                case._prepare_clock_vals(offers[case][target], calendars, case.received_at)
                for target in FROM_THE_START
                for case in self
                if target in offers[case]
            ],
            {case.id: case.team_id.id for case in self},
        )
        # cases may be imported when their story is half told
        told = self.filtered(lambda case: case.phase != NEW)
        for phase, cases in told.grouped("phase").items():
            cases._follow_phase(NEW, phase)
        self._set_due_at(made)

    def _start_target(self, target, starts, read=True):
        """Start the clocks of a target where a policy sets one and none is open.

        :param starts: mapping of case to the instant from which its time counts
        """
        offers, calendars, vals_list = self._get_sla_offers(), {}, []
        running = self._get_clocks(target).complaint_id
        for case in self - running:
            if offer := offers[case].get(target):
                vals_list.append(case._prepare_clock_vals(offer, calendars, starts[case]))
        # clocks are made for whoever may work on a case
        with begin_anew_on("logistics_clock_one_open"):
            made = self.env["logistics.clock"].sudo().create(vals_list)
        if read:
            self._read_clocks()
        return made

    def _prepare_clock_vals(self, offer, calendars, start):
        """Return the values of a clock that an offer sets.

        :param calendars: as for :meth:`_prepare_terms`
        :param start: naive UTC instant from which the time counts
        """
        return {
            **self._prepare_terms(offer, calendars),
            "complaint_id": self.id,
            "company_id": self.company_id.id,
            "target": offer.target,
            "started_at": start,
        }

    def _move_start(self, merging=False):
        """Let clocks count from when the matter reached us: a merged case from its oldest part.

        What is corrected revives no clock that was stopped in fact.
        """
        # whoever may merge or correct a case moves its clocks; _get_clocks says the same
        merged = self.sudo().search_fetch([("merged_into_id", "in", self.ids)], ["received_at"])
        parts = merged.grouped(lambda case: case.merged_into_id.id)
        for case in self.sudo():
            started = min((case | parts.get(case.id, case)).mapped("received_at"))
            for clock in case.clock_ids:
                # what was answered in fact was there by then
                start = min(filter(None, (started, not merging and clock.stopped_at)))
                if clock.target in FROM_THE_START and not clock.frozen and clock.started_at != start:
                    clock.started_at = start
        self._read_clocks()

    def _hand_over_replies(self):
        """Who was answered in a merged case was answered in the one that is kept."""
        for case in self.filtered(lambda case: case.merged_into_id and case.first_reply_at):
            kept, at = case.merged_into_id, case.first_reply_at
            if not kept.first_reply_at or kept.first_reply_at > at:
                kept._note_course({"first_reply_at": at})
                message = case._get_first_reply()
                kept._get_answered_clocks()._note(clocks.STOPPED, at, message=message)
                kept._read_clocks()

    def _get_first_reply(self):
        """Return the message that answered first, if it was one."""
        events = self._get_answered_clocks().event_ids
        first = events.filtered(lambda event: event.happened_at == self.first_reply_at)
        return first.message_id[:1]

    def _take_back_replies(self, kept):
        """A merge was undone: the case that was kept has its own first answer again, if any.

        :param kept: the case into which these were merged
        """
        for case in self.filtered(lambda case: case.first_reply_at):
            if kept.first_reply_at != case.first_reply_at:
                continue
            own = kept._get_answered_clocks()
            stops = own.event_ids.filtered(lambda event: event.kind == clocks.STOPPED)
            foreign = stops.filtered(lambda event: event.happened_at == kept.first_reply_at)
            stops -= foreign
            foreign.unlink()  # it was never said of this case
            replies = kept.sudo().message_ids.filtered(kept._is_reply_to_customer)
            first = min([*stops.mapped("happened_at"), *replies.mapped("date")], default=False)
            kept._note_course({"first_reply_at": first})
            if first:
                (own - stops.clock_id)._note(clocks.STOPPED, first)
            kept._read_clocks()

    def _get_answered_clocks(self):
        """Return the clocks that the first answer stops, stopped or not."""
        # as in _get_clocks
        return self.env["logistics.clock"].sudo().search(
            [
                ("complaint_id", "in", self.ids),
                ("target", "in", ANSWERED),
                ("state", "!=", clocks.CANCELLED),
                ("frozen", "=", False),
            ]
        )

    def _get_clocks(self, *targets):
        """Return the open clocks of the cases, of these targets or of all."""
        # the clocks are written in the name of whoever works on a case
        domain = Domain(
            [
                ("complaint_id", "in", self.ids),
                ("stopped_at", "=", False),
                ("state", "!=", "cancelled"),
            ]
        )
        if targets:
            domain &= Domain("target", "in", targets)
        return self.env["logistics.clock"].sudo().search(domain)

    def _match_policies(self):
        """Choose the policies of open cases anew; pauses and what was spent stay.

        A target that no policy sets any more is cancelled, one that is new starts with the case.
        """
        cases = self.filtered(lambda case: case.phase in OPEN_PHASES)
        offers, calendars = cases._get_sla_offers(), {}
        void = self.env["logistics.clock"].sudo()  # as in _get_clocks
        for clock in cases._get_clocks():
            case = clock.complaint_id
            offer = offers[case].get(clock.target)
            if not offer:
                void |= clock
                continue
            terms = case._prepare_terms(offer, calendars)
            if any(_value(clock[name]) != (terms[name] or False) for name in terms):
                clock.write(terms)
        void._note(clocks.CANCEL, fields.Datetime.now(), self.env._("No policy sets it any more."))
        cases._start_missing()
        cases._pause_clocks(fields.Datetime.now())
        cases._read_clocks()

    def _start_missing(self):
        """Start the targets that a change of policy brought, as long as nothing stopped them."""
        # as in _get_clocks
        had = self.env["logistics.clock"].sudo().search([("complaint_id", "in", self.ids)])
        for target in FROM_THE_START:
            done = had.filtered(
                lambda clock, target=target: clock.target == target and clock.stopped_at
            ).complaint_id
            waiting = self - done
            if target in (ACKNOWLEDGE, FIRST_RESPONSE):
                waiting = waiting.filtered(lambda case: not case.first_reply_at)
            starts = {case: case._get_turned_at() for case in waiting}
            waiting._start_target(target, starts, read=False)
        self._start_external()

    def _read_clocks(self, now=None):
        """Bring clocks that are not frozen, and the cases' next deadline, up to date."""
        now = now or fields.Datetime.now()
        # as in _get_clocks
        own = self.env["logistics.clock"].sudo().search(
            [("complaint_id", "in", self.ids), ("frozen", "=", False)]
        )
        own._read(now)
        self._set_due_at(own)

    def _set_due_at(self, own):
        """Store the earliest open deadline of each case, where it changed.

        :param own: the clocks of the cases, at least all that are open
        """
        due = {}
        for clock in own.filtered("due_at"):
            if not clock.stopped_at and clock.state != clocks.CANCELLED:
                if clock.complaint_id._is_customers_turn(clock.target):
                    continue
                case_id = clock.complaint_id.id
                due[case_id] = min(clock.due_at, due.get(case_id, clock.due_at))
        stale = self.filtered(lambda case: case.due_at != due.get(case.id, False))
        for due_at, cases in stale.grouped(lambda case: due.get(case.id, False)).items():
            cases.with_context(tracking_disable=True)._note_course({"due_at": due_at})

    @api.model
    def _get_phase_steps(self):
        return [*super()._get_phase_steps(), "_move_clocks"]

    def _move_clocks(self, old, new):
        self._follow_phase(old, new)
        self._read_clocks()

    def _follow_phase(self, old, new):
        """Note in the ledgers what a change of phase means to the clocks."""
        at = self._get_happened_at()
        if old in (CLOSED, CANCELLED) and new not in (CLOSED, CANCELLED):
            self._take_up_again(at)
            self.filtered("customer_answered")._note_customer_message(at)
        elif old == RESOLVED and new in OPEN_PHASES:
            self._reopen_settled(at)
        if new in OPEN_PHASES:
            self._pause_clocks(at)
        elif new == CANCELLED:
            self._get_clocks()._note(clocks.CANCEL, at)
        else:
            self._get_clocks(*SETTLED)._note(clocks.STOPPED, at)
        if new in (CLOSED, CANCELLED):
            self._close_clocks(at)

    def _pause_clocks(self, at):
        """Pause or resume clocks as the policies say of the phases in which the cases are."""
        offers = self._get_sla_offers()
        to_pause = to_resume = self.env["logistics.clock"].sudo()  # as in _get_clocks
        for clock in self._get_clocks():
            offer = offers[clock.complaint_id].get(clock.target)
            pauses = bool(offer) and clock.complaint_id._is_paused_by(offer)
            if pauses and not clock.paused_since:
                to_pause |= clock
            elif clock.paused_since and not pauses:
                to_resume |= clock
        to_pause._note(clocks.PAUSE, at)
        to_resume._note(clocks.RESUME, at)

    def _is_paused_by(self, offer):
        """Tell whether a clock of this :class:`sla.Offer` stands still as the case is now.

        What may pause waits while others judge, too: our own word has been said. The time of the
        law waits for nobody.
        """
        self.ensure_one()
        if offer.target == STATUTORY:
            return False
        if self._is_customers_turn(offer.target):
            return True
        outside = self.resolution_level == "external" and not self.external_answered_on
        return self.phase in offer.pauses or (outside and bool(offer.pauses))

    def _close_clocks(self, at):
        """Freeze the results. What nobody waits for any more is cancelled, unless it was late.

        A case that is closed without an answer has missed it, however early that is.
        """
        unanswered = self._get_clocks(FIRST_RESPONSE)
        unanswered._note(clocks.MISSED, at, self.env._("Closed without an answer."))
        self._get_clocks()._drop(at, self.env._("Closed without it."))
        self.sudo().clock_ids._freeze()  # as in _get_clocks

    def _take_up_again(self, at):
        """Let the clocks of closed cases go on where they stood."""
        own = self.sudo().clock_ids  # as in _get_clocks
        own._thaw()
        cancelled = own.filtered(lambda clock: clock.state == clocks.CANCELLED)
        missed = own.filtered(lambda clock: clocks.MISSED in clock.event_ids.mapped("kind"))
        ended = (cancelled | missed).sorted("id")
        last = ended.grouped(lambda clock: (clock.complaint_id, clock.target))
        for clock in last.values():
            clock[-1:]._note(clocks.REOPENED, at)
        self._reopen_settled(at)

    def _reopen_settled(self, at):
        own = self.sudo().clock_ids  # as in _get_clocks
        own.filtered(lambda clock: clock.target in SETTLED and clock.stopped_at)._note(
            clocks.REOPENED, at
        )

    def _note_message(self, message):
        """A person's answer stops the clocks of answers; a customer's message starts the next."""
        result = super()._note_message(message)
        if self._is_reply_to_customer(message, self._get_subscribers(message)):
            self._note_reply(message=message)
        elif self._is_call_made(message):
            self._note_spoken()
        elif self._is_from_customer(message):
            # when it came here; what a mail says of its date is its sender's word
            self._note_customer_message()
        return result

    def _is_reply_to_customer(self, message, subscribers=None):
        """Tell whether a person of ours wrote this, not a program, and the customer gets it.

        :param subscribers: as for :meth:`_is_for_customer`
        """
        return (
            self._is_public(message)
            and self._is_staff(message.author_id)
            and self._is_for_customer(message, subscribers)
        )

    @api.model
    def _is_call_made(self, message):
        """Tell whether a person of ours notes a planned call as made."""
        return message.mail_activity_type_id.category == "phonecall" and self._is_staff(
            message.author_id
        )

    def _is_from_customer(self, message):
        """Tell whether the customer wrote: not a carrier, nor anybody else who was asked."""
        author = message.author_id
        sender = email_normalize(message.email_from or "")
        return (
            self._is_public(message)
            and not self._is_staff(author)
            and (
                (author and author.commercial_partner_id == self.partner_id)
                or (sender and sender == email_normalize(self.email_from or ""))
            )
        )

    @api.model
    def _is_public(self, message):
        """Tell whether people talk here: notes, notifications and automatic answers do not."""
        return (
            message.message_type in ("comment", "email", "email_outgoing")
            and not message.is_internal
            and message.subtype_id == self.env.ref("mail.mt_comment")
        )

    @api.model
    def _is_staff(self, author):
        if author == self.env.ref("base.partner_root"):
            return False
        # portal users write as customers; who may see users is another matter
        return any(not user.share for user in author.sudo().user_ids)

    def _note_acknowledged(self, at=None, message=None):
        """Stop the clocks of the acknowledgement: the customer was told that we have the case.

        :param at: naive UTC instant
        :param message: as for :meth:`_note_reply`
        """
        at = at or fields.Datetime.now()
        self._get_clocks(ACKNOWLEDGE)._note(clocks.STOPPED, at, message=message)
        self._read_clocks()

    def _note_reply(self, at=None, message=None):
        """Stop the clocks of answers: a person has written to, or spoken with, the customer.

        The matter itself is not settled by that.

        :param at: naive UTC instant
        :param message: what was written, if anything: until it has arrived the stop is provisional
        """
        at = at or fields.Datetime.now()
        self.filtered(lambda case: not case.first_reply_at)._note_course({"first_reply_at": at})
        answered = self._get_clocks(*REPLIES)
        if not message:
            answered |= self._get_hanging_clocks(at)
        answered._note(clocks.STOPPED, at, message=message)
        self._freeze_stopped()
        self._read_clocks()

    def _note_spoken(self):
        """A person of ours has spoken with the customer: whatever was asked is answered."""
        waiting = self.filtered(lambda case: case.phase not in (CLOSED, CANCELLED))
        waiting._note_reply()
        waiting.filtered("customer_answered").customer_answered = False

    def _follow_customer_answered(self):
        """An answer is due, or somebody has seen to it."""
        answered = self.filtered("customer_answered")
        if answered:
            answered._note_customer_message()
        if self - answered:
            (self - answered)._drop_next_reply()

    def _note_customer_message(self, at=None):
        """Start the clock of the next reply with the oldest message that nobody answered.

        Before the first response it is that one's clock which runs.
        """
        at = at or fields.Datetime.now()
        waiting = self.filtered(
            lambda case: case.first_reply_at and case.phase not in (CLOSED, CANCELLED)
        )
        starts = at if isinstance(at, dict) else dict.fromkeys(waiting, at)
        waiting._start_target(NEXT_REPLY, starts)

    def _drop_next_reply(self):
        """Somebody judged that the customer's last words want no answer."""
        waiting = self._get_clocks(NEXT_REPLY)
        waiting._drop(fields.Datetime.now(), self.env._("No answer was needed."))
        self._set_due_at(self._get_clocks())

    def _note_not_arrived(self, message, text):
        """Void what a message stopped that did not arrive: the clocks run on, closed or not."""
        result = super()._note_not_arrived(message, text)
        # as in _get_clocks; what was handed over in a merge hangs on the same message
        events = self.env["logistics.clock.event"].sudo().search(
            [("message_id", "=", message.id), ("voided_at", "=", False)]
        )
        if events:
            self._void_stops(events, self.env._("Did not arrive."))
        return result


def _value(value):
    return value.id if isinstance(value, models.BaseModel) else value
