from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsReportMixin(models.AbstractModel):
    """What reports on indicators have in common: ratios of sums, and steps of their queries."""

    _name = "logistics.report.mixin"
    _inherit = ["logistics.chart.mixin"]
    _description = "Report on Indicators"

    @api.model
    def _get_ratios(self):
        """Return the parts of each ratio: mapping of its name to numerator and denominator."""
        return {}

    @api.model
    def _get_chart_rates(self):
        return {
            name: {"count": denominator, "unit": self._get_chart_unit(name), "least": 0}
            for name, (_numerator, denominator) in self._get_ratios().items()
        }

    def _get_chart_unit(self, name):
        if "(%)" in self._fields[name].string:
            return "percent"
        return "share" if name.endswith("_rate") else "number"

    def _read_group_select(self, aggregate_spec, query):
        """A ratio is a sum over a sum, whatever the grouping."""
        name, _separator, _function = aggregate_spec.partition(":")
        if name in self._get_ratios():
            numerator, denominator = (
                self._field_to_sql(self._table, part, query) for part in self._get_ratios()[name]
            )
            return SQL("SUM(%s)::float8 / NULLIF(SUM(%s), 0)", numerator, denominator)
        return super()._read_group_select(aggregate_spec, query)

    # === BUSINESS METHODS ===#

    @property
    def _table_query(self):
        return SQL(
            "WITH %s SELECT %s FROM %s",
            SQL(", ").join(self._get_steps()),
            SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in self._get_columns().items()
            ),
            self._get_source(),
        )

    def _get_steps(self):
        """Return the named steps of the query, each on those before it."""
        return []

    def _get_columns(self):
        """Return the SQL expression of each column of the report."""
        return {name: SQL("NULL::float8") for name in self._get_ratios()}

    def _get_source(self):
        """Return what follows FROM."""
        raise NotImplementedError

    def _get_zone_step(self):
        """``zone``: time zone and today of each company, as in ``_get_logistics_tz``."""
        return SQL(
            """zone AS (
                SELECT named.id AS company_id, named.tz,
                       (%(now)s AT TIME ZONE 'UTC' AT TIME ZONE named.tz)::date AS today
                  FROM (SELECT company.id, COALESCE(partner.tz, calendar.tz, 'UTC') AS tz
                          FROM res_company company
                          JOIN res_partner partner ON partner.id = company.partner_id
                     LEFT JOIN resource_calendar calendar
                            ON calendar.id = company.resource_calendar_id) named
            )""",
            now=fields.Datetime.now(),
        )

    def _open(self, record):
        """Return the action that opens the document a row is about."""
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
