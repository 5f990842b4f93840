from odoo import api, models


class LogisticsChartMixin(models.AbstractModel):
    """What a model tells charts of its measures: see :meth:`LogisticsChart.action_describe`."""

    _name = "logistics.chart.mixin"
    _description = "What Is Charted"

    @api.model
    def _get_chart_rates(self):
        """Return the measures that are no sums: name → ``count``, ``unit`` and ``least``."""
        return {}

    @api.model
    def _get_chart_scales(self):
        """Return the lowest and the highest of each score, the best being the highest."""
        return {}
