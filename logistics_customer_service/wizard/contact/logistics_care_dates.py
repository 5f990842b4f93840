from odoo import Command, api, fields, models

from ...models.contact.care.res_partner import MONTHS


class LogisticsCareDates(models.TransientModel):
    """Birthdays of a customer's people, and the day it was founded, as an agent hears of them.

    Agents need no rights on contacts to note them.
    """

    _name = "logistics.care.dates"
    _description = "Dates of Care"

    profile_id = fields.Many2one("logistics.profile", required=True, ondelete="cascade")
    is_business = fields.Boolean(related="profile_id.partner_id.is_company", related_sudo=False)
    founded_on = fields.Date(
        compute="_compute_founded_on", store=True, readonly=False, precompute=True
    )
    line_ids = fields.One2many(
        "logistics.care.dates.line",
        "dates_id",
        string="Birthdays",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("profile_id")
    def _compute_founded_on(self):
        for dates in self:
            dates.founded_on = dates.profile_id.founded_on

    @api.depends("profile_id")
    def _compute_line_ids(self):
        for dates in self:
            people = dates._get_people()
            dates.line_ids = [Command.clear()] + [
                Command.create(dates._prepare_line_vals(person)) for person in people
            ]

    def _get_people(self):
        """Return the customer's contacts; a consumer is a person of its own."""
        customer = self.profile_id.partner_id
        contacts = self.env["res.partner"].search(
            [("commercial_partner_id", "=", customer.id), ("is_company", "=", False)]
        )
        return contacts.filtered(lambda one: one == customer or one.type == "contact")

    @api.model
    def _prepare_line_vals(self, person):
        return {
            "partner_id": person.id,
            "birth_month": person.logistics_birth_month,
            "birth_day": person.logistics_birth_day,
            "birth_year": person.logistics_birth_year,
        }

    def action_save(self):
        """Keep the dates with the contacts.

        :raise AccessError: for people who may not write the profile
        """
        self.ensure_one()
        self.profile_id._check_may_note()
        # the right on the profile was checked; contacts are others' to write but for these dates
        customer = self.profile_id.partner_id.sudo()
        if self.is_business and customer.logistics_founded_on != self.founded_on:
            customer.logistics_founded_on = self.founded_on
        # agents have no rights on contacts; these dates are theirs to note
        for line in self.line_ids.sudo():
            if line.partner_id.commercial_partner_id == customer:
                line._save()


class LogisticsCareDatesLine(models.TransientModel):
    _name = "logistics.care.dates.line"
    _description = "Birthday of a Person"

    dates_id = fields.Many2one("logistics.care.dates", required=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="cascade"
    )
    birth_month = fields.Selection(MONTHS, string="Month")
    birth_day = fields.Integer(string="Day")
    birth_year = fields.Integer(string="Year", help="Empty: not known, and not needed.")

    def _save(self):
        vals = {f"logistics_{name}": self[name] for name in ("birth_month", "birth_day", "birth_year")}
        person = self.partner_id
        if any(person[name] != value for name, value in vals.items()):
            person.write(vals)
