from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import ormcache

from ....tools.complaint import sla
from .logistics_sla_target import TARGETS

SHARE, BREACH, EVERY = "share", "breach", "every"
AGENT, SUPERVISOR, MANAGER, GENERAL = "agent", "supervisor", "manager", "general"
LEVELS = [
    (AGENT, "Agent"),
    (SUPERVISOR, "Supervisor"),
    (MANAGER, "Manager"),
    (GENERAL, "General manager"),
]
# what makes past moments none of the rule's business
TIMING = frozenset(("moment", "share", "hours", "target", "team_id", "active", "company_id"))


class LogisticsEscalationRule(models.Model):
    """Who hears of a deadline when, and what is done about it."""

    _name = "logistics.escalation.rule"
    _description = "Escalation Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        help="Empty: every company.",
    )
    team_id = fields.Many2one(
        "logistics.service.team", ondelete="cascade", check_company=True, help="Empty: every team."
    )
    target = fields.Selection(TARGETS, string="Of Target", help="Empty: every target.")
    moment = fields.Selection(
        [
            (SHARE, "At a share of the time"),
            (BREACH, "When overdue"),
            (EVERY, "Every so many hours overdue"),
        ],
        string="When",
        required=True,
        default=BREACH,
    )
    share = fields.Float(string="Share of the Time", default=0.8)
    hours = fields.Float(
        string="Every (Hours)",
        default=8.0,
        help="Hours of the clock's own kind: working hours, or any where it runs in calendar days.",
    )
    times = fields.Integer(string="Maximum Times", default=3, help="How often, at most.")
    level = fields.Selection(
        LEVELS,
        string="To",
        required=True,
        default=SUPERVISOR,
        help="Where nobody is named, the next level hears of it.",
    )
    do_activity = fields.Boolean(string="Activity", default=True)
    do_mail = fields.Boolean(string="Message", help="By mail or inbox, as the person prefers.")
    do_reassign = fields.Boolean(string="Hand Over", help="The case becomes that person's.")
    do_priority = fields.Boolean(string="Raise Priority", help="By one step.")
    in_force_since = fields.Datetime(
        readonly=True,
        required=True,
        default=fields.Datetime.now,
        help="Moments before it are left alone: a new rule does not escalate the past.",
    )

    _check_share = models.Constraint(
        "CHECK (moment != 'share' OR (share > 0 AND share < 1))",
        "The share of the time is between 0 and 100 %.",
    )
    _check_every = models.Constraint(
        "CHECK (moment != 'every' OR (hours > 0 AND times > 0 AND times <= 50))",
        "A rule repeats after some hours, between one and fifty times.",
    )

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._after_change()
        return rules

    def write(self, vals):
        companies = self.company_id
        if TIMING & vals.keys():
            vals = {"in_force_since": fields.Datetime.now(), **vals}
        result = super().write(vals)
        self._after_change(companies)
        return result

    def unlink(self):
        companies, everywhere = self.company_id, any(not rule.company_id for rule in self)
        result = super().unlink()
        self.browse()._after_change(companies, everywhere)
        return result

    def _after_change(self, companies=None, everywhere=False):
        """Let the clocks know when they have to be looked at next."""
        self.env.registry.clear_cache()
        everywhere = everywhere or any(not rule.company_id for rule in self)
        companies = (companies or self.env["res.company"]) | self.company_id
        if everywhere or companies:
            domain = [] if everywhere else [("company_id", "in", companies.ids)]
            self.env["logistics.clock"]._read_anew(domain)

    # === BUSINESS METHODS ===#

    @api.model
    @ormcache("company_id")
    def _get_moments(self, company_id):
        """Return every :class:`sla.Moment` of a company's rules, in their order in time."""
        # deadlines are watched whoever works on the case
        rules = self.sudo().search([("company_id", "in", (company_id, False))])
        moments = [moment for rule in rules for moment in rule._prepare_moments()]
        return tuple(sorted(moments, key=lambda moment: moment.place))

    def _prepare_moments(self):
        """Return the moments of one rule."""
        self.ensure_one()
        share = self.share if self.moment == SHARE else 1.0
        after = range(1, self.times + 1) if self.moment == EVERY else (0,)
        return [
            sla.Moment(
                rule=self.id,
                occurrence=occurrence,
                share=share,
                hours=occurrence * self.hours if self.moment == EVERY else 0.0,
                since=self.in_force_since,
                target=self.target or None,
                team=self.team_id.id or None,
            )
            for occurrence in after
        ]

    def _act(self, clocks):
        """Do what the rule says about clocks, once for all that go to the same person."""
        self.ensure_one()
        cases = clocks.complaint_id
        to = cases._get_escalation_users(self.level)
        for user, group in cases.grouped(lambda case: to[case]).items():
            rule = self.with_context(lang=user.lang or self.env.lang)
            told = clocks.filtered(lambda clock, group=group: clock.complaint_id in group)
            rule._act_for(user, told.with_context(lang=rule.env.context["lang"]))

    def _act_for(self, user, clocks):
        """Do it for clocks whose cases go to one person, saying why in each case's chatter."""
        by_case = {
            case: Markup("<br/>").join(self._get_reason(clock, user) for clock in own)
            for case, own in clocks.grouped("complaint_id").items()
        }
        cases = clocks.complaint_id
        cases._message_log_batch({case.id: reason for case, reason in by_case.items()})
        if self.do_reassign:
            cases.filtered(lambda case: case.user_id != user).user_id = user
        if self.do_priority:
            cases._raise_priority(self.name)
        if self.do_activity:
            for reason, alike in cases.grouped(by_case.get).items():
                alike._schedule_escalation(user, self.name, reason)
        if self.do_mail:
            self._notify(user, by_case)

    def _notify(self, user, by_case):
        """Write to a person once, however many cases it is about; each has its reason already.

        :param user: who is told
        :param by_case: mapping of case to the reason, as HTML
        """
        cases = self.env["logistics.complaint"].union(*by_case)
        if len(cases) == 1:
            # answers to it belong to the case
            sender, subject, body = cases, cases.display_name, by_case[cases]
        else:
            sender = self.env["mail.thread"]
            subject = self.env._("%s cases", len(cases))
            body = Markup().join(
                Markup("<p>%s<br/>%s</p>") % (case._get_html_link(), by_case[case])
                for case in cases
            )
        sender.message_notify(
            partner_ids=user.partner_id.ids, subject=f"{self.name}: {subject}", body=body
        )

    def _get_reason(self, clock, user):
        """Return why a case is escalated, in a sentence."""
        labels = dict(clock._fields["target"]._description_selection(self.env))
        texts = {
            SHARE: self.env._("%(target)s: %(share)s of the time is spent."),
            BREACH: self.env._("%(target)s: the deadline has passed."),
            EVERY: self.env._("%(target)s: still open long after the deadline."),
        }
        what = texts[self.moment] % {
            "target": labels[clock.target],
            "share": f"{self.share:.0%}",
        }
        return self.env._(
            "%(what)s By the rule “%(rule)s” %(person)s is told.",
            what=what,
            rule=self.name,
            person=user.name,
        )
