from odoo import fields, models
from odoo.exceptions import UserError

MOST_YEARS = 10


class LogisticsCareLoad(models.TransientModel):
    """Which countries' holidays to load, and for which years."""

    _name = "logistics.care.load"
    _description = "Load Public Holidays"

    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        required=True,
        default=lambda self: self.env["logistics.care.holiday"]._get_countries(),
        help="Those of customers and companies, to begin with.",
    )
    year_from = fields.Integer(
        string="From Year",
        required=True,
        default=lambda self: self.env["logistics.care.holiday"]._get_years()[0],
    )
    year_to = fields.Integer(
        string="To Year",
        required=True,
        default=lambda self: self.env["logistics.care.holiday"]._get_years()[-1],
    )

    def action_load(self):
        """Add the holidays that are not there yet, and open the calendar.

        :raise UserError: where the years are none, or too many
        """
        self.ensure_one()
        if not 1950 <= self.year_from <= self.year_to < self.year_from + MOST_YEARS <= 2100:
            raise UserError(self.env._("Load from one to %s years, from 1950 on.", MOST_YEARS))
        years = range(self.year_from, self.year_to + 1)
        self.env["logistics.care.holiday"]._load(self.country_ids, list(years))
        return self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_care_day_action"
        )
