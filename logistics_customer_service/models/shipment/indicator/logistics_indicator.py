import ast
import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import formatLang

from ....tools.shipment import goals

_logger = logging.getLogger(__name__)

# the dimensions a figure may be broken down by, and the field of the report that holds them
DIMENSIONS = {"tier": "tier_id", "carrier": "carrier_id", "warehouse": "warehouse_id"}
FACTORS = {"percent": 100.0, "per_thousand": 1000.0}
NUMBERS = ("integer", "float", "monetary")


class LogisticsIndicator(models.Model):
    """A figure of service: sums of a report's columns, one over the other, month by month.

    Whatever report has a company, a date and columns to sum can carry indicators: a new one is a
    record, not code.
    """

    _name = "logistics.indicator"
    _description = "Service Indicator"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Names the indicator on dashboards; never changes.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(
        string="How It Is Worked Out", translate=True, help="Shown beside the figure."
    )
    report = fields.Selection(selection="_get_reports", required=True)
    numerator = fields.Char(required=True, help="Column of the report whose sum stands above.")
    denominator = fields.Char(
        help="Column of the report whose sum stands below. Empty: the indicator is a sum alone."
    )
    date_field = fields.Char(
        required=True, help="Column of the report that says to which month a row belongs."
    )
    domain = fields.Char(default="[]", required=True, help="Rows of the report that count.")
    unit = fields.Selection(
        [
            ("percent", "Percent"),
            ("per_thousand", "Per thousand"),
            ("days", "Days"),
            ("hours", "Hours"),
            ("number", "Count"),
            ("amount", "Amount"),
        ],
        required=True,
        default="percent",
    )
    direction = fields.Selection(
        [("higher", "Higher is better"), ("lower", "Lower is better")],
        required=True,
        default="higher",
    )
    by_tier = fields.Boolean(compute="_compute_dimensions", store=True, readonly=False)
    by_carrier = fields.Boolean(compute="_compute_dimensions", store=True, readonly=False)
    by_warehouse = fields.Boolean(compute="_compute_dimensions", store=True, readonly=False)
    is_offered = fields.Boolean(
        string="Of a Part That Is On", compute="_compute_is_offered", search="_search_is_offered"
    )
    goal_ids = fields.One2many("logistics.indicator.goal", "indicator_id", string="Goals")
    error = fields.Text(
        readonly=True, help="Why the figures could not be worked out the last time."
    )

    _code_unique = models.UniqueIndex("(code)", "Another indicator has this code.")

    @api.model
    def _get_reports(self):
        """Return the models that may carry indicators: our reports that have a company."""
        names = [
            name
            for name, model in self.env.registry.items()
            if name.startswith("logistics.")
            and name.endswith(".report")
            and "company_id" in model._fields
        ]
        # names of models are for administrators only, but these are those of our own reports
        models_ = self.env["ir.model"].sudo()
        return [(name, models_._get(name).name or name) for name in sorted(names)]

    # === COMPUTE METHODS ===#

    @api.depends("report")
    def _compute_dimensions(self):
        for indicator in self:
            for scope in DIMENSIONS:
                indicator[f"by_{scope}"] = indicator._has_dimension(scope)

    @api.depends("report")
    def _compute_is_offered(self):
        off = self.env["res.groups"]._get_logistics_parts_off()
        for indicator in self:
            indicator.is_offered = self.env[indicator.report]._get_logistics_part() not in off

    @api.model
    def _search_is_offered(self, operator, value):
        if operator != "in":
            return NotImplemented
        off = self.env["res.groups"]._get_logistics_parts_off()
        reports = [name for name, _label in self._get_reports()]
        offered = [name for name in reports if self.env[name]._get_logistics_part() not in off]
        found = Domain("report", "in", offered)
        return found if True in value else ~found

    # === CONSTRAINT METHODS ===#

    @api.constrains("report", "numerator", "denominator")
    def _check_columns(self):
        for indicator in self:
            for name in filter(None, (indicator.numerator, indicator.denominator)):
                indicator._check_column(
                    name, lambda field: field.type in NUMBERS and field.aggregator == "sum"
                )

    @api.constrains("report", "date_field")
    def _check_date_field(self):
        for indicator in self:
            indicator._check_column(
                indicator.date_field, lambda field: field.type in ("date", "datetime")
            )

    def _check_column(self, name, is_fitting):
        fields_ = self.env[self.report]._fields
        if name not in fields_ or not fields_[name].store or not is_fitting(fields_[name]):
            fitting = sorted(
                name for name, field in fields_.items() if field.store and is_fitting(field)
            )
            raise ValidationError(
                self.env._(
                    "The report has no column “%(name)s” of the kind that is needed. It has: %(fitting)s.",
                    name=name,
                    fitting=", ".join(fitting),
                )
            )

    @api.constrains("report", "domain")
    def _check_domain(self):
        for indicator in self:
            try:
                indicator._get_domain().validate(self.env[indicator.report])
            except (ValueError, SyntaxError, TypeError) as error:
                raise ValidationError(
                    self.env._("These conditions on rows cannot be read: %s", error)
                ) from error

    @api.constrains("report", "by_tier", "by_carrier", "by_warehouse")
    def _check_dimensions(self):
        for indicator in self:
            for scope in indicator._get_scopes():
                if scope != "all" and not indicator._has_dimension(scope):
                    raise ValidationError(
                        self.env._("The report has no column %s.", DIMENSIONS[scope])
                    )

    def _has_dimension(self, scope):
        return bool(self.report) and DIMENSIONS[scope] in self.env[self.report]._fields

    # === BUSINESS METHODS ===#

    def _get_domain(self):
        return Domain(ast.literal_eval(self.domain or "[]"))

    def _get_factor(self):
        return FACTORS.get(self.unit, 1.0)

    def _get_scopes(self):
        """Return the scopes that figures are kept for."""
        return ["all", *(scope for scope in DIMENSIONS if self[f"by_{scope}"])]

    def _get_rows_domain(self, company, first, last):
        """Return the domain of the report's rows that count from one month to another.

        :param first: first day of the first month
        :param last: first day of the last month
        """
        start, end = first, goals.next_month(last)
        if self.env[self.report]._fields[self.date_field].type == "datetime":
            start, end = goals.month_instants(first, last, company._get_logistics_tz())
        return (
            self._get_domain()
            & Domain("company_id", "=", company.id)
            & Domain(self.date_field, ">=", start)
            & Domain(self.date_field, "<", end)
        )

    def _get_source(self):
        """Return what indicators must share for one reading of the report to serve them all."""
        return self.report, self.date_field, self.domain

    def _read_sums(self, company, months):
        """Read the reports, once per source and dimension; one that fails is noted and left out.

        :param months: first days of the months
        :return: the indicators that were read, and their sums: mapping of (indicator, month,
            scope, id of the tier, carrier or warehouse) to numerator and denominator
        """
        read, sums = self.browse(), {}
        for indicators in self.grouped(lambda indicator: indicator._get_source()).values():
            try:
                with self.env.cr.savepoint():
                    found = indicators._read_source(company, months)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception as error:  # a report that another addon broke is not the others'
                _logger.warning("Indicators %s: %s", indicators.mapped("code"), error)
                indicators.error = f"{company.name}: {error}"
                continue
            indicators.filtered("error").error = False
            read += indicators
            sums.update(found)
        return read, sums

    def _read_source(self, company, months):
        sums = {}
        for scope in ("all", *DIMENSIONS):
            indicators = self.browse(line.id for line in self if scope in line._get_scopes())
            if indicators:
                sums.update(indicators._read_dimension(company, months, scope))
        return sums

    def _read_dimension(self, company, months, scope):
        """Read the sums of indicators of one source along one dimension."""
        source = self[0]
        columns = sorted({*self.mapped("numerator"), *self.mapped("denominator")} - {False})
        report = self.env[source.report].with_context(
            tz=company._get_logistics_tz(), allowed_company_ids=company.ids, active_test=False
        )
        rows = report._read_group(
            source._get_rows_domain(company, min(months), max(months)),
            [f"{source.date_field}:month", *([DIMENSIONS[scope]] if scope != "all" else [])],
            [f"{column}:sum" for column in columns],
        )
        sums = {}
        for month, *rest in rows:
            part_id = rest.pop(0).id if scope != "all" else False
            totals = dict(zip(columns, rest, strict=True))
            month = fields.Date.to_date(month)
            for indicator in self if month in months else ():
                sums[indicator.id, month, scope, part_id] = (
                    totals[indicator.numerator] or 0.0,
                    (indicator.denominator and totals[indicator.denominator]) or 0.0,
                )
        return sums

    def _format(self, value, company):
        """Return a figure of the indicator as people read it, with its unit."""
        if self.unit == "amount":
            return formatLang(
                self.env, value, currency_obj=company.currency_id, rounding_method="HALF-UP"
            )
        digits = 0 if self.unit == "number" else 1
        # as fields and charts round
        number = formatLang(self.env, value, digits=digits, rounding_method="HALF-UP")
        if self.unit == "number":
            return number
        if self.unit == "days":
            return self.env._("%s days", number)
        if self.unit == "hours":
            return self.env._("%s hours", number)
        return f"{number} %" if self.unit == "percent" else f"{number} ‰"

    # === ACTION METHODS ===#

    def action_open_figures(self):
        """Open the indicator's figures, month by month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_indicator_figure_action"
        )
        return {
            **action,
            "display_name": self.name,
            "domain": [("indicator_id", "=", self.id)],
            "context": {"search_default_whole": 1},
            "view_mode": "graph,list,kanban,pivot,form",
            "views": [(False, mode) for mode in ("graph", "list", "kanban", "pivot", "form")],
        }
