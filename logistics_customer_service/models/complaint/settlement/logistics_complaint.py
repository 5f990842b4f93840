from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import is_html_empty

from ....tools.complaint import clocks
from ....tools.complaint.moments import OTHER_CUSTOMER
from ....tools.foundation.periods import local_date, local_midnight
from ..deadline.logistics_sla_target import EXTERNAL, STATUTORY
from ..logistics_complaint_category import SEVERITIES
from ..logistics_complaint_stage import (
    CANCELLED,
    CLOSED,
    OPEN_PHASES,
    RESOLVED,
    WAITING_CUSTOMER,
    WORKING,
)
from .logistics_compensation_kinds import COUNTED, PROPOSED
from .logistics_result_letter import SENDING, TOLD, UNDELIVERED


class LogisticsComplaint(models.Model):
    """How a case was investigated and settled. The way outside: which body looks at a case, until
    when it answers, what it said.
    """

    _name = "logistics.complaint"
    _inherit = ["logistics.complaint", "logistics.compensation.basis.mixin"]

    # --- investigation
    cause_id = fields.Many2one(
        "logistics.cause",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="['|', ('category_ids', '=', False), ('category_ids', 'parent_of', category_id)]",
    )
    party_id = fields.Many2one(
        "logistics.responsible.party",
        string="Responsible Party",
        compute="_compute_party_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    responsible_partner_id = fields.Many2one(
        "res.partner",
        string="Who Exactly",
        ondelete="restrict",
        help="The carrier, supplier or person, where it is known.",
    )
    findings = fields.Html(help="What was found out; for ourselves.")
    findings_told = fields.Html(
        string="Findings for the Customer",
        copy=False,
        help="What the customer is told of them: a result letter begins with these words.",
    )
    why_ids = fields.One2many("logistics.complaint.why", "complaint_id", string="Five Whys")
    evidence_ids = fields.One2many("logistics.evidence", "complaint_id", string="Evidence")
    investigation_ids = fields.One2many(
        "logistics.investigation", "complaint_id", string="Questions"
    )
    open_investigation_count = fields.Integer(
        string="Open Questions", compute="_compute_open_investigation_count"
    )
    shipment_event_ids = fields.Many2many(
        "logistics.shipment.event", string="Events", compute="_compute_shipment"
    )
    promise_ids = fields.Many2many(
        "logistics.promise", string="Promises", compute="_compute_shipment"
    )
    # --- resolution
    resolution_ids = fields.Many2many(
        "logistics.remedy",
        "logistics_complaint_resolution_rel",
        string="Resolution",
        help="What is done to put it right; what was asked for is above.",
    )
    compensation_ids = fields.One2many(
        "logistics.compensation", "complaint_id", string="Compensations"
    )
    compensation_amount = fields.Monetary(
        string="Compensation",
        compute="_compute_compensation_amount",
        store=True,
        help="What was approved.",
    )
    recovery_ids = fields.One2many("logistics.recovery", "complaint_id", string="Recoveries")
    recovered_amount = fields.Monetary(
        string="Recovered", compute="_compute_recovered_amount", store=True
    )
    letter_ids = fields.One2many(
        "logistics.result.letter", "complaint_id", string="Result Letters"
    )
    result_told_at = fields.Datetime(string="Result Told", readonly=True, copy=False)
    result_state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sending", "On Its Way"),
            ("undelivered", "Not Delivered"),
            ("told", "Told"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("no_answer", "No answer"),
            ("ended", "Ended"),
        ],
        string="Customer's Answer",
        compute="_compute_result_state",
        store=True,
    )
    callback_on = fields.Date(string="Callback On", copy=False, tracking=True)
    resolution_level = fields.Selection(
        [("first", "Customer service"), ("next", "Next level"), ("external", "External")],
        string="Level",
        default="first",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="A customer who refuses the result is heard at the next level, and then outside.",
    )
    external_body = fields.Char(
        string="External Body",
        tracking=True,
        help="Regulator, consumers' association, arbitration or court.",
    )
    external_on = fields.Date(string="External Since", copy=False, tracking=True)
    external_answered_on = fields.Date(
        string="External Answer On",
        copy=False,
        tracking=True,
        help="The day on which the body answered; it stops the clock of the external answer.",
    )
    external_outcome = fields.Selection(
        [
            ("customer", "For the customer"),
            ("part", "For the customer in part"),
            ("company", "For us"),
            ("settled", "Settled between the two"),
            ("withdrawn", "Withdrawn"),
        ],
        string="External Outcome",
        copy=False,
        tracking=True,
    )
    external_answer = fields.Text(
        copy=False, help="What the body decided or recommends, and what it asks of us."
    )

    # === COMPUTE METHODS ===#

    @api.depends("cause_id")
    def _compute_party_id(self):
        for case in self:
            case.party_id = case.party_id or case.cause_id.party_id

    @api.depends("investigation_ids.state")
    def _compute_open_investigation_count(self):
        counts = dict(
            self.env["logistics.investigation"]._read_group(
                [("complaint_id", "in", self.ids), ("state", "=", "asked")],
                ["complaint_id"],
                ["__count"],
            )
        )
        for case in self:
            case.open_investigation_count = counts.get(case._origin, 0)

    @api.depends("picking_ids", "order_ids")
    def _compute_shipment(self):
        """What happened to the case's deliveries and what was promised of its orders."""
        for case in self:
            pickings = case.picking_ids or case.order_ids.picking_ids
            case.shipment_event_ids = pickings.shipment_event_ids
            case.promise_ids = self.env["logistics.promise"].search(
                [("order_id", "in", (case.order_ids | pickings.sale_id).ids)]
            )

    @api.depends("compensation_ids.state", "compensation_ids.amount_company")
    def _compute_compensation_amount(self):
        for case in self:
            approved = case.compensation_ids.filtered(lambda record: record.state in COUNTED)
            case.compensation_amount = sum(approved.mapped("amount_company"))

    @api.depends("recovery_ids.received_company")
    def _compute_recovered_amount(self):
        for case in self:
            case.recovered_amount = sum(case.recovery_ids.mapped("received_company"))

    @api.depends("letter_ids.state")
    def _compute_result_state(self):
        for case in self:
            case.result_state = case.letter_ids.sorted("id")[-1:].state

    # === CRUD METHODS ===#

    @api.model
    def _get_reactions(self):
        return [*super()._get_reactions(), ("_ensure_nothing_decided", {OTHER_CUSTOMER})]

    def _check_change(self, vals):
        result = super()._check_change(vals)
        self._check_outside_since(fields.Date.to_date(vals.get("external_on")))
        closed = self.filtered(
            lambda case: case.phase == CLOSED and vals.get("kind", case.kind) != case.kind
        )
        if closed:
            raise UserError(
                self.env._("%s is closed. Reopen it to make another kind of it.", closed[0].number)
            )
        return result

    def _check_outside_since(self, day):
        # a history is loaded as it was
        for case in self.browse() if self.env.su or not day else self:
            if day > case.company_id._get_logistics_today():
                raise ValidationError(
                    self.env._("%s: it is not outside before the customer went there.", case.number)
                )

    @api.constrains("category_id", "cause_id", "party_id", "resolution_ids")
    def _check_closed_complete(self):
        """What a case needed to be closed stays with it as long as it is closed.

        Managers complete step by step what they took over as closed.
        """
        if self.env.user.has_group("logistics_customer_service.group_manager"):
            return
        self._refuse_incomplete(
            self.filtered(lambda case: case.phase == CLOSED and case.closed_at)
        )

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "compensation_amount",
            "recovered_amount",
            "result_told_at",
            "result_state",
        }

    def _ensure_nothing_decided(self):
        """What was decided for a customer stays that customer's.

        Authority counts what a customer was given; whoever could hand a case to another customer
        afterwards could begin counting anew.
        """
        # also decisions that the user may not see
        decided = (
            self.env["logistics.compensation"]
            .sudo()
            .search(
                [("complaint_id", "in", self.ids), ("state", "in", [PROPOSED, *COUNTED])], limit=1
            )
        )
        if decided:
            raise UserError(
                self.env._(
                    "%s has compensations that are proposed or approved: its customer and "
                    "company stay as they are.",
                    decided.complaint_id.number,
                )
            )

    # === BUSINESS METHODS ===#

    @api.model
    def _get_phase_steps(self):
        return [
            "_check_closing_gate",
            *super()._get_phase_steps(),
            "_plan_callback_when_closed",
            "_end_letters_when_cancelled",
        ]

    def _end_letters_when_cancelled(self, old, new):
        """Of a case that is cancelled, or merged into another, no result can be answered."""
        if new == CANCELLED:
            # agents may cancel cases whose letters others wrote
            self.sudo().letter_ids._end()

    def _is_past_first_level(self):
        """Tell whether the customer refused our first word; of no case nobody did."""
        return self.resolution_level not in ("first", False)

    def _get_outside(self):
        """Return the body to which the customer can turn after our last word, and how."""
        self.ensure_one()
        company = self.company_id
        named = self.external_body
        if named and named != company.logistics_external_body:
            return named, False  # how the company reaches another body is not how this one is
        return company.logistics_external_body, company.logistics_external_how

    def _plan_callback_when_closed(self, old, new):
        if new == CLOSED:
            self._plan_callback()

    def _check_closing_gate(self, old, new):
        """Refuse to close what is not done. Managers may take over cases closed elsewhere."""
        manager = "logistics_customer_service.group_manager"
        if new == CLOSED and (old or not self.env.user.has_group(manager)):
            self._refuse_incomplete(self)

    @api.model
    def _refuse_incomplete(self, cases):
        for case in cases:
            missing = case._get_missing_to_close()
            if missing:
                raise UserError(
                    self.env._(
                        "%(case)s cannot be closed yet. Missing: %(missing)s.",
                        case=case.number,
                        missing=", ".join(missing),
                    )
                )

    def _get_missing_to_close(self):
        """Return what the company wants to know before this case is closed, as labels.

        A question or a suggestion has no cause and nobody to answer for it.
        """
        self.ensure_one()
        company = self.company_id
        needs = [
            (company.logistics_close_category, "category_id"),
            (company.logistics_answer_to_close, "first_reply_at"),
        ]
        if self.kind in ("complaint", "claim"):
            needs += [
                (company.logistics_close_cause, "cause_id"),
                (company.logistics_close_party, "party_id"),
                (company.logistics_close_resolution, "resolution_ids"),
                (company.logistics_close_told, "result_told_at"),
            ]
        missing = [name for needed, name in needs if needed and not self[name]]
        if self.letter_ids.filtered(lambda letter: letter.state == SENDING):
            # written it is; should it not arrive, the clocks run on and somebody sees to it
            missing = [name for name in missing if name != "result_told_at"]
        labels = missing and self.fields_get(missing, ["string"])
        return [labels[name]["string"] for name in missing]

    def _plan_callback(self):
        """Plan the callbacks that tiers or severity ask for, by a write for each company."""
        asking = self.filtered(lambda case: not case.callback_on and case._needs_callback())
        for company, cases in asking.grouped("company_id").items():
            days = timedelta(days=company.logistics_callback_days)
            cases.callback_on = company._get_logistics_today() + days

    def _needs_callback(self):
        ranks = [severity for severity, _label in SEVERITIES]
        threshold = self.company_id.logistics_callback_severity
        severe = (
            threshold and self.severity and ranks.index(self.severity) >= ranks.index(threshold)
        )
        return self.kind in ("complaint", "claim") and bool(severe or self.tier_id.follow_up_case)

    def _note_result_written(self, letter):
        """The agent wrote the result: an answer, as long as it may arrive."""
        self._note_reply(letter.written_at, letter.message_id)
        self.filtered("customer_answered").customer_answered = False

    def _note_result_told(self, letter):
        """Keep when the customer was told, whichever way it went."""
        self._note_course({"result_told_at": letter.told_at})
        if letter.told_by_channel != "mail":
            self._note_reply(letter.told_at)
            self.filtered("customer_answered").customer_answered = False
        if self.phase in (RESOLVED, CLOSED):
            self._get_clocks(STATUTORY)._note(clocks.STOPPED, letter.written_at or letter.told_at)
            self._freeze_stopped()
            self._read_clocks()

    def _note_arrived(self, message, at):
        result = super()._note_arrived(message, at)
        self._get_letters(message)._note_told(at)
        return result

    def _note_not_arrived(self, message, text):
        result = super()._note_not_arrived(message, text)
        for letter in self._get_letters(message):
            letter._note_undelivered(text)
        return result

    def _get_undelivered_name(self, message):
        if self._get_letters(message):
            return self.env._("The result letter did not arrive")
        return super()._get_undelivered_name(message)

    @api.model
    def _get_customer_turn_domain(self):
        """Return which cases wait for their customer: an answer we asked for, or that to a result."""
        # customers may not read the letters, but that one of their own waits they are told
        letters = self.env["logistics.result.letter"].sudo()
        asked = letters._search([("state", "in", (SENDING, UNDELIVERED, TOLD))])
        answer = Domain("phase", "=", WAITING_CUSTOMER)
        return answer | Domain("id", "in", asked.subselect("complaint_id"))

    @api.model
    def _get_letters(self, message):
        """Return the letter that went out with a message; its case may be merged by now."""
        # whoever writes to a customer need not see all letters
        return self.env["logistics.result.letter"].sudo().search([("message_id", "=", message.id)])

    def _take_result_back(self, reason):
        """A letter did not arrive: as long as no other one did, the customer was not told.

        The law wants the matter handled and the customer told: its time runs on, closed or not.
        """
        told = self.letter_ids.filtered("told_at").sorted("told_at")[-1:]
        self._note_course({"result_told_at": told.told_at})
        if told or self.letter_ids.filtered(lambda letter: letter.state == SENDING):
            return
        # as in _start_external
        events = self.env["logistics.clock.event"].sudo().search(
            [
                ("clock_id.complaint_id", "=", self.id),
                ("clock_id.target", "=", STATUTORY),
                ("kind", "=", clocks.STOPPED),
                ("voided_at", "=", False),
            ]
        )
        self._void_stops(events, reason)

    def _take_refusal(self, letter):
        """Bring a case whose result the customer refused to the next level.

        It goes outside where the case says to which body the customer went, and since when.

        What was merged meanwhile is refused where it is dealt with.
        """
        for case in self:
            kept = case._get_kept()
            if kept.phase in (RESOLVED, CLOSED, CANCELLED):
                # an answer to a result counts, however late it is noted
                kept.sudo()._move_to_phase(WORKING)
            if kept.resolution_level == "next" and not (kept.external_body and kept.external_on):
                # outside it is when the customer went there, not when we were refused again
                kept._ask_to_decide("logistics_customer_service.group_manager")
            else:
                kept._step_up()

    def _step_up(self):
        if self.resolution_level == "first":
            self._note_course({"resolution_level": "next"})
            self._ask_to_decide("logistics_customer_service.group_supervisor")
        elif self.resolution_level == "next":
            self._note_course(
                {
                    "resolution_level": "external",
                    "external_on": self.external_on or self.company_id._get_logistics_today(),
                }
            )
            self._ask_to_decide("logistics_customer_service.group_manager")

    def _ask_to_decide(self, group):
        """Ask the team's leader, or somebody of a group, to look at the case."""
        group = self.env.ref(group)
        # the link's visitor and the agent need not read other users' groups
        people = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", group.id),
                    ("company_ids", "in", self.company_id.id),
                    ("share", "=", False),
                ]
            )
        )
        leader = self.team_id.user_id
        asked = leader if leader in people else people[:1]
        if asked:
            self.activity_schedule(
                "logistics_customer_service.activity_result_refused", user_id=asked.id
            )

    # === ACTION METHODS ===#

    def action_step_up(self):
        """Ask why, and what shows it, as when the customer refuses the result on the phone."""
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_complaint_step_up_action"
        )
        return {**action, "context": {"default_complaint_id": self.id}}

    def action_write_letter(self):
        """Open a new letter with what is known."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_result_letter_action"
        )
        found = "" if is_html_empty(self.findings_told) else self.findings_told
        return {
            **action,
            "views": [(False, "form")],
            "context": {"default_complaint_id": self.id, "default_found": found},
        }

    def action_new_compensation(self):
        """Open a new compensation for the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_compensation_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "context": {"default_complaint_id": self.id},
        }

    @api.constrains("external_on", "external_answered_on")
    def _check_external_days(self):
        for case in self.filtered("external_answered_on"):
            if case.external_on and case.external_answered_on < case.external_on:
                raise ValidationError(
                    self.env._("%s: nobody answers before having been asked.", case.number)
                )

    # === BUSINESS METHODS ===#

    def _start_external(self):
        """Start the clock of cases that are outside and have none."""
        # the clock is written in the name of whoever works on a case
        had = self.env["logistics.clock"].sudo().search(
            [
                ("complaint_id", "in", self.ids),
                ("target", "=", EXTERNAL),
                ("state", "!=", clocks.CANCELLED),
            ]
        )
        outside = self.filtered(
            lambda case: case.resolution_level == "external"
            and case.phase not in (CLOSED, CANCELLED)
            and case not in had.complaint_id
        )
        now = fields.Datetime.now()
        starts = {case: case._get_external_instant(case.external_on, now) for case in outside}
        outside._start_target(EXTERNAL, starts, read=False)

    def _follow_external_dates(self):
        """Let the clocks say what the dates of the case say; what is frozen stays."""
        self._start_external()
        self.filtered(lambda case: case.phase in OPEN_PHASES)._pause_clocks(fields.Datetime.now())
        # as in _start_external
        own = self.env["logistics.clock"].sudo().search(
            [
                ("complaint_id", "in", self.ids),
                ("target", "=", EXTERNAL),
                ("state", "!=", clocks.CANCELLED),
                ("frozen", "=", False),
            ]
        )
        for clock in own:
            clock.complaint_id._set_external_start(clock)
            clock.complaint_id._set_external_stop(clock)
        self._read_clocks()

    def _set_external_start(self, clock):
        """Let a clock count from the day on which the case went outside."""
        start = self._get_external_instant(self.external_on, clock.started_at)
        if clock.started_at != start:
            clock.started_at = start

    def _set_external_stop(self, clock):
        """Stop a clock on the day of the answer.

        A day noted by mistake is no event of the ledger: the chatter keeps it.
        """
        zone = self.company_id._get_logistics_tz()
        stops = clock.event_ids.filtered(lambda event: event.kind == clocks.STOPPED)
        days = [local_date(stop.happened_at, zone) for stop in stops]
        if days == [self.external_answered_on] or not (days or self.external_answered_on):
            return
        stops.unlink()
        if self.external_answered_on:
            at = self._get_external_instant(self.external_answered_on, fields.Datetime.now())
            clock._note(clocks.STOPPED, at, self.external_body)

    def _get_external_instant(self, day, known):
        """Return the instant that stands for a day.

        :param day: date in the company's time zone, or none
        :param known: naive UTC instant that is taken if it lies on the day
        """
        self.ensure_one()
        zone = self.company_id._get_logistics_tz()
        if not day or local_date(known, zone) == day:
            return known
        return local_midnight(day, zone)
