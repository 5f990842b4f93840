from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools.foundation.periods import local_date
from .res_groups import MODULE


class ResCompany(models.Model):
    """The company's own clock, and the addresses of what it sends."""

    _inherit = "res.company"

    # whoever sends need not read how the company gets its mails
    logistics_sender_email = fields.Char(
        string="Sender", compute="_compute_logistics_emails", compute_sudo=True
    )
    logistics_reply_email = fields.Char(
        string="Answers Go To",
        compute="_compute_logistics_emails",
        compute_sudo=True,
        help="An address that we read; empty where there is none.",
    )

    logistics_clock_tolerance = fields.Integer(
        string="Tolerance for Clocks (Minutes)",
        default=15,
        required=True,
        help="So much the clocks of carriers and staff may be fast. What a carrier tells of a later "
        "time is kept and marked, and not acted upon.",
    )

    logistics_retention_years = fields.Integer(
        string="Years That Invoices Are Kept",
        default=10,
        required=True,
        help="So long the law makes you keep invoices and whom they were for, although the person "
        "was erased.",
    )
    logistics_files_a_day = fields.Integer(
        string="Own Files a Day",
        default=3,
        required=True,
        help="So often a customer with a login may download the own data within a day.",
    )

    _check_logistics_retention_years = models.Constraint(
        "CHECK (logistics_retention_years >= 0)", "Years are not negative."
    )
    _check_logistics_clock_tolerance = models.Constraint(
        "CHECK (logistics_clock_tolerance >= 0)", "A tolerance is not negative."
    )

    def _write_logistics_settings(self, vals):
        """Write what a service manager decides of a company without being its administrator.

        :param vals: values of the fields of both settings screens, and of no others
        :raise AccessError: for who is no service manager, of a company that is not at work, of
            fields that are not ours, of links to what the user may not read
        """
        self.ensure_one()
        if not self.env.user.has_group(f"{MODULE}.group_manager"):
            raise AccessError(self.env._("Service managers decide the settings of customer service."))
        if self not in self.env.companies:
            raise AccessError(self.env._("You do not work for this company at present."))
        if other := vals.keys() - self.env["logistics.settings"]._get_names():
            raise AccessError(
                self.env._("Not among the settings of customer service: %s", ", ".join(sorted(other)))
            )
        self._check_logistics_links([vals])
        # companies are the administrator's; of them a service manager writes these fields alone
        company = self.sudo()
        company.write({name: value for name, value in vals.items() if company._differs(name, value)})

    def _differs(self, name, value):
        field = self._fields[name]
        return self[name] != field.convert_to_record(field.convert_to_cache(value, self), self)

    @api.depends("email", "name")
    def _compute_logistics_emails(self):
        for company in self:
            company.logistics_sender_email = company.email_formatted
            company.logistics_reply_email = False

    def _get_latest_instant(self):
        """Return the naive UTC instant after which nothing can have happened yet."""
        self.ensure_one()
        tolerance = self.sudo().logistics_clock_tolerance  # it is no secret
        return fields.Datetime.now() + timedelta(minutes=tolerance)

    def _prepare_logistics_contact(self):
        """Return whom customers ask: name, phone and mail address, which are no secret."""
        company = self.sudo()  # visitors read it on every page
        return {"name": company.name, "phone": company.phone, "email": company.email}

    def _get_logistics_tz(self):
        """Return the name of the company's time zone: its address's, its calendar's, or UTC.

        Its twin is :meth:`_get_logistics_tz_sql`.
        """
        self.ensure_one()
        company = self.sudo()  # the time zone is no secret; the partner record may be
        # the zone alone: every new case asks for it, and a partner has some sixty columns
        company.partner_id.fetch(["tz"])
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    @api.model
    def _get_logistics_tz_sql(self, alias):
        """Return the SQL of :meth:`_get_logistics_tz` of company ``alias``."""
        return SQL(
            """COALESCE((SELECT tz FROM res_partner WHERE id = %s),
                        (SELECT tz FROM resource_calendar WHERE id = %s), 'UTC')""",
            SQL.identifier(alias, "partner_id"),
            SQL.identifier(alias, "resource_calendar_id"),
        )

    def _get_logistics_today(self):
        """Return today's date in the company's time zone."""
        return local_date(fields.Datetime.now(), self._get_logistics_tz())
