from odoo import api, fields, models
from odoo.tools import SQL

from ....tools.contact import public_holidays
from ....tools.foundation.parts import of_part

COMING_YEARS = 2


class LogisticsCareHoliday(models.Model):
    """A holiday of a country, whenever it is: Spring Festival in China, Christmas in Germany."""

    _name = "logistics.care.holiday"
    _description = "Holiday"
    _order = "country_id, sequence, name, id"
    _rec_names_search = ["name", "country_id"]

    name = fields.Char(required=True, translate=True, help="As customers read it in a greeting.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=100)
    country_id = fields.Many2one("res.country", required=True, index=True, ondelete="restrict")
    code = fields.Char(
        readonly=True,
        copy=False,
        help="By which the library of holidays knows it; empty: its days are entered by hand.",
    )
    day_ids = fields.One2many("logistics.care.day", "holiday_id", string="Days")
    next_day = fields.Date(string="Next", compute="_compute_next_day")

    _code_unique = models.UniqueIndex("(code)", "This holiday is there already.")

    @api.depends("name", "country_id.code")
    def _compute_display_name(self):
        for holiday in self:
            parts = (holiday.name, holiday.country_id.code)
            holiday.display_name = " · ".join(filter(None, parts))

    @api.depends("day_ids.date")
    def _compute_next_day(self):
        today = fields.Date.context_today(self)
        coming = dict(
            self.env["logistics.care.day"]._read_group(
                [("holiday_id", "in", self.ids), ("date", ">=", today)],
                ["holiday_id"],
                ["date:min"],
            )
        )
        for holiday in self:
            holiday.next_day = coming.get(holiday)

    # === BUSINESS METHODS ===#

    @api.model
    @of_part("care")
    def _cron_load(self):
        """Load the holidays of this year and the two coming, for the countries of customers."""
        countries = self._get_countries()
        self._load(countries, self._get_years())

    @api.model
    def _get_years(self):
        year = fields.Date.context_today(self).year
        return list(range(year, year + COMING_YEARS + 1))

    @api.model
    def _get_countries(self):
        """Return the countries where customers and companies are."""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT customer.country_id
                     FROM logistics_profile profile
                     JOIN res_partner customer ON customer.id = profile.partner_id
                    WHERE profile.active AND customer.country_id IS NOT NULL"""
            )
        )
        # whoever loads holidays need not see every company
        companies = self.env["res.company"].sudo().search([])
        found = self.env["res.country"].browse([country_id for [country_id] in rows])
        return found | companies.country_id

    @api.model
    def _load(self, countries, years):
        """Add what the library knows of the years; what somebody entered or changed stays.

        :param years: numbers of years
        :return: the days that are new
        """
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        known = {
            code: holiday
            for country in countries
            for code, holiday in public_holidays.public_holidays(
                country.code, years, languages
            ).items()
        }
        holidays = self._ensure(known, {country.code: country for country in countries})
        return self._add_days(holidays, known)

    @api.model
    def _ensure(self, known, countries):
        """Return the holidays by code, made where there are none.

        :param known: what the library says, see ``public_holidays``
        :param countries: the countries by ISO code
        """
        every = self.with_context(active_test=False)
        held = {
            holiday.code: holiday for holiday in every.search([("code", "in", list(known))])
        }
        new = [code for code in known if code not in held]
        made = self.with_context(lang="en_US").create(
            [
                {
                    "name": known[code]["names"][public_holidays.ENGLISH],
                    "code": code,
                    "country_id": countries[code[:2]].id,
                }
                for code in new
            ]
        )
        for code, holiday in zip(new, made, strict=True):
            for lang, name in known[code]["names"].items():
                if lang != public_holidays.ENGLISH:
                    holiday.with_context(lang=lang).name = name
        return held | dict(zip(new, made, strict=True))

    @api.model
    def _add_days(self, holidays, known):
        """Add days for all companies; those that one company has of its own are its own alone."""
        days = self.env["logistics.care.day"]
        there = {
            (day.holiday_id.id, day.year)
            for day in days.with_context(active_test=False).search(
                [
                    ("holiday_id", "in", [one.id for one in holidays.values()]),
                    ("company_id", "=", False),
                ]
            )
        }
        return days.create(
            [
                {"holiday_id": holidays[code].id, "date": date, "source": "library"}
                for code, holiday in known.items()
                for year, date in holiday["days"].items()
                if (holidays[code].id, year) not in there
            ]
        )
