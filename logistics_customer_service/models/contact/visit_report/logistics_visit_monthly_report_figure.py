from odoo import api, fields, models

from ....tools.contact import months

# what a figure of a section is about, beside its name
REFERENCES = {"coverage": "tier_id", "visitor": "user_id", "theme": "aspect_id"}


class LogisticsVisitMonthlyReportFigure(models.Model):
    """A figure of a monthly report, as it was drawn, with the records it counts."""

    _name = "logistics.visit.monthly.report.figure"
    _description = "Figure of a Monthly Report"
    _order = "report_id, sequence, id"

    report_id = fields.Many2one(
        "logistics.visit.monthly.report", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    section = fields.Selection(
        [
            ("coverage", "Coverage by tier"),
            ("visit", "Visits"),
            ("visitor", "By visitor"),
            ("topic", "By point"),
            ("theme", "By theme"),
            ("competitor", "Competitors"),
            ("problem", "Problems"),
            ("action", "Agreed actions"),
        ],
        required=True,
        readonly=True,
    )
    key = fields.Char(string="Name", readonly=True)
    tier_id = fields.Many2one("logistics.tier", readonly=True, ondelete="set null")
    aspect_id = fields.Many2one("logistics.aspect", readonly=True, ondelete="set null")
    user_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    label = fields.Char(string="Item", compute="_compute_label")
    value = fields.Integer(string="How Many", readonly=True)
    target = fields.Integer(string="Out Of", readonly=True)
    rate = fields.Float(string="Share", compute="_compute_rates")
    previous = fields.Integer(string="Month Before", readonly=True)
    previous_target = fields.Integer(string="Of, Before", readonly=True)
    previous_rate = fields.Float(string="Share Before", compute="_compute_rates")
    change = fields.Integer(compute="_compute_change")
    record_ids = fields.Json(string="Records", readonly=True)
    target_record_ids = fields.Json(string="Records It Is a Share Of", readonly=True)

    # === COMPUTE METHODS ===#

    @api.depends("section", "key", "tier_id", "aspect_id", "user_id")
    @api.depends_context("lang")
    def _compute_label(self):
        for figure in self:
            fixed = self._get_fixed_labels(figure.section)
            name = REFERENCES.get(figure.section)
            about = figure[name].name if name else figure.key
            figure.label = fixed.get(figure.key, about) or self._get_nothing_label(figure.section)

    @api.depends("value", "target", "previous", "previous_target")
    def _compute_rates(self):
        for figure in self:
            figure.rate = months.share(figure.value, figure.target) or 0.0
            before = months.share(figure.previous, figure.previous_target)
            figure.previous_rate = before or 0.0

    @api.depends("value", "previous")
    def _compute_change(self):
        for figure in self:
            figure.change = figure.value - figure.previous

    @api.depends("label")
    def _compute_display_name(self):
        for figure in self:
            figure.display_name = figure.label

    @api.model
    def _get_fixed_labels(self, section):
        """Return the names of the figures that every report has, in their order."""
        if section == "visit":
            return {
                "planned": self.env._("Planned for the month"),
                "done": self.env._("Visits made"),
                "cancelled": self.env._("Cancelled"),
                "left": self.env._("Not made"),
                "prospects": self.env._("Made to prospects"),
            }
        if section == "topic":
            return dict(self.env["logistics.visit.finding"]._get_topics())
        if section == "problem":
            urgent = self.env["logistics.visit.urgent.report"]._fields["reason"]
            reasons = urgent._description_selection(self.env)
            return {
                "cases": self.env._("Cases opened"),
                **{
                    value: self.env._("Urgent report: %s", label) for value, label in reasons
                },
                "unanswered": self.env._("Urgent reports nobody has acknowledged"),
            }
        if section == "action":
            return {
                "agreed": self.env._("Agreed on visits of the month"),
                "done": self.env._("Done in the month"),
                "open": self.env._("Open at the end of the month"),
                "late": self.env._("Of these late"),
            }
        return {}

    @api.model
    def _get_nothing_label(self, section):
        labels = {
            "coverage": self.env._("No tier"),
            "theme": self.env._("No theme"),
        }
        return labels.get(section, "")

    @api.model
    def _get_reference(self, section):
        """Return the name of the field that a section's figures are about, or None."""
        return REFERENCES.get(section)

    def _get_key(self):
        name = REFERENCES.get(self.section)
        return (self.section, self.key or None, (self[name].id or None) if name else None)

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the records that were counted."""
        self.ensure_one()
        return self._open(self.record_ids)

    def action_open_target(self):
        """Open the records that the figure is a share of."""
        self.ensure_one()
        return self._open(self.target_record_ids)

    def _open(self, ids):
        return {
            "type": "ir.actions.act_window",
            "name": self.label,
            "res_model": self._get_counted_model(),
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", ids or [])],
            "context": {"active_test": False},
        }

    def _get_counted_model(self):
        """Return the name of the model whose records the figure counts."""
        if self.section == "problem":
            is_case = self.key == "cases"
            return "logistics.complaint" if is_case else "logistics.visit.urgent.report"
        return {
            "coverage": "res.partner",
            "visit": "logistics.visit",
            "visitor": "logistics.visit",
            "topic": "logistics.visit.finding",
            "theme": "logistics.visit.finding",
            "competitor": "logistics.visit.finding",
            "action": "logistics.visit.action",
        }[self.section]
