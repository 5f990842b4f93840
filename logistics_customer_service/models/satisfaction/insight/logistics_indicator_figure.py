from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsIndicatorFigure(models.Model):
    """A figure of too few answers says that they are too few, and makes no figure."""

    _inherit = "logistics.indicator.figure"

    least = fields.Integer(
        string="Fewest Counted", readonly=True, aggregator=None, help="Fewer make no figure."
    )

    @api.depends("denominator", "least")
    @api.depends_context("lang")
    def _compute_texts(self):
        result = super()._compute_texts()
        for figure in self:
            if 0 < figure.denominator < figure.least:
                few = self.env._("Too few (%s)", int(figure.denominator))
                figure.value_text = figure.status_text = few
        return result

    def _read_group_select(self, aggregate_spec, query):
        value = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec.partition(":")[0] != "value":
            return value
        least, counted = (self._field_to_sql(self._table, name, query) for name in ("least", "denominator"))
        return SQL("CASE WHEN SUM(%s) >= COALESCE(MAX(%s), 0) THEN %s END", counted, least, value)

    @api.model
    def _prepare_sums(self, indicator, company, numerator, denominator):
        vals = super()._prepare_sums(indicator, company, numerator, denominator)
        least = indicator._get_least(company)
        if denominator < least:
            vals.update(has_value=False, value=0.0)
        return {**vals, "least": least}
