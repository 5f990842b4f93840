from odoo import api, fields, models


class LogisticsCareDay(models.Model):
    """On which date a holiday is in a year; from the library, or entered by hand."""

    _name = "logistics.care.day"
    _description = "Day of a Holiday"
    _order = "date, id"
    _check_company_auto = True

    holiday_id = fields.Many2one(
        "logistics.care.holiday", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(related="holiday_id.name", string="Name")
    country_id = fields.Many2one(related="holiday_id.country_id", store=True, index=True)
    date = fields.Date(required=True, index=True)
    year = fields.Integer(compute="_compute_year", store=True, aggregator=None)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: for every company. A company's own date outweighs that for all.",
    )
    source = fields.Selection(
        [("library", "Library"), ("hand", "By hand")],
        required=True,
        readonly=True,
        default="hand",
    )
    active = fields.Boolean(default=True, help="Without it nobody is greeted on this day.")

    _once_a_year = models.UniqueIndex(
        "(holiday_id, year, COALESCE(company_id, 0))",
        "The holiday has a date in this year already: change that.",
    )

    @api.depends("date")
    def _compute_year(self):
        for day in self:
            day.year = day.date.year if day.date else 0

    @api.depends("holiday_id", "date")
    def _compute_display_name(self):
        for day in self:
            day.display_name = day.holiday_id.name

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        """As inherited; a company's own date takes the place of that for all."""
        days = super().create(vals_list)
        days._plan_greetings_anew()
        return days

    def write(self, vals):
        """As inherited; a date that somebody changed is no longer the library's."""
        if "date" in vals and "source" not in vals:
            vals = {**vals, "source": "hand"}
        result = super().write(vals)
        if {"date", "active", "holiday_id", "company_id"} & vals.keys():
            self._plan_greetings_anew()
        return result

    def unlink(self):
        self._plan_greetings_anew()
        return super().unlink()

    def _plan_greetings_anew(self):
        # whoever may change holidays changes what is greeted on them
        greetings = self.env["logistics.greeting"].sudo()
        greetings._forget_waiting(
            [("day_id.holiday_id", "in", self.holiday_id.ids), ("day_id.year", "in", self.mapped("year"))]
        )
