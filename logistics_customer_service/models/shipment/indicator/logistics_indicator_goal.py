from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class LogisticsIndicatorGoal(models.Model):
    """What an indicator shall reach, by when, whose task it is, and why it can be reached."""

    _name = "logistics.indicator.goal"
    _inherit = ["mail.thread"]
    _description = "Service Goal"
    _order = "date_from desc, indicator_id, id"
    _check_company_auto = True

    indicator_id = fields.Many2one(
        "logistics.indicator", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    unit = fields.Selection(related="indicator_id.unit")
    direction = fields.Selection(related="indicator_id.direction")
    value = fields.Float(string="Goal", required=True, tracking=True, digits=(16, 2))
    warning_margin = fields.Float(
        digits=(16, 2),
        tracking=True,
        help="A figure short of the goal by no more than this is close (amber), else missed (red).",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._get_logistics_today().replace(day=1),
    )
    date_to = fields.Date(
        string="Until", tracking=True, help="Empty: until another goal takes its place."
    )
    tier_id = fields.Many2one("logistics.tier", ondelete="cascade", check_company=True)
    carrier_id = fields.Many2one("delivery.carrier", ondelete="cascade", check_company=True)
    user_id = fields.Many2one(
        "res.users", string="Owner", default=lambda self: self.env.user, tracking=True
    )
    specific = fields.Text(string="What Exactly", help="Specific: what is to be reached, where.")
    attainable = fields.Text(
        string="Why It Can Be Reached", help="Attainable: means, people and measures."
    )
    relevant = fields.Text(string="What It Serves", help="Relevant: customers, contracts, costs.")
    note = fields.Text()

    _check_dates = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)", "A goal ends after it begins."
    )
    _check_margin = models.Constraint(
        "CHECK (warning_margin >= 0)", "The margin of a goal is not negative."
    )
    _check_scope = models.Constraint(
        "CHECK (tier_id IS NULL OR carrier_id IS NULL)",
        "A goal is for a tier or for a carrier, not for both.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("indicator_id", "value", "company_id", "tier_id", "carrier_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for goal in self:
            parts = [goal.indicator_id.name, goal.tier_id.name or goal.carrier_id.name]
            if goal.indicator_id:
                parts.append(goal.indicator_id._format(goal.value, goal.company_id))
            goal.display_name = " · ".join(filter(None, parts))

    # === CONSTRAINT METHODS ===#

    @api.constrains("indicator_id", "company_id", "tier_id", "carrier_id", "date_from", "date_to")
    def _check_overlap(self):
        for goal in self:
            other = self.search(goal._get_overlap_domain(), limit=1)
            if other:
                raise ValidationError(
                    self.env._(
                        "“%(goal)s” already applies from %(start)s to %(end)s."
                        " End it before the new goal begins.",
                        goal=other.display_name,
                        start=fields.Date.to_string(other.date_from),
                        end=fields.Date.to_string(other.date_to) or "…",
                    )
                )

    def _get_overlap_domain(self):
        domain = Domain(
            [
                ("id", "!=", self.id),
                ("indicator_id", "=", self.indicator_id.id),
                ("company_id", "=", self.company_id.id),
                ("tier_id", "=", self.tier_id.id),
                ("carrier_id", "=", self.carrier_id.id),
            ]
        ) & (Domain("date_to", "=", False) | Domain("date_to", ">=", self.date_from))
        return domain & Domain("date_from", "<=", self.date_to) if self.date_to else domain

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        goals = super().create(vals_list)
        goals._rejudge()
        return goals

    def write(self, vals):
        before = self._get_open_figures()
        result = super().write(vals)
        (before | self._get_open_figures())._compare()
        return result

    def unlink(self):
        figures = self._get_open_figures()
        result = super().unlink()
        figures._compare()
        return result

    def _rejudge(self):
        """Hold the figures of open months against the goals as they are now."""
        self._get_open_figures()._compare()

    def _get_open_figures(self):
        # figures are nobody's to write: they follow from reports and goals
        return (
            self.env["logistics.indicator.figure"]
            .sudo()
            .search(
                [
                    ("indicator_id", "in", self.indicator_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("frozen", "=", False),
                ]
            )
        )

    # === BUSINESS METHODS ===#

    def _applies_on(self, day):
        return self.date_from <= day and (not self.date_to or day <= self.date_to)

    def _get_key(self):
        """Return what a goal is for, as figures ask for it."""
        scope = (self.tier_id and "tier") or (self.carrier_id and "carrier") or "all"
        part = self.tier_id or self.carrier_id
        return self.company_id.id, self.indicator_id.id, scope, part.id or False
