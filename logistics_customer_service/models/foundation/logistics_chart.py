from odoo import api, models
from odoo.exceptions import AccessError

# more records of one kind are no legend
MOST_COLORS = 200


class LogisticsChart(models.AbstractModel):
    """What graphs and pivots of ours must know of a model to draw it as it is."""

    _name = "logistics.chart"
    _description = "What Charts Show"

    @api.model
    @api.readonly
    def action_describe(self, model_name):
        """Return how a model's measures are drawn.

        :return: ``rates``: measure → ``count`` (the measure that says of how many), ``unit``
            (``share``: 1 is 100 %, ``percent``: 100 is 100 %, ``number``) and ``least`` (fewer
            make no figure; False: it differs); ``scales``: field → lowest and highest score;
            ``colors``: field → id → colour and its place among those that share it
        :raise AccessError: the user may not read the model, or it is none of ours
        """
        model = self.env.get(model_name)
        if model is None or not model_name.startswith("logistics."):
            raise AccessError(self.env._("“%s” has no charts of customer service.", model_name))
        model.check_access("read")
        tells = isinstance(model, self.env.registry["logistics.chart.mixin"])
        return {
            "rates": model._get_chart_rates() if tells else {},
            "scales": model._get_chart_scales() if tells else {},
            "colors": self._get_colors(model),
        }

    def _get_colors(self, model):
        """Return the colours of records by which the model is grouped, whatever is shown."""
        names = {
            name: field.comodel_name
            for name, field in model._fields.items()
            if field.type == "many2one" and field.comodel_name.startswith("logistics.")
        }
        known = {comodel: self._read_colors(comodel) for comodel in set(names.values())}
        return {name: known[comodel] for name, comodel in names.items() if known[comodel]}

    def _read_colors(self, model_name):
        records = self.env[model_name].with_context(active_test=False)
        color = records._fields.get("color")
        if not color or not color.store or not records.has_access("read"):
            return {}
        found, places = {}, {}
        for record in records.search([], order="id", limit=MOST_COLORS):
            place = places.setdefault(record.color, 0)
            found[record.id] = [record.color, place]
            places[record.color] += 1
        return found
