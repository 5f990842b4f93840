from odoo import fields, models

from ...tools.foundation.periods import local_date


class ResCompany(models.Model):
    """The company's own clock."""

    _inherit = "res.company"

    def _get_logistics_tz(self):
        """Return the name of the company's time zone: its address's, its calendar's, or UTC."""
        self.ensure_one()
        company = self.sudo()  # the time zone is no secret; the partner record may be
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    def _get_logistics_today(self):
        """Return today's date in the company's time zone."""
        return local_date(fields.Datetime.now(), self._get_logistics_tz())
