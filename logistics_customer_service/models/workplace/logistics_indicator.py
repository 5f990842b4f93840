from odoo import api, fields, models
from odoo.tools import formatLang

# what a manager looks at first, until somebody chooses otherwise
FIRST = (
    "otif",
    "on_time",
    "perfect",
    "complaint_rate",
    "sla",
    "resolve_hours",
    "csat",
    "nps",
)


class LogisticsIndicator(models.Model):
    """Which figures are on the manager's overview."""

    _inherit = "logistics.indicator"

    on_overview = fields.Boolean(
        string="On the Overview",
        compute="_compute_on_overview",
        store=True,
        readonly=False,
        precompute=True,
        help="Shown to managers when they open Customer Service.",
    )

    @api.depends("code")
    def _compute_on_overview(self):
        for indicator in self:
            indicator.on_overview = indicator.on_overview or indicator.code in FIRST

    def _word_base(self, figure):
        """Return of how many a figure is a share or an average, in words.

        :param figure: a logistics.indicator.figure of this indicator
        """
        columns = self.env[self.report]._fields
        above, below = (
            formatLang(self.env, number, digits=0)
            for number in (figure.numerator, figure.denominator)
        )
        if not self.denominator:
            return columns[self.numerator]._description_string(self.env)
        of = columns[self.denominator]._description_string(self.env)
        if not figure.denominator:
            return self.env._("Nothing counted: %s", of)
        if self.unit in ("percent", "per_thousand"):
            return self.env._("%(above)s of %(below)s: %(of)s", above=above, below=below, of=of)
        return self.env._("Of %(below)s: %(of)s", below=below, of=of)
