import logging
from datetime import datetime, timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ....tools.foundation import quiet_hours
from ....tools.foundation.parts import of_part
from ....tools.satisfaction import sampling

_logger = logging.getLogger(__name__)

MODULE = "logistics_customer_service"
DELIVERED, CASE_CLOSED, FIRST_ORDER, PERIODIC, MANUAL = (
    "delivered",
    "case_closed",
    "first_order",
    "periodic",
    "manual",
)
# the texts that a new policy starts with
TEXTS = {DELIVERED: "delivery", CASE_CLOSED: "case"}
DAYS_OF_MONTH = 30.4375
# a period that began when nobody was there to plan is still planned so many days later
CATCH_UP = 7


class LogisticsSurveyPolicy(models.Model):
    """Whom to ask, when, by which channel and what; and what becomes of a bad answer."""

    _name = "logistics.survey.policy"
    _inherit = ["logistics.sending.rule.mixin", "logistics.cached.mixin"]
    _description = "Survey Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="Every policy that fits an occasion plans a request; where they are due at the same "
        "time the first in the list asks, and the rest of the person stops the others.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: the policy of every company."
    )
    trigger = fields.Selection(
        [
            (DELIVERED, "Delivered"),
            (CASE_CLOSED, "Case closed"),
            (FIRST_ORDER, "Days after the first order"),
            (PERIODIC, "Periodically"),
            (MANUAL, "Asked by hand"),
        ],
        required=True,
        default=DELIVERED,
        help="Every active policy that fits an occasion plans a request of its own; how often a "
        "person is asked is up to the rest between two requests, over all policies.",
    )
    survey_id = fields.Many2one(
        "survey.survey",
        string="Questionnaire",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("survey_type", "=", "logistics")],
    )

    # --- whom
    tier_ids = fields.Many2many("logistics.tier", string="Tiers", help="Empty: all.")
    carrier_ids = fields.Many2many("delivery.carrier", string="Carriers", help="Empty: all.")
    warehouse_ids = fields.Many2many(
        "stock.warehouse", string="Warehouses", check_company=True, help="Empty: all."
    )
    category_ids = fields.Many2many(
        "logistics.complaint.category",
        string="Case Categories",
        help="Empty: all. A category stands for those below it, too.",
    )
    sampling = fields.Selection(
        [
            ("all", "Everybody"),
            ("share", "A share"),
            ("target", "Until enough answered"),
        ],
        required=True,
        default="all",
    )
    sample_share = fields.Float(
        string="Share",
        default=1.0,
        help="Of the occasions, drawn by chance, so many are asked of.",
    )
    target_answers = fields.Integer(
        string="Answers per Tier and Month",
        default=50,
        help="Nobody more is asked in a month once so many of the tier have answered, or will "
        "have by what usually comes back.",
    )

    # --- when
    delay_hours = fields.Float(string="Hours Later", default=2.0)
    assumed_days = fields.Integer(
        string="Taken for Delivered After (Days)",
        default=5,
        help="Goods that a carrier has of whom nothing is heard count as delivered so many days "
        "after they left. 0: without the carrier's or staff's word nobody is asked.",
    )
    first_order_days = fields.Integer(string="Days after the First Order", default=30)
    period_months = fields.Integer(
        string="Every (Months)",
        default=12,
        help="Customers who ordered in that time are asked once in it, spread over its days.",
    )
    send_from = fields.Float(
        string="Sent From",
        default=9.0,
        help="Hour of the day in the customer's time zone. The same hour twice: at any time.",
    )
    send_until = fields.Float(string="Sent Until", default=20.0)
    cooldown_days = fields.Integer(
        string="Rest (Days)",
        default=30,
        help="Nobody is asked again so soon after being asked, by whatever policy.",
    )
    reminder_days = fields.Integer(
        string="Reminder After (Days)", default=3, help="0: nobody is reminded."
    )
    expiry_days = fields.Integer(string="Link Valid (Days)", default=21)

    # --- how
    mail_template_id = fields.Many2one(
        domain="[('model', '=', 'logistics.survey.request')]",
        compute="_compute_templates",
        store=True,
        readonly=False,
        precompute=True,
    )
    sms_template_id = fields.Many2one(
        domain="[('model', '=', 'logistics.survey.request')]",
        compute="_compute_templates",
        store=True,
        readonly=False,
        precompute=True,
    )

    # --- what becomes of a bad answer
    low_score = fields.Integer(
        string="Low Score",
        default=2,
        help="An overall score of this or less starts work; 0: none.",
    )
    alarm_answer_ids = fields.Many2many(
        "survey.question.answer",
        "logistics_survey_policy_alarm_rel",
        string="Alarming Reasons",
        help="Whoever chooses one of these starts work, whatever the score.",
    )
    reaction = fields.Selection(
        selection=lambda self: self._get_reaction_kinds(), required=True, default="activity"
    )
    reaction_team_id = fields.Many2one(
        "logistics.service.team", string="Team of the Reaction", check_company=True
    )
    reaction_category_id = fields.Many2one(
        "logistics.complaint.category", string="Category of the Case", check_company=True
    )
    reaction_days = fields.Integer(string="Done Within (Days)", default=1)

    # --- how it goes
    request_count = fields.Integer(string="Requests", compute="_compute_counts")
    asked_count = fields.Integer(string="Asked", compute="_compute_counts")
    answered_count = fields.Integer(string="Answered", compute="_compute_counts")
    answer_share = fields.Float(
        string="Answered Share", compute="_compute_counts", help="Of those who were asked."
    )

    _check_hours = models.Constraint(
        "CHECK (send_from >= 0 AND send_from <= 24 AND send_until >= 0 AND send_until <= 24)",
        "Requests are sent between 0:00 and 24:00.",
    )
    _check_share = models.Constraint(
        "CHECK (sample_share > 0 AND sample_share <= 1)",
        "The share is more than nothing and at most the whole.",
    )
    _check_numbers = models.Constraint(
        "CHECK (delay_hours >= 0 AND assumed_days >= 0 AND first_order_days >= 0"
        " AND cooldown_days >= 0 AND reminder_days >= 0 AND expiry_days > 0"
        " AND period_months > 0 AND target_answers > 0)",
        "Days and hours are not negative; a link is valid for a day at least, a period has a month "
        "and a target an answer.",
    )

    def _get_reaction_kinds(self):
        return [
            ("none", self.env._("Nothing")),
            ("activity", self.env._("An activity")),
            ("case", self.env._("A case")),
        ]

    # === COMPUTE METHODS ===#

    @api.depends("trigger")
    def _compute_templates(self):
        for policy in self:
            name = TEXTS.get(policy.trigger, "relation")
            for way in ("mail", "sms"):
                text = self.env.ref(f"{MODULE}.survey_{way}_{name}", raise_if_not_found=False)
                policy[f"{way}_template_id"] = text or policy[f"{way}_template_id"]

    def _compute_counts(self):
        requests = self.env["logistics.survey.request"]
        mine = Domain("policy_id", "in", self.ids)
        counts = [
            dict(requests._read_group(mine & domain, ["policy_id"], ["__count"]))
            for domain in (
                Domain.TRUE,
                Domain("sent_at", "!=", False),
                Domain("answered_at", "!=", False),
                Domain("sent_at", "!=", False) & Domain("answered_at", "!=", False),
            )
        ]
        for policy in self:
            planned, asked, answered, both = (count.get(policy, 0) for count in counts)
            policy.request_count = planned
            policy.asked_count = asked
            policy.answered_count = answered
            policy.answer_share = both / (asked or 1)

    @api.constrains("survey_id")
    def _check_survey(self):
        for policy in self:
            if policy.survey_id.survey_type != "logistics":
                raise ValidationError(
                    self.env._(
                        "“%s” is no questionnaire of customer service.", policy.survey_id.title
                    )
                )

    # === BUSINESS METHODS ===#

    @api.model
    @tools.ormcache("company_id")
    def _get_covered_triggers(self, company_id):
        """Return the triggers of the active policies of a company."""
        # whoever delivers goods or closes a case need not see the policies
        policies = self.sudo().search_fetch([("company_id", "in", (company_id, False))], ["trigger"])
        return frozenset(policies.mapped("trigger"))

    @api.model
    def _find_for(self, record):
        """Return the active policies that ask about a delivery or a case, in their order.

        :param record: a transfer or a case; it need not be delivered or closed yet
        """
        fact = record.sudo()._prepare_survey_fact()  # portal users read neither tiers nor policies
        found = self.sudo()._search_fitting(fact["trigger"], [fact["company_id"]])
        [profile] = self.env["logistics.survey.request"]._find_profiles([fact])
        return found.filtered(
            lambda policy: policy._fits(fact, profile.tier_id, policy._get_wanted())
        )

    @api.model
    def _search_fitting(self, trigger, company_ids):
        companies = [*company_ids, False]
        # whoever looks at archived records still asks by policies in force
        return self.search(
            [("trigger", "=", trigger), ("company_id", "in", companies), ("active", "=", True)]
        )

    def _get_wanted(self):
        """Return what the policy asks about, as sets; an empty set lets everything through."""
        self.ensure_one()
        return {
            "carriers": set(self.carrier_ids.ids),
            "warehouses": set(self.warehouse_ids.ids),
            "categories": set(self.category_ids.ids),
            # tiers of two schemes with the same code are the same tier
            "tiers": set(self.tier_ids.mapped("code")),
        }

    def _fits(self, fact, tier, wanted):
        """Tell whether the policy asks about an occasion.

        :param fact: the occasion, see :meth:`LogisticsSurveyRequest._plan`
        :param tier: the customer's tier, or none
        :param wanted: what :meth:`_get_wanted` returns
        """
        if self.company_id and self.company_id.id != fact["company_id"]:
            return False
        if fact.get("assumed") and not self.assumed_days:
            return False
        held = {**fact["of"], "tiers": {tier.code}}
        return all(not wanted[name] or wanted[name] & held[name] for name in held)

    def _get_asking_time(self, fact):
        """Return the naive UTC instant from which an occasion is asked about."""
        days = self.assumed_days if fact.get("assumed") else 0
        return fact["occurred_at"] + timedelta(days=days, hours=self.delay_hours)

    def _get_start(self, now, zone):
        """Return the naive UTC instant from which the policy lets a customer be asked."""
        return quiet_hours.next_allowed(now, self.send_until, self.send_from, zone)

    def _draws(self, occasion):
        """Tell whether an occasion is in the sample."""
        if self.sampling != "share":
            return True
        return sampling.is_drawn(f"{self.id} {occasion}", self.sample_share)

    @api.model
    @of_part("surveys")
    def _cron_plan_requests(self):
        """Plan what the calendar brings, policy by policy and company by company."""
        cron = self.env["ir.cron"]
        rounds = self._get_rounds()
        cron._commit_progress(remaining=len(rounds))
        for policy, company in rounds:
            policy._plan_round_or_log(company)
            if not cron._commit_progress(1):
                return

    @api.model
    def _get_rounds(self):
        """Return pairs of policy and company that go by the calendar."""
        policies = self.search([("trigger", "in", (FIRST_ORDER, PERIODIC))])
        companies = self.env["res.company"].search([("logistics_survey", "=", True)])
        return [
            (policy, company)
            for policy in policies
            for company in (policy.company_id & companies if policy.company_id else companies)
        ]

    def _plan_round_or_log(self, company):
        """Plan what the policy asks in a company; one that cannot be read is not the others'."""
        try:
            with self.env.cr.savepoint():
                self._plan_round(company)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()  # tomorrow finds what today left out
        except Exception:  # whatever another addon's rule raises
            _logger.exception("Policy %s plans nothing in %s", self.id, company.name)
            self.env.invalidate_all(flush=False)

    def _plan_round(self, company):
        """Plan what the policy asks in a company today; the same day twice plans nothing new."""
        self.ensure_one()
        self.env.flush_all()
        facts = self._find_first_orders(company) if self.trigger == FIRST_ORDER else []
        if self.trigger == PERIODIC:
            facts = self._find_turns(company)
        self.env["logistics.survey.request"]._plan_by(self, facts)

    def _find_first_orders(self, company):
        """Return as occasions the first orders that are as old as the policy says."""
        later = timedelta(days=self.first_order_days)
        until = fields.Datetime.now() - later
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (p.id) p.partner_id, so.id, so.partner_id, so.warehouse_id,
                          so.date_order
                     FROM logistics_profile p
                     JOIN logistics_profile_fact f ON f.profile_id = p.id AND f.window_months = 0
                     JOIN res_partner person ON person.commercial_partner_id = p.partner_id
                     JOIN sale_order so ON so.partner_id = person.id
                      AND so.company_id = p.company_id AND so.state = 'sale'
                      AND so.date_order = f.first_order_at
                    WHERE p.company_id = %s AND p.active
                      AND f.first_order_at > %s AND f.first_order_at <= %s
                    ORDER BY p.id, so.id""",
                company.id,
                company._get_survey_limit(until),
                until,
            )
        )
        return [
            {
                "occasion": f"first:{company.id}:{customer_id}",
                "occurred_at": placed_at + later,
                "company_id": company.id,
                "partner_id": person_id,
                "order_id": order_id,
                "of": {"warehouses": {warehouse_id}},
            }
            for customer_id, order_id, person_id, warehouse_id, placed_at in rows
        ]

    def _find_turns(self, company):
        """Return as occasions the customers whose turn in the period has come these days.

        Each has a day of its own in the period, by chance but always the same, so that neither the
        service nor the figures get a year's answers in a week.
        """
        today = company._get_logistics_today()
        period = round(self.period_months * DAYS_OF_MONTH)
        rows = self.env.execute_query(
            SQL(
                """SELECT p.partner_id, (%(day)s + anchor) / %(period)s
                     FROM logistics_profile p
                     JOIN logistics_profile_fact f ON f.profile_id = p.id AND f.window_months = 0
                    CROSS JOIN LATERAL (
                          SELECT MOD((p.partner_id * 2654435761 & 4294967295) >> 8,
                                 %(period)s) AS anchor) place
                    WHERE p.company_id = %(company)s AND p.active AND f.last_order_at >= %(since)s
                      AND MOD(%(day)s + anchor, %(period)s) < %(catch_up)s""",
                day=today.toordinal(),
                period=period,
                company=company.id,
                since=datetime.combine(today, datetime.min.time()) - timedelta(days=period),
                catch_up=min(CATCH_UP, period),
            )
        )
        now = fields.Datetime.now()
        return [
            {
                "occasion": f"period:{company.id}:{customer_id}:{turn}",
                "occurred_at": now,
                "company_id": company.id,
                "partner_id": customer_id,
                "of": {},
            }
            for customer_id, turn in rows
        ]

    # === ACTION METHODS ===#

    def action_preview(self):
        """Open the texts of the policy as a customer would get them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"{MODULE}.logistics_survey_preview_action"
        )
        return {**action, "context": {"default_policy_id": self.id}}

    def action_view_requests(self):
        """Open the requests of the policy, sent or not."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"{MODULE}.logistics_survey_request_action"
        )
        return {**action, "domain": [("policy_id", "=", self.id)], "context": {}}
