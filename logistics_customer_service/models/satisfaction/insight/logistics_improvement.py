from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import formatLang

from ....tools.foundation.periods import local_date, local_midnight
from ....tools.satisfaction import statistics
from .logistics_feedback_score_report import PAIR_SUMS, SCORE_SUMS

# what of an aspect is held against later answers
START_SUMS = ("start_answers", "start_total", "start_squares")
END_SUMS = ("end_answers", "end_total", "end_squares")
# whose answers count
SCOPE = ("aspect_id", "tier_id", "carrier_id", "warehouse_id", "date_from", "date_to")
CLOSED = "act"


class LogisticsImprovement(models.Model):
    """A measure that shall make an aspect of the service better, and whether it did (PDCA)."""

    _name = "logistics.improvement"
    _inherit = ["mail.thread", "mail.activity.mixin", "logistics.past.mixin"]
    _description = "Improvement"
    _past_fields = ("done_on",)
    _order = "state_order, deadline, id desc"
    _check_company_auto = True

    name = fields.Char(string="Title", required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    aspect_id = fields.Many2one(
        "logistics.aspect", string="Aspect", index=True, ondelete="restrict", tracking=True
    )
    state = fields.Selection(
        [("plan", "Plan"), ("do", "Do"), ("check", "Check"), ("act", "Act")],
        string="Step",
        required=True,
        default="plan",
        tracking=True,
        group_expand=True,
        help="Plan: what is wrong and what to do. Do: the measure is carried out. Check: later "
        "answers are held against those before. Act: what worked becomes the standard, and the "
        "figures stay as they were then.",
    )
    state_order = fields.Integer(compute="_compute_state_order", store=True)
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        tracking=True,
    )
    deadline = fields.Date(tracking=True)
    is_overdue = fields.Boolean(compute="_compute_is_overdue")
    what = fields.Text(string="What Is Wrong", help="What customers said, and what lies behind it.")
    measure = fields.Text(help="What is done about it, where, from when on.")
    effect = fields.Text(string="What Came of It", help="Seen when checked, in words.")
    standard = fields.Text(string="New Standard", help="What is done so from now on.")

    # --- whose answers
    tier_id = fields.Many2one("logistics.tier", ondelete="set null", check_company=True)
    carrier_id = fields.Many2one("delivery.carrier", ondelete="set null", check_company=True)
    warehouse_id = fields.Many2one("stock.warehouse", ondelete="set null", check_company=True)
    date_from = fields.Date(string="Answers From")
    date_to = fields.Date(string="Answers Until")
    done_on = fields.Date(
        string="Carried Out On",
        tracking=True,
        help="Answers from this day on show the effect. Set when the measure is to be checked.",
    )

    # --- what they said at the start; kept
    start_answers = fields.Integer(string="Answers at the Start", readonly=True, copy=False)
    start_score = fields.Float(
        string="Score at the Start", readonly=True, copy=False, digits=(16, 2), aggregator=None
    )
    start_csat = fields.Float(
        string="CSAT of the Aspect at the Start", readonly=True, copy=False, aggregator=None
    )
    start_importance = fields.Float(
        string="Importance at the Start",
        readonly=True,
        copy=False,
        digits=(16, 2),
        aggregator=None,
        help="Correlation of the aspect's score with the overall score.",
    )
    start_total = fields.Integer(readonly=True, copy=False, aggregator=None)
    start_squares = fields.Integer(readonly=True, copy=False, aggregator=None)
    start_text = fields.Char(string="Mean Score at the Start", compute="_compute_start_text")
    start_few = fields.Boolean(compute="_compute_start_text")
    # --- what they said until it was closed; kept from then on
    closed_on = fields.Date(
        readonly=True, copy=False, help="Later answers do not change the figures any more."
    )
    end_answers = fields.Integer(readonly=True, copy=False, aggregator=None)
    end_total = fields.Integer(readonly=True, copy=False, aggregator=None)
    end_squares = fields.Integer(readonly=True, copy=False, aggregator=None)
    # --- and since it was carried out
    now_answers = fields.Integer(string="Answers Since", compute="_compute_now")
    now_text = fields.Char(string="Score Since", compute="_compute_now")
    change_text = fields.Char(
        string="Effect",
        compute="_compute_now",
        help="How much the mean score changed, and between what with 95 % confidence.",
    )

    _check_dates = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "The answers begin before they end.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("state")
    def _compute_state_order(self):
        steps = [value for value, _label in self._fields["state"].selection]
        for improvement in self:
            improvement.state_order = steps.index(improvement.state or "plan")

    @api.depends("deadline", "state")
    def _compute_is_overdue(self):
        for improvement in self:
            today = improvement.company_id._get_logistics_today() if improvement.company_id else None
            improvement.is_overdue = bool(
                improvement.deadline and today and improvement.state != "act" and improvement.deadline < today
            )

    @api.depends("start_answers", "start_score")
    @api.depends_context("lang")
    def _compute_start_text(self):
        for improvement in self:
            sums = improvement._get_sums(START_SUMS)
            improvement.start_few = improvement._is_few(sums)
            improvement.start_text = improvement._describe_score(sums)

    @api.depends(*START_SUMS, *END_SUMS, *SCOPE, "done_on", "state")
    @api.depends_context("lang")
    def _compute_now(self):
        for improvement in self:
            sums = improvement._read_since()
            improvement.now_answers = sums.count
            improvement.now_text = improvement._describe_now(sums)
            improvement.change_text = improvement._describe_change(sums)

    def _read_since(self):
        """Return the sums of the aspect's scores since the measure was carried out.

        Of what is closed they are those of the day on which it was.
        """
        if self.state == CLOSED:
            return self._get_sums(END_SUMS)
        if not self.aspect_id or not self.done_on:
            return statistics.Sums(0, 0, 0)
        return self._read_sums(self.done_on, None)[0]

    def _get_sums(self, names):
        return statistics.Sums(*(self[name] for name in names))

    def _describe_now(self, sums):
        return self._describe_score(sums) if self.done_on else "–"

    def _describe_score(self, sums):
        if self._is_few(sums):
            return self.env._("Too few answers (%s)", sums.count)
        return self._format(sums.mean)

    def _is_few(self, sums):
        return sums.count < self.company_id._get_logistics_min_answers()

    def _describe_change(self, sums):
        before = self._get_sums(START_SUMS)
        if not self.done_on or self._is_few(before) or self._is_few(sums):
            return "–"
        change = statistics.difference(sums, before)
        parts = {
            "change": self._format(change.value),
            "low": self._format(change.low),
            "high": self._format(change.high),
        }
        if change.low <= 0 <= change.high:
            return self.env._("%(change)s: not certain to be any (%(low)s to %(high)s)", **parts)
        return self.env._("%(change)s (%(low)s to %(high)s)", **parts)

    def _format(self, number):
        # as fields are rounded that are kept with so many digits
        return formatLang(self.env, number, digits=2, rounding_method="HALF-UP")

    # === CONSTRAINT METHODS ===#

    @api.constrains("state", "measure")
    def _check_measure(self):
        for improvement in self:
            if improvement.state != "plan" and not improvement.measure:
                raise ValidationError(self.env._("Say what is done about “%s” first.", improvement.name))

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        improvements = super().create(vals_list)
        improvements._note_done()
        improvements._keep_start()
        improvements.filtered(lambda improvement: improvement.state == CLOSED)._keep_end()
        return improvements

    def write(self, vals):
        were_open = self.filtered(lambda improvement: improvement.state != CLOSED)
        scopes = {improvement: improvement._get_start_scope() for improvement in were_open}
        result = super().write(vals)
        if "state" in vals:
            self._note_done()
        were_open.filtered(lambda one: one._get_start_scope() != scopes[one])._keep_start()
        were_open.filtered(lambda improvement: improvement.state == CLOSED)._keep_end()
        return result

    def _get_start_scope(self):
        """Return whose answers are those of the start: others make other figures."""
        return (*(self[name] for name in SCOPE), self._get_start_end())

    def _note_done(self):
        """Note the day on which a measure was carried out, where nobody else has."""
        for improvement in self:
            if improvement.state in ("check", "act") and not improvement.done_on:
                improvement.done_on = improvement.company_id._get_logistics_today()

    def _keep_start(self):
        """Keep what answers said of the aspect when the improvement began."""
        for improvement in self.filtered("aspect_id"):
            sums, pairs = improvement._read_sums(improvement.date_from, improvement._get_start_end())
            satisfied = improvement._read_satisfied()
            importance = statistics.correlation(pairs)
            improvement.write(
                {
                    **dict(zip(START_SUMS, (sums.count, sums.total, sums.squares), strict=True)),
                    "start_score": sums.mean or 0.0,
                    "start_csat": satisfied / sums.count if sums.count else 0.0,
                    "start_importance": importance.value if importance else 0.0,
                }
            )

    def _keep_end(self):
        """Keep what answers said of the aspect until now: the improvement is closed."""
        for improvement in self:
            sums = statistics.Sums(0, 0, 0)
            if improvement.aspect_id:
                sums = improvement._read_sums(improvement.done_on, None)[0]
            improvement.write(
                {
                    **dict(zip(END_SUMS, (sums.count, sums.total, sums.squares), strict=True)),
                    "closed_on": improvement.company_id._get_logistics_today(),
                }
            )

    @api.model
    def _keep_missing(self):
        """Keep the sums of improvements that were begun or closed before these were kept."""
        self.search([("start_answers", ">", 0), ("start_total", "=", 0)])._keep_start()
        self.search([("state", "=", CLOSED), ("closed_on", "=", False)])._keep_end()

    # === BUSINESS METHODS ===#

    def _get_start_end(self):
        """Return the last day of the answers at the start: before the measure was carried out."""
        zone = self.company_id._get_logistics_tz()
        created = local_date(self.create_date or fields.Datetime.now(), zone)
        before = self.done_on and self.done_on - timedelta(days=1)
        return min(filter(None, (self.date_to, created, before)))

    def _get_answers_domain(self, first, last):
        """Return the domain of the aspect's scores in the report.

        :param first: first day, or False
        :param last: last day, or None: until now
        """
        zone = self.company_id._get_logistics_tz()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("aspect_id", "=", self.aspect_id.id)
            & Domain("score_count", "=", 1)
        )
        for name in ("tier_id", "carrier_id", "warehouse_id"):
            if self[name]:
                domain &= Domain(name, "=", self[name].id)
        if first:
            domain &= Domain("answered_at", ">=", local_midnight(first, zone))
        if last:
            domain &= Domain("answered_at", "<", local_midnight(last + timedelta(days=1), zone))
        return domain

    def _read_sums(self, first, last):
        report = self.env["logistics.feedback.score.report"]
        [row] = report._read_group(
            self._get_answers_domain(first, last),
            aggregates=[f"{name}:sum" for name in (*SCORE_SUMS, *PAIR_SUMS)],
        )
        numbers = [number or 0 for number in row]
        return statistics.Sums(*numbers[:3]), statistics.PairSums(*numbers[3:])

    def _read_satisfied(self):
        return self.env["logistics.feedback.score.report"].search_count(
            self._get_answers_domain(self.date_from, self._get_start_end())
            & Domain("satisfied_count", "=", 1)
        )

    # === ACTION METHODS ===#

    def action_next_step(self):
        """Go on to the next of plan, do, check and act."""
        steps = [value for value, _label in self._fields["state"].selection]
        for improvement in self:
            place = steps.index(improvement.state)
            improvement.state = steps[min(place + 1, len(steps) - 1)]

    def action_open_start(self):
        """Open the answers the improvement began with."""
        self.ensure_one()
        return self._open_answers(self.date_from, self._get_start_end())

    def action_open_since(self):
        """Open the answers since the measure was carried out."""
        self.ensure_one()
        return self._open_answers(self.done_on, self.state == CLOSED and self.closed_on)

    def _open_answers(self, first, last):
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "logistics.feedback.score.report",
            "views": [(False, mode) for mode in ("list", "pivot", "graph")],
            "domain": list(self._get_answers_domain(first, last)),
        }
