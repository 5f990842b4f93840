from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ....tools.foundation import quiet_hours
from ....tools.satisfaction import sampling

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
        selection=lambda self: self._get_reactions(), required=True, default="activity"
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

    def _get_reactions(self):
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

    # === WHICH POLICIES ===#

    @api.model
    @tools.ormcache("company_id")
    def _get_covered_triggers(self, company_id):
        """Return the triggers of the active policies of a company."""
        # whoever delivers goods or closes a case need not see the policies
        policies = self.sudo().search([("company_id", "in", (company_id, False))])
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

    # === WHEN AND WHOM ===#

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

    # === ACTIONS ===#

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
