from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.contact import reach
from ....tools.shipment.moments import NEW
from ...customer.logistics_consent import PHONE

PLANNED, IN_CALL, DONE, NO_ANSWER = "planned", "in_call", "done", "no_answer"
POSTPONED, REFUSED, WRONG_NUMBER = "postponed", "refused", "wrong_number"
CANCELLED = "cancelled"
# to be called; one that was not answered only while another attempt is planned
WAITING = (PLANNED, POSTPONED, NO_ANSWER)
FINAL = (DONE, REFUSED, WRONG_NUMBER, CANCELLED)
# earlier calls that are shown
SHOWN = 10
# who lives where nobody said otherwise is called in office hours
OFFICE_HOURS = (frozenset(range(5)), 9.0, 18.0)


class LogisticsCallback(models.Model):
    """A call that a customer is owed: to whom, why, until when, and what came of it."""

    _name = "logistics.callback"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.reaction.mixin",
        "logistics.course.mixin",
        "logistics.contact.document.mixin",
        "logistics.told.mixin",
    ]
    _description = "Callback"
    _order = "priority desc, due_at, id"
    _answers_open_cases = True  # to the mail that is written when nobody was reached

    partner_id = fields.Many2one(check_company=True)
    tier_id = fields.Many2one(related="profile_id.tier_id")
    tier_color = fields.Integer(related="tier_id.color", string="Tier Colour")
    phone = fields.Char(
        string="Phone",
        compute="_compute_phone",
        store=True,
        readonly=False,
        precompute=True,
    )
    purpose_id = fields.Many2one(
        "logistics.callback.purpose",
        string="Call Purpose",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    reason = fields.Char(string="Reason", help="In a few words, for who calls.")
    script = fields.Html(related="purpose_id.script")
    survey_policy_id = fields.Many2one(
        "logistics.survey.policy",
        string="Questionnaire",
        compute="_compute_survey_policy_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        help="The agent fills it in with the customer on the telephone.",
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    feedback_id = fields.Many2one(
        "logistics.feedback", index="btree_not_null", check_company=True, ondelete="set null"
    )
    promised_date = fields.Datetime(related="picking_id.shipment_promised_at", string="Promised")
    shipment_state = fields.Selection(related="picking_id.shipment_state")
    open_complaint_count = fields.Integer(related="profile_id.open_complaint_count")
    history_ids = fields.Many2many(
        "logistics.callback", string="Earlier Calls", compute="_compute_history_ids"
    )
    policy_id = fields.Many2one(
        "logistics.callback.policy", index="btree_not_null", readonly=True, ondelete="set null"
    )
    occasion = fields.Char(readonly=True, copy=False, help="What the policy made it for.")
    origin = fields.Selection(
        selection="_get_origins", compute="_compute_origin", store=True, precompute=True
    )
    priority = fields.Selection(
        selection="_get_priorities",
        compute="_compute_priority",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        tracking=True,
    )
    user_id = fields.Many2one(string="Agent", help="Empty: whoever is free calls.")
    previous_user_id = fields.Many2one(
        "res.users",
        string="Agent Before",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Whose it was when it was taken; a call that nobody ends goes back there.",
    )
    is_agent_away = fields.Boolean(
        string="Agent Away", compute="_compute_is_agent_away", search="_search_is_agent_away"
    )

    # --- when
    call_from = fields.Datetime(
        string="Not Before", required=True, default=fields.Datetime.now, tracking=True
    )
    due_at = fields.Datetime(
        string="Until",
        compute="_compute_due_at",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        tracking=True,
    )
    next_at = fields.Datetime(
        string="Next Call",
        readonly=True,
        copy=False,
        help="From when the customer may be called, within the customer's own hours. "
        "Empty: nobody calls any more.",
    )

    # --- its course
    state = fields.Selection(
        selection="_get_states",
        required=True,
        readonly=True,
        default=PLANNED,
        index=True,
        copy=False,
        tracking=True,
    )
    taken_at = fields.Datetime(string="Call Begun", readonly=True, copy=False)
    main_id = fields.Many2one(
        "logistics.callback",
        string="Joined With",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The same call serves both.",
    )
    joined_ids = fields.One2many("logistics.callback", "main_id", string="In the Same Call")
    attempt_ids = fields.One2many(
        "logistics.callback.attempt", "callback_id", string="Attempts", readonly=True
    )
    attempt_count = fields.Integer(
        string="Number of Attempts", compute="_compute_attempt_count", store=True
    )
    outcome = fields.Selection(
        [
            ("satisfied", "Satisfied"),
            ("case", "Case opened"),
            ("order", "Order won"),
            ("saved", "Customer kept"),
            ("other", "Other"),
        ],
        tracking=True,
        copy=False,
    )
    note = fields.Text(string="Said on the Phone", copy=False)
    ended_at = fields.Datetime(string="Ended", readonly=True, copy=False)
    escalated_at = fields.Datetime(string="Escalated", readonly=True, copy=False)
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")

    _once_per_occasion = models.UniqueIndex(
        "(policy_id, occasion) WHERE policy_id IS NOT NULL",
        "The policy has planned this callback already.",
    )
    # two ways to the next call: where few are due by the time, where many are by their order
    _queue_idx = models.Index(
        "(company_id, next_at) WHERE next_at IS NOT NULL AND main_id IS NULL"
    )
    _order_idx = models.Index(
        "(company_id, COALESCE(user_id, 0), priority DESC, due_at, id, next_at)"
        " WHERE next_at IS NOT NULL AND main_id IS NULL"
    )

    # === SELECTION METHODS ===#

    @api.model
    def _get_priorities(self):
        return [
            ("0", self.env._("Low")),
            ("1", self.env._("Normal")),
            ("2", self.env._("High")),
            ("3", self.env._("Urgent")),
        ]

    @api.model
    def _get_states(self):
        return [(PLANNED, self.env._("Planned")), (IN_CALL, self.env._("In Call"))] + (
            self._get_results()
        )

    @api.model
    def _get_results(self):
        return [
            (DONE, self.env._("Done")),
            (NO_ANSWER, self.env._("Nobody Answered")),
            (POSTPONED, self.env._("Postponed")),
            (REFUSED, self.env._("Refused")),
            (WRONG_NUMBER, self.env._("Wrong Number")),
            (CANCELLED, self.env._("Cancelled")),
        ]

    @api.model
    def _get_origins(self):
        return [
            ("delivery", self.env._("Delivery")),
            ("case", self.env._("Case")),
            ("feedback", self.env._("Answer")),
            ("policy", self.env._("Policy")),
            ("manual", self.env._("By Hand")),
        ]

    # === COMPUTE METHODS ===#

    @api.depends("partner_id", "purpose_id")
    def _compute_display_name(self):
        for callback in self:
            callback.display_name = " · ".join(
                filter(None, [callback.partner_id.display_name, callback.purpose_id.name])
            )

    @api.model
    def _get_profiles_to_show(self):
        # what a customer refused holds when the profile is archived, too
        return super()._get_profiles_to_show().with_context(active_test=False)

    @api.depends("partner_id")
    def _compute_phone(self):
        for callback in self:
            person = callback.partner_id
            callback.phone = person.phone or person.commercial_partner_id.phone

    @api.depends("purpose_id", "company_id")
    def _compute_survey_policy_id(self):
        for callback in self:
            policy = callback.purpose_id.survey_policy_id
            of_company = policy.company_id in (callback.company_id, policy.company_id.browse())
            callback.survey_policy_id = policy if of_company else False

    @api.depends("feedback_id", "complaint_id", "picking_id", "policy_id")
    def _compute_origin(self):
        """What a policy made about a delivery comes from the delivery."""
        for callback in self:
            origins = {
                "feedback": callback.feedback_id,
                "case": callback.complaint_id,
                "delivery": callback.picking_id,
                "policy": callback.policy_id,
            }
            callback.origin = next((name for name in origins if origins[name]), "manual")

    @api.depends("purpose_id")
    def _compute_priority(self):
        for callback in self:
            callback.priority = callback.purpose_id.priority or "1"

    @api.depends("call_from", "purpose_id")
    def _compute_due_at(self):
        for callback in self:
            days = timedelta(days=callback.purpose_id.window_days or 1)
            callback.due_at = (callback.call_from or fields.Datetime.now()) + days

    @api.depends("attempt_ids")
    def _compute_attempt_count(self):
        counts = dict(
            self.env["logistics.callback.attempt"]._read_group(
                [("callback_id", "in", self.ids)], ["callback_id"], ["__count"]
            )
        )
        for callback in self:
            callback.attempt_count = counts.get(callback, 0)

    @api.depends("customer_id", "company_id")
    def _compute_history_ids(self):
        """The last calls of the customer, for who calls next."""
        ended = self.search(
            [
                ("customer_id", "in", self.customer_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("ended_at", "!=", False),
                ("state", "!=", CANCELLED),
            ],
            order="ended_at desc",
            limit=SHOWN * len(self),
        )
        for callback in self:
            callback.history_ids = ended.filtered(
                lambda other, callback=callback: (
                    other != callback._origin
                    and other.customer_id == callback.customer_id
                    and other.company_id == callback.company_id
                )
            )[:SHOWN]

    @api.depends("due_at", "state", "next_at")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for callback in self:
            waiting = callback.next_at or callback.state == IN_CALL
            waiting = waiting and not callback.waiting_case_id
            callback.is_overdue = bool(waiting and callback.due_at < now)

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = (
            Domain("next_at", "!=", False)
            & Domain("due_at", "<", fields.Datetime.now())
            & Domain("waiting_case_id", "=", False)
        )
        return overdue if True in value else ~overdue

    @api.depends("user_id")
    def _compute_is_agent_away(self):
        away = self._get_away(self.user_id)
        for callback in self:
            callback.is_agent_away = callback.user_id in away

    @api.model
    def _search_is_agent_away(self, operator, value):
        if operator != "in":
            return NotImplemented
        away = [("user_id", "in", self._get_away(self._get_assigned()).ids)]
        return away if True in value else ["!", *away]

    @api.model
    def _get_assigned(self):
        """Return the people who have calls to make: one look-up in an index for each of them."""
        self.flush_model(["company_id", "user_id", "next_at", "main_id"])
        following = SQL(
            """(SELECT COALESCE(user_id, 0) FROM logistics_callback
                 WHERE company_id = company AND COALESCE(user_id, 0) > agent
                   AND next_at IS NOT NULL AND main_id IS NULL
                 ORDER BY COALESCE(user_id, 0) LIMIT 1)"""
        )
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE assigned(company, agent) AS (
                       SELECT company, 0 FROM unnest(%(companies)s) company
                        UNION ALL
                       SELECT company, %(following)s FROM assigned WHERE agent IS NOT NULL)
                   SELECT DISTINCT agent FROM assigned WHERE agent > 0""",
                companies=self.env.companies.ids,
                following=following,
            )
        )
        return self.env["res.users"].browse(user_id for (user_id,) in rows)

    @api.model
    def _get_away(self, people):
        """Return those of some people who make no calls now: on leave, or with us no more."""
        # colleagues' groups and leaves are not the agent's to read
        people = people.sudo()
        agents = self.env.ref("logistics_customer_service.group_agent")
        there = people.filtered(lambda user: user.active and agents in user.all_group_ids)
        absent = self.env["logistics.service.team"].sudo()._get_absent(there)
        return (people - there | absent).sudo(self.env.su)

    def _get_hours(self):
        """Return when the customer wants to be called; who has not said, in office hours."""
        profile = self.profile_id
        if not profile:
            return reach.Hours(*OFFICE_HOURS, self.company_id._get_logistics_tz())
        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        return reach.Hours(
            frozenset(number for number, day in enumerate(days) if profile[day]) or OFFICE_HOURS[0],
            profile.contact_hour_from,
            profile.contact_hour_to,
            profile.contact_tz or self.company_id._get_logistics_tz(),
        )

    # === CONSTRAINT METHODS ===#

    @api.constrains("call_from", "due_at")
    def _check_window(self):
        for callback in self:
            if callback.due_at <= callback.call_from:
                raise ValidationError(
                    self.env._("A callback is done after it may begin: check “Until”.")
                )

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        """Callbacks begin planned, whatever an import says; nobody is called who refused."""
        callbacks = super().create(vals_list)
        callbacks._react({NEW})
        return callbacks

    def write(self, vals):
        result = super().write(vals)
        self._react(vals)
        return result

    @api.model
    def _get_reactions(self):
        """What follows from new callbacks and from what is written."""
        return [
            ("_cancel_unwanted", {NEW}),
            ("_plan_first", {NEW, "call_from", "partner_id"}),
            ("_give_to_dedicated_agents", {NEW}),
        ]

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "state",
            "taken_at",
            "next_at",
            "main_id",
            "attempt_ids",
            "ended_at",
            "escalated_at",
            "policy_id",
            "occasion",
            "previous_user_id",
            # follow from the person: another customer's would bring another's consent along
            "customer_id",
            "profile_id",
            "origin",
            "attempt_count",
        }

    @api.model
    def _get_course_error(self, labels):
        return UserError(
            self.env._("The result of a call is noted with the buttons of the callback.")
        )

    def _plan_first(self):
        """Have customers called from the first of their hours on in which they may be."""
        waiting = self.filtered(lambda callback: callback._is_waiting())
        waiting._plan_from({callback: callback.call_from for callback in waiting})

    def _is_waiting(self):
        """Tell whether somebody will call; whom nobody reached, while there is another attempt."""
        return self.state in (PLANNED, POSTPONED) or self.state == NO_ANSWER and bool(self.next_at)

    def _plan_from(self, starts):
        """Have these customers called from given instants on, within their hours.

        :param starts: naive UTC instant by callback
        """
        first = {
            callback: reach.next_opening(starts[callback], callback._get_hours())
            for callback in self
        }
        for next_at, callbacks in self.grouped(first.get).items():
            callbacks._note_course({"next_at": next_at})

    def _follow_profile(self):
        """Take up the profile that the customer has by now, with its hours and its agent."""
        self.sudo()._compute_profile_id()  # see write: nobody chooses it
        waiting = self.filtered("next_at")
        waiting._plan_from({callback: callback.next_at for callback in waiting})
        waiting._give_to_dedicated_agents()

    # === BUSINESS METHODS ===#

    def _cancel_unwanted(self, objections=None):
        """Cancel calls to customers who do not want them, saying why; return the others.

        :param objections: what :meth:`_get_objections` returned a moment ago
        """
        objections = self._get_objections() if objections is None else objections
        cancelled = {"state": CANCELLED, "next_at": False, "ended_at": fields.Datetime.now()}
        for objection, callbacks in self.grouped(objections.get).items():
            if objection:
                callbacks._note_course(cancelled)
                for callback in callbacks:
                    callback._message_log(body=objection)
        return self.filtered(lambda callback: not objections[callback])

    def _get_objections(self):
        """Return callback → why the customer must not be called, or an empty string."""
        numbers = {
            callback: callback.phone and callback.partner_id._phone_format(number=callback.phone)
            for callback in self
        }
        # the list of numbers is the administrator's; agents have to keep to it
        blacklist = self.env["phone.blacklist"].sudo()
        known = blacklist.search([("number", "in", [*filter(None, numbers.values())])])
        blocked = set(known.mapped("number"))
        return {
            callback: callback._get_objection(number in blocked)
            for callback, number in numbers.items()
        }

    def _get_objection(self, is_blocked):
        """Return why the customer must not be called for the purpose, or an empty string.

        :param is_blocked: whether the number is on the list of numbers not to be called
        """
        consent = self.purpose_id.consent_purpose_id
        if not self.profile_id._agrees(consent, self.partner_id, PHONE):
            return self.env._("Not called: the customer did not agree to “%s”.", consent.name)
        if is_blocked:
            return self.env._("Not called: the number is on the list of numbers not to be called.")
        return ""

    def _give_to_dedicated_agents(self):
        """A customer's own agent calls, unless away."""
        free = self.filtered(lambda callback: not callback.user_id and callback.next_at)
        agents = free.profile_id.agent_id
        present = agents - self._get_away(agents)
        for agent, callbacks in free.grouped(lambda callback: callback.profile_id.agent_id).items():
            if agent in present:
                callbacks.user_id = agent

    def _note_course(self, vals):
        # who may was checked by the button
        return super(LogisticsCallback, self.sudo())._note_course(vals)
