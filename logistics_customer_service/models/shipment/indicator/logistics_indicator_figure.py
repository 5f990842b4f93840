from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, float_compare, format_date, formatLang

from ....tools.shipment import goals
from .logistics_indicator import DIMENSIONS

# what is kept as 0 where it is not known, and what says whether it is
KNOWN_IF = {
    "previous_value": ("has_previous",),
    "change": ("has_previous", "has_value"),
    "goal_value": ("has_goal",),
}
SYMBOLS = {goals.MET: "✔", goals.CLOSE: "!", goals.MISSED: "✖"}


class LogisticsIndicatorFigure(models.Model):
    """An indicator of a month, of all customers or of a tier, a carrier or a warehouse.

    Nobody writes figures: they are worked out while their month is open, and stay once it is
    frozen. The goal and the month before stand beside the figure as they were.
    """

    _name = "logistics.indicator.figure"
    _inherit = ["logistics.chart.mixin"]
    _description = "Indicator of a Month"
    _order = "month desc, sequence, indicator_id, scope, id"

    month_id = fields.Many2one(
        "logistics.indicator.month",
        string="Kept With",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    month = fields.Date(related="month_id.month", store=True, index=True)
    company_id = fields.Many2one(related="month_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    frozen = fields.Boolean(related="month_id.frozen", store=True)
    frozen_at = fields.Datetime(related="month_id.frozen_at")
    frozen_by = fields.Many2one(related="month_id.frozen_by")
    indicator_id = fields.Many2one(
        "logistics.indicator", required=True, index=True, readonly=True, ondelete="restrict"
    )
    indicator_code = fields.Char(related="indicator_id.code", store=True)
    sequence = fields.Integer(related="indicator_id.sequence", store=True)
    unit = fields.Selection(related="indicator_id.unit", store=True)
    direction = fields.Selection(related="indicator_id.direction")
    description = fields.Text(related="indicator_id.description")
    scope = fields.Selection(
        [
            ("all", "All"),
            ("tier", "By tier"),
            ("carrier", "By carrier"),
            ("warehouse", "By warehouse"),
        ],
        required=True,
        readonly=True,
    )
    tier_id = fields.Many2one("logistics.tier", readonly=True, ondelete="restrict")
    carrier_id = fields.Many2one("delivery.carrier", readonly=True, ondelete="restrict")
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, ondelete="restrict")
    part_name = fields.Char(string="Breakdown", compute="_compute_part_name")

    numerator = fields.Float(readonly=True)
    denominator = fields.Float(readonly=True)
    is_ratio = fields.Boolean(readonly=True)
    factor = fields.Float(readonly=True, aggregator=None)
    has_value = fields.Boolean(string="Counted", readonly=True)
    value = fields.Float(string="Numeric Value", readonly=True, aggregator="sum")
    previous_value = fields.Float(string="Month Before", readonly=True, aggregator="avg")
    has_previous = fields.Boolean(string="Counted the Month Before", readonly=True)
    change = fields.Float(
        readonly=True,
        aggregator="avg",
        help="This month's figure less that of the month before.",
    )
    goal_id = fields.Many2one(
        "logistics.indicator.goal", string="Goal Applied", readonly=True, ondelete="set null"
    )
    has_goal = fields.Boolean(readonly=True)
    goal_value = fields.Float(string="Goal", readonly=True, aggregator="avg", digits=(16, 2))
    status = fields.Selection(
        [
            (goals.MET, "Met"),
            (goals.CLOSE, "Near Goal"),
            (goals.MISSED, "Goal Missed"),
            (goals.NO_GOAL, "No goal"),
            (goals.NO_DATA, "Nothing counted"),
        ],
        readonly=True,
        index=True,
    )
    value_text = fields.Char(string="Figure", compute="_compute_texts")
    previous_text = fields.Char(string="Last Month", compute="_compute_texts")
    change_text = fields.Char(string="Change Against It", compute="_compute_texts")
    goal_text = fields.Char(string="To Reach", compute="_compute_texts")
    status_text = fields.Char(string="Result", compute="_compute_texts")
    count_text = fields.Char(
        string="Of How Many", compute="_compute_texts", help="What the figure is a share or a mean of."
    )
    worst_text = fields.Char(
        string="Worst",
        compute="_compute_worst_text",
        help="The tier, carrier or warehouse that fares worst, where it fares worse than all together.",
    )

    _one_per_part = models.UniqueIndex(
        "(month_id, indicator_id, scope, COALESCE(tier_id, 0), COALESCE(carrier_id, 0),"
        " COALESCE(warehouse_id, 0))"
    )

    # === COMPUTE METHODS ===#

    @api.depends("scope", "tier_id", "carrier_id", "warehouse_id")
    @api.depends_context("lang")
    def _compute_part_name(self):
        nobody = {
            "all": self.env._("All"),
            "tier": self.env._("No tier"),
            "carrier": self.env._("No carrier"),
            "warehouse": self.env._("No warehouse"),
        }
        for figure in self:
            # names of carriers and warehouses are not secret to whoever reads the figure
            part = figure.scope in DIMENSIONS and figure.sudo()._get_part().display_name
            figure.part_name = part or nobody.get(figure.scope)

    @api.depends("indicator_id", "month", "part_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for figure in self:
            month = format_date(self.env, figure.month, date_format="MMM yyyy")
            figure.display_name = f"{figure.indicator_id.name} · {month} · {figure.part_name}"

    @api.depends("value", "previous_value", "goal_value", "has_value", "has_previous", "status")
    @api.depends_context("lang")
    def _compute_texts(self):
        labels = dict(self._fields["status"]._description_selection(self.env))
        for figure in self:
            figure.value_text = figure._format("value") if figure.has_value else "–"
            figure.previous_text = figure._format("previous_value") if figure.has_previous else "–"
            figure.goal_text = figure._format("goal_value") if figure.has_goal else "–"
            figure.count_text = figure._format_count()
            figure.change_text = figure._format_change()
            figure.status_text = " ".join(
                filter(None, [SYMBOLS.get(figure.status), labels.get(figure.status)])
            )

    @api.depends("value", "has_value", "scope", "month_id", "indicator_id")
    @api.depends_context("lang")
    def _compute_worst_text(self):
        domain = [("month_id", "in", self.month_id.ids), ("indicator_id", "in", self.indicator_id.ids)]
        domain += [("scope", "!=", "all"), ("has_value", "=", True), ("is_ratio", "=", True)]
        parts = self.search(domain).grouped(lambda part: (part.month_id, part.indicator_id))
        for figure in self:
            own = parts.get((figure.month_id, figure.indicator_id), self.browse())
            figure.worst_text = figure._format_worst(own) if figure.scope == "all" else False

    def _format_worst(self, parts):
        sign = 1 if self.direction == "higher" else -1
        worst = min(parts, key=lambda part: sign * part.value, default=self)
        if sign * worst.value >= sign * self.value:
            return False
        return f"{worst.part_name}: {worst.value_text} ({worst.count_text})"

    def _format_count(self):
        if not self.is_ratio or not self.denominator:
            return False
        number = formatLang(self.env, self.denominator, digits=1 if self.denominator % 1 else 0)
        return self.env._("n = %s", number)

    def _format(self, name):
        return self.indicator_id._format(self[name], self.company_id)

    def _format_change(self):
        if not self.has_value or not self.has_previous:
            return "–"
        arrow = "▲" if self.change > 0 else "▼" if self.change < 0 else "="
        if self.unit == "percent":
            return self.env._(
                "%(arrow)s %(number)s points",
                arrow=arrow,
                number=formatLang(
                    self.env, abs(self.change), digits=1, rounding_method="HALF-UP"
                ),
            )
        return f"{arrow} {self.indicator_id._format(abs(self.change), self.company_id)}"

    def _get_part(self):
        """Return the tier, carrier or warehouse the figure is about."""
        return self[DIMENSIONS[self.scope]]

    def _get_key(self):
        part_id = self._get_part().id if self.scope != "all" else False
        return self.indicator_id.id, self.month, self.scope, part_id

    @api.model
    def _get_chart_rates(self):
        """Return the measures that are no sums; of what unit they are, their indicators say."""
        # fewer than what make no figure differs from one to the other
        unit = {"unit": "number", "unit_field": "unit", "least": False}
        return {
            "value": {**unit, "count": "denominator"},
            **{name: {**unit, "count": False} for name in KNOWN_IF},
        }

    def _read_group_select(self, aggregate_spec, query):
        """The value of several figures is that of their sums; what is not known is no nought."""
        name = aggregate_spec.partition(":")[0]
        if name in KNOWN_IF:
            known = [self._field_to_sql(self._table, flag, query) for flag in KNOWN_IF[name]]
            return SQL(
                "%s FILTER (WHERE %s)",
                super()._read_group_select(aggregate_spec, query),
                SQL(" AND ").join(known),
            )
        if name != "value":
            return super()._read_group_select(aggregate_spec, query)
        names = ("numerator", "denominator", "factor", "is_ratio")
        columns = {name: self._field_to_sql(self._table, name, query) for name in names}
        return SQL(
            """CASE WHEN BOOL_AND(%(is_ratio)s)
                    THEN (SUM(%(numerator)s * %(factor)s) / NULLIF(SUM(%(denominator)s), 0))::float8
                    ELSE SUM(%(numerator)s * %(factor)s)::float8 END""",
            **columns,
        )

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        figures = super().create(vals_list)
        figures._check_open()
        return figures

    def write(self, vals):
        self._check_open()
        result = super().write(vals)
        self._check_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_open()

    def _check_open(self):
        """Figures of a frozen month change for nobody, whatever their rights."""
        if any(self.mapped("month_id.frozen")):
            raise UserError(
                self.env._("The month is frozen. A service manager can open it, with a reason.")
            )

    # === BUSINESS METHODS ===#

    @api.model
    def _keep(self, months, indicators, sums):
        """Bring the figures of open months of one company in line with the reports.

        :param indicators: those that were read; figures of others stay
        :param sums: see :meth:`LogisticsIndicator._read_sums`
        """
        figures = self.search(
            [("month_id", "in", months.ids), ("indicator_id", "in", indicators.ids)]
        )
        held = {figure._get_key(): figure for figure in figures}
        by_month = {month.month: month for month in months}
        wanted = dict.fromkeys(held, (0.0, 0.0)) | self._prepare_whole(indicators, by_month) | sums
        missing = []
        for key, parts in wanted.items():
            indicator = indicators.browse(key[0])
            vals = self._prepare_sums(indicator, months.company_id, *parts)
            if key in held:
                held[key]._write_changes(vals)
            else:
                missing.append({**self._prepare_figure_vals(by_month, key), **vals})
        (figures + self.create(missing))._compare()

    @api.model
    def _prepare_whole(self, indicators, by_month):
        """A month in which nothing was counted has a figure, too, which says so."""
        return {
            (indicator.id, month, "all", False): (0.0, 0.0)
            for indicator in indicators
            for month in by_month
        }

    @api.model
    def _prepare_figure_vals(self, by_month, key):
        indicator_id, month, scope, part_id = key
        vals = {
            "month_id": by_month[month].id,
            "indicator_id": indicator_id,
            "scope": scope,
        }
        return vals if scope == "all" else {**vals, DIMENSIONS[scope]: part_id}

    @api.model
    def _prepare_sums(self, indicator, company, numerator, denominator):
        is_ratio = bool(indicator.denominator)
        factor = indicator._get_factor()
        value = goals.ratio(numerator, denominator, factor, is_ratio)
        return {
            "numerator": numerator,
            "denominator": denominator,
            "is_ratio": is_ratio,
            "factor": factor,
            "has_value": value is not None,
            "value": value or 0.0,
        }

    def _write_changes(self, vals):
        """Write what differs: a second run on the same documents writes nothing."""
        current = self.read(list(vals), load=False)[0]
        changes = {
            name: value
            for name, value in vals.items()
            if self._differs(name, current[name], value)
        }
        if changes:
            self.write(changes)

    def _differs(self, name, old, new):
        if self._fields[name].type != "float":
            return old != new
        _precision, digits = self._fields[name].get_digits(self.env) or (16, 6)
        return float_compare(old, new, precision_digits=digits) != 0

    def _compare(self):
        """Hold figures of open months against the month before and against the goal."""
        previous = self._get_previous()
        wanted = self._get_goals()
        for figure in self:
            before = previous.get((figure.company_id.id, *figure._get_key()))
            goal = figure._choose_goal(wanted)
            figure._write_changes(figure._prepare_comparison(before, goal))

    def _prepare_comparison(self, before, goal):
        has_previous = bool(before and before.has_value)
        value = self.value if self.has_value else None
        return {
            "has_previous": has_previous,
            "previous_value": before.value if has_previous else 0.0,
            "change": self.value - before.value if has_previous and self.has_value else 0.0,
            "goal_id": goal.id,
            "has_goal": bool(goal),
            "goal_value": goal.value if goal else 0.0,
            "status": goals.judge(
                value,
                goal.value if goal else None,
                goal.warning_margin,
                self.indicator_id.direction == "higher",
            ),
        }

    def _get_previous(self):
        """Return the figures of the months before, by the key of the figure they precede."""
        before = self.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("indicator_id", "in", self.indicator_id.ids),
                ("month", "in", [goals.month_before(day) for day in set(self.mapped("month"))]),
            ]
        )
        keys = {}
        for figure in before:
            indicator_id, month, *part = figure._get_key()
            keys[figure.company_id.id, indicator_id, goals.next_month(month), *part] = figure
        return keys

    def _get_goals(self):
        """Return the goals by what they are for."""
        found = self.env["logistics.indicator.goal"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("indicator_id", "in", self.indicator_id.ids),
            ]
        )
        return found.grouped(lambda goal: goal._get_key())

    def _choose_goal(self, wanted):
        """Return the goal in force on the month's last day: the part's own, else the general."""
        last_day = goals.next_month(self.month) - timedelta(days=1)
        indicator_id, _month, *own = self._get_key()
        empty = self.env["logistics.indicator.goal"]
        for part in (own, ("all", False)):
            candidates = wanted.get((self.company_id.id, indicator_id, *part), empty)
            goal = candidates.filtered(lambda goal: goal._applies_on(last_day))
            if goal:
                return goal[0]
        return empty

    # === ACTION METHODS ===#

    def action_open_rows(self):
        """Open the rows of the report that make the figure."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self.indicator_id.report,
            "views": [(False, mode) for mode in ("list", "pivot", "graph")],
            "domain": list(self._get_rows_domain()),
        }

    def _get_rows_domain(self):
        """Return the domain of the report's rows whose sums are the figure's."""
        domain = self.indicator_id._get_rows_domain(self.company_id, self.month, self.month)
        if self.scope == "all":
            return domain
        return domain & fields.Domain(DIMENSIONS[self.scope], "=", self._get_part().id)

    @api.model
    def action_bring_up_to_date(self):
        """Work out this month's and last month's figures of the user's companies now."""
        if not self.env.user.has_group("logistics_customer_service.group_supervisor"):
            raise AccessError(self.env._("Only a supervisor has figures worked out."))
        for company in self.env.companies:
            self.env["logistics.indicator.month"]._get_running(company)._refresh()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
