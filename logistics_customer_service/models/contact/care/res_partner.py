from datetime import date

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse

from ....tools.contact import days

# what is known of people's lives is the service's alone: neither customers nor other staff read it, and
# it is one person's: a duplicate is another
AGENTS = "logistics_customer_service.group_agent"
MONTHS = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]
# the kinds of occasions that go by a date of the partner's
DATED = {
    "logistics_birth_month": "birthday",
    "logistics_birth_day": "birthday",
    "logistics_birth_year": "birthday",
    "logistics_founded_on": "founding",
}


class ResPartner(models.Model):
    """Days on which a person or a customer is greeted, and when nobody is."""

    _name = "res.partner"
    _inherit = ["res.partner", "logistics.past.mixin"]
    _past_fields = ("logistics_founded_on",)

    # three fields, for many tell the day without the year
    logistics_birth_month = fields.Selection(
        MONTHS, string="Month of Birth", index="btree_not_null", copy=False, groups=AGENTS
    )
    logistics_birth_day = fields.Integer(
        string="Day of Birth", copy=False, groups=AGENTS, aggregator=None
    )
    logistics_birth_year = fields.Integer(
        string="Year of Birth",
        copy=False,
        groups=AGENTS,
        aggregator=None,
        help="Empty: not known, and not needed.",
    )
    logistics_birthday = fields.Char(
        string="Birthday", compute="_compute_logistics_birthday", groups=AGENTS
    )
    logistics_founded_on = fields.Date(
        string="Founded On",
        index="btree_not_null",
        copy=False,
        groups=AGENTS,
        help="The company is greeted each year on this day.",
    )
    bereaved_until = fields.Date(
        index="btree_not_null",
        copy=False,
        groups=AGENTS,
        help="Up to and including this day nobody there is greeted.",
    )
    bereavement_note = fields.Char(copy=False, groups=AGENTS)

    # === COMPUTE METHODS ===#

    @api.depends("logistics_birth_month", "logistics_birth_day", "logistics_birth_year")
    @api.depends_context("lang")
    def _compute_logistics_birthday(self):
        for partner in self:
            partner.logistics_birthday = partner._format_birthday()

    def _format_birthday(self):
        """Return the birthday as the user's language writes it, with or without a year."""
        month, day = int(self.logistics_birth_month or 0), self.logistics_birth_day
        if not month or not days.is_day(day, month):
            return False
        if self.logistics_birth_year:
            return format_date(self.env, date(self.logistics_birth_year, month, day))
        locale = babel_locale_parse(self.env.lang or "en_US")
        return format_skeleton("MMMd", date(2000, month, day), locale=locale)

    # === CONSTRAINT METHODS ===#

    @api.constrains("logistics_birth_month", "logistics_birth_day", "logistics_birth_year")
    def _check_logistics_birthday(self):
        this_year = fields.Date.today().year
        for partner in self:
            month, day = partner.logistics_birth_month, partner.logistics_birth_day
            year = partner.logistics_birth_year
            known = bool(month), bool(day)
            if not any(known) and not year:
                continue
            if not all(known) or not days.is_day(day, int(month), year):
                raise ValidationError(
                    self.env._("A birthday is a day of a month: there is none such.")
                )
            if year and not this_year - 130 <= year <= this_year:
                raise ValidationError(self.env._("Nobody alive was born in %s.", year))

    # === CRUD METHODS ===#

    def write(self, vals):
        """As inherited; what waits for the old date of somebody waits for nothing."""
        result = super().write(vals)
        if kinds := {DATED[name] for name in DATED.keys() & vals.keys()}:
            self._plan_greetings_anew(kinds)
        return result

    def _plan_greetings_anew(self, kinds):
        # whoever may write the date of somebody changes what follows from it
        greetings = self.env["logistics.greeting"].sudo()
        greetings._forget_waiting([("partner_id", "in", self.ids), ("kind", "in", list(kinds))])
