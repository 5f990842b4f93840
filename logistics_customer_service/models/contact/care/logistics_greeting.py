import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_date

from ....tools.foundation.foresight import HELD_BACK, Fate
from ....tools.foundation.parts import of_part
from ....tools.foundation.periods import local_date
from ...complaint.logistics_complaint_category import SEVERITIES
from ...complaint.logistics_complaint_stage import CANCELLED, CLOSED
from ...foundation.isolation import isolate
from ...foundation.logistics_sending_mixin import keep_rows
from .logistics_care_occasion import CALL, GIFT, SEND

_logger = logging.getLogger(__name__)

PURPOSE = "care"
WEIGHTS = {severity: weight for weight, (severity, _label) in enumerate(SEVERITIES)}


class LogisticsGreeting(models.Model):
    """That a person is greeted on one occasion, or why not; never twice.

    Planned a month ahead, as an intention; a scheduled action decides on the day, writes mail or SMS
    into Odoo's queue or plans a call for an agent.
    """

    _name = "logistics.greeting"
    _inherit = ["logistics.sending.text.mixin", "logistics.secret.mixin"]
    _description = "Greeting"
    _order = "planned_at desc, id desc"

    _sending_cron = "logistics_customer_service.ir_cron_send_greetings"
    _sending_purpose = PURPOSE
    _refuse_path = "/g"
    _link_paths = (_refuse_path,)
    _sending_layout = "logistics_customer_service.greeting_mail_layout"
    _sending_batch_parameter = "logistics_customer_service.greeting_batch_size"

    # greetings are planned by the thousand in one query; whoever is greeted gets a token
    handle = fields.Char(required=False)

    occasion_id = fields.Many2one(
        "logistics.care.occasion", required=True, index=True, readonly=True, ondelete="restrict"
    )
    kind = fields.Selection(
        selection=lambda self: self._get_selection("kind"), required=True, readonly=True, index=True
    )
    action = fields.Selection(
        selection=lambda self: self._get_selection("action"),
        string="How",
        required=True,
        readonly=True,
        default=SEND,
    )
    partner_id = fields.Many2one(string="Person", required=True)
    customer_id = fields.Many2one(
        "res.partner", string="Customer", index=True, readonly=True, ondelete="cascade"
    )
    profile_id = fields.Many2one(
        "logistics.profile", index="btree_not_null", readonly=True, ondelete="set null"
    )
    tier_id = fields.Many2one(
        "logistics.tier", string="Tier Then", readonly=True, ondelete="set null"
    )
    day = fields.Date(required=True, readonly=True, index=True, help="The day of the occasion.")
    turn = fields.Char(
        required=True,
        readonly=True,
        help="Which year's occasion, in a word for programs; unique for person and occasion.",
    )
    years = fields.Integer(readonly=True, aggregator=None, help="How many years, where it counts.")
    day_id = fields.Many2one(
        "logistics.care.day",
        string="Day of the Holiday",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )

    # --- its course
    planned_at = fields.Datetime(string="Planned For", required=True, readonly=True, index=True)
    state = fields.Selection(
        selection_add=[("sent",), ("handed", "With an Agent"), ("failed",)],
        ondelete={"handed": keep_rows},
        index=True,
    )
    reason = fields.Selection(
        selection_add=[
            ("no_consent", "Customer has not agreed"),
            ("refused", "Customer refused greetings"),
            ("severe_case", "Serious case open"),
            ("bereavement", "Bereavement"),
            ("budget", "Enough contacts"),
            ("too_old", "Too late"),
            ("archived", "Archived"),
            ("held_back", "Held back by staff"),
            ("switched_off", "Switched off"),
        ]
    )
    channel = fields.Selection(selection_add=[(CALL, "Call"), (GIFT, "Gift")])
    sms_ids = fields.One2many(inverse_name="greeting_id")
    callback_id = fields.Many2one(
        "logistics.callback",
        string="Callback",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )

    # --- for the texts, in the customer's language
    holiday_name = fields.Char(string="Holiday", compute="_compute_texts")
    day_text = fields.Char(string="Day in Words", compute="_compute_texts")

    _once = models.UniqueIndex(
        "(occasion_id, company_id, partner_id, turn)", "This person is greeted already."
    )
    _due_idx = models.Index("(due_at, id) WHERE due_at IS NOT NULL")

    @api.model
    def _get_selection(self, name):
        return self.env["logistics.care.occasion"]._fields[name]._description_selection(self.env)

    # === COMPUTE METHODS ===#

    @api.depends("partner_id", "occasion_id")
    def _compute_display_name(self):
        for greeting in self:
            parts = (greeting.partner_id.name, greeting.occasion_id.name)
            greeting.display_name = " · ".join(filter(None, parts))

    @api.depends("day", "day_id", "lang")
    @api.depends_context("template_preview_lang")
    def _compute_texts(self):
        for greeting in self:
            lang = greeting.lang
            greeting.holiday_name = greeting.day_id.holiday_id.with_context(lang=lang).name
            greeting.day_text = greeting.day and format_date(
                self.env, greeting.day, lang_code=lang
            )

    # === BUSINESS METHODS ===#

    @api.model
    def _plan(self, occasion, company, rows):
        """Plan greetings, each person and turn once.

        :param rows: dicts as the occasion's query returns them
        """

        def insert(part):
            return self._insert_new([self._prepare_row(occasion, company, row) for row in part])

        isolate(rows, insert, self._leave_out_row, self.env)
        self.env["logistics.profile"].invalidate_model(["greeting_count"], flush=False)
        self._wake_up(self._sending_cron)

    @api.model
    def _leave_out_row(self, rows, error):
        _logger.warning("Person %s is not greeted: %s", rows[0]["person_id"], error)

    @api.model
    def _prepare_row(self, occasion, company, row):
        """Return the columns of a new greeting."""
        planned_at = occasion._get_planned_time(
            row["day"], row["tz"], row["contact_hour_from"], row["contact_hour_to"]
        )
        return {
            "occasion_id": occasion.id,
            "kind": occasion.kind,
            "action": occasion.action,
            "company_id": company.id,
            "partner_id": row["person_id"],
            "customer_id": row["customer_id"],
            "profile_id": row["profile_id"],
            "tier_id": row["tier_id"],
            "day": row["day"],
            "turn": row["turn"],
            "years": row["years"] or 0,
            "day_id": row["day_id"],
            "planned_at": planned_at,
            "due_at": planned_at,
            "state": "waiting",
            "attempts": 0,
            "insisted": False,
        }

    @api.model
    def _forget_waiting(self, domain):
        """Drop what waits and was planned by dates or rules that have changed; plan anew."""
        waiting = self.search(Domain("state", "=", "waiting") & Domain(domain))
        waiting.filtered(lambda greeting: not greeting.insisted).unlink()
        self._wake_up("logistics_customer_service.ir_cron_plan_greetings")

    # === CRON METHODS ===#

    @api.model
    @of_part("care")
    def _cron_send_greetings(self):
        """Greet those whose time has come, batch by batch."""
        self._process_due()

    # === BUSINESS METHODS ===#

    def _get_rules(self, profiles):
        return {greeting: greeting.occasion_id for greeting in self}

    def _group_by_way(self, rules, profiles):
        """As inherited; what an agent does needs no address."""
        tasks = self.filtered(lambda greeting: greeting.action != SEND)
        written = super(LogisticsGreeting, self - tasks)._group_by_way(rules, profiles)
        return {**written, **tasks.grouped(lambda one: (one.occasion_id, one.action))}

    @api.model
    def _may_contact(self, records):
        """Calls keep to the budget when they are made."""
        written = records.filtered(lambda greeting: greeting.action == SEND)
        return records - written + super()._may_contact(written)

    def _get_reasons(self, profiles, rules):
        now = fields.Datetime.now()
        answers = self._get_answers(profiles)
        open_cases = self._get_open_cases()
        return {
            greeting: greeting._get_obstacle(now, profiles[greeting])
            or answers[greeting]
            or greeting._get_circumstance(open_cases)
            for greeting in self
        }

    def _get_obstacle(self, now, profile):
        """Return why there is nobody to greet any more, or None."""
        if not self.occasion_id.active or not self.company_id.logistics_care:
            return "switched_off"
        if not self.partner_id.active or not self.partner_id.commercial_partner_id.active:
            return "archived"
        if not profile or self._is_to_ourselves():
            return "not_customer"
        if self._is_too_old(now):
            return "too_old"
        return None

    def _is_too_old(self, now):
        """Tell whether its day is over for too long: days are the customer's, and count whole."""
        zone = self.tz or self.company_id._get_logistics_tz()
        last = local_date(self.planned_at, zone) + timedelta(days=self.occasion_id.late_days)
        return not self.insisted and local_date(self._get_age_moment(now), zone) > last

    def _get_answers(self, profiles):
        """Return for each greeting why the customer does not want it, or None."""
        # consents are the service's; whoever starts the sending need not see them
        purpose = self._get_purpose()
        return {greeting: greeting._get_answer(profiles[greeting], purpose) for greeting in self}

    def _get_answer(self, profile, purpose):
        if profile._refuses(PURPOSE, self.partner_id):
            return "refused"
        return None if profile._agrees(purpose, self.partner_id) else "no_consent"

    def _get_circumstance(self, open_cases):
        """Return what makes a greeting out of place now, or None.

        :param open_cases: the weight of the worst open case by company and customer
        """
        day = max(self.company_id._get_logistics_today(), self.planned_at.date())
        for partner in self.partner_id | self.partner_id.commercial_partner_id:
            if partner.bereaved_until and partner.bereaved_until >= day:
                return "bereavement"
        worst = open_cases.get((self.company_id, self.partner_id.commercial_partner_id), -1)
        return "severe_case" if worst >= WEIGHTS.get(self.occasion_id.severity, 0) else None

    def _get_open_cases(self):
        """Return the weight of the worst case that is not settled, by company and customer."""
        customers = self.partner_id.commercial_partner_id
        groups = self.env["logistics.complaint"]._read_group(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "in", self.company_id.ids),
                ("phase", "not in", (CLOSED, CANCELLED)),
            ],
            ["company_id", "partner_id", "severity"],
        )
        worst = {}
        for company, customer, severity in groups:
            key = company, customer
            worst[key] = max(worst.get(key, 0), WEIGHTS.get(severity, 0))
        return worst

    def _get_start(self, now, rule, profile):
        """As inherited; a customer may have hours of its own."""
        hours = profile.contact_hour_from, profile.contact_hour_to
        return rule._get_start(now, self._get_zone(profile), *hours)

    def _queue(self, rule, channel):
        if channel in (CALL, GIFT):
            return self._hand_over()
        return super()._queue(rule, channel)

    def _prepare_foresight(self):
        profiles = self._get_profiles()
        return self._get_reasons(profiles, self._get_rules(profiles))

    def _foresee(self, at, kind, known, take):
        if known[self]:
            return Fate(HELD_BACK, self._get_reason_label(known[self]))
        return super()._foresee(at, kind, known, take)

    def _hand_over(self):
        """Plan a callback for each of these greetings: an agent calls, or sees to a gift."""
        if not self:
            return
        purpose = self.env["logistics.callback.purpose"].search([("code", "=", PURPOSE)], limit=1)
        callbacks = self.env["logistics.callback"].create(
            [greeting._prepare_callback_vals(purpose) for greeting in self]
        )
        now = fields.Datetime.now()
        for greeting, callback in zip(self, callbacks, strict=True):
            greeting.write(
                {
                    "state": "handed",
                    "channel": greeting.action,
                    "callback_id": callback.id,
                    "sent_at": now,
                    "reason": False,
                    "due_at": False,
                }
            )

    def _prepare_callback_vals(self, purpose):
        kind = self.env._("Gift") if self.action == GIFT else self.env._("Greeting")
        parts = [self.occasion_id.name, format_date(self.env, self.day), self.occasion_id.task_note]
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "purpose_id": purpose.id,
            "reason": f"{kind}: " + " · ".join(filter(None, parts)),
            "call_from": fields.Datetime.now(),
        }

    def _is_open(self):
        """Tell whether the link lets somebody refuse greetings now."""
        return self._is_refusable()

    # === ACTION METHODS ===#

    def _ensure_agent(self):
        """Raise for people who are not customer service, or may not see these greetings."""
        if not self.env.user.has_group("logistics_customer_service.group_agent"):
            raise AccessError(self.env._("Only customer service greets customers."))
        self.check_access("read")

    def action_retry(self):
        """Send these greetings that failed or were held back, however late.

        What stands against them otherwise still does: a refusal, a bereavement, an open case.

        :raise AccessError: for people who are not customer service
        """
        self._ensure_agent()
        # agents ask; greetings are written by the program alone
        again = self.sudo().filtered(lambda one: one.state in ("failed", "suppressed"))
        again._start_anew()

    def action_hold_back(self):
        """Keep these greetings from going out: an agent knows what no rule does.

        :raise AccessError: for people who are not customer service
        """
        self._ensure_agent()
        # as in action_retry
        coming = self.sudo().filtered(lambda one: one.state in ("waiting", "failed"))
        coming._cancel_queued()
        coming._suppress("held_back")
