import json

from odoo import fields, models

from ...tools.foundation.periods import local_hour


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_window_months = fields.Integer(
        string="Window of Figures (Months)",
        default=12,
        required=True,
        help="Orders, deliveries and payments of the last so many months make the figures.",
    )
    logistics_currency_rate = fields.Selection(
        [("order", "Rate of the order's date"), ("today", "Today's rate")],
        string="Orders in Other Currencies",
        default="order",
        required=True,
    )
    logistics_tier_approval = fields.Boolean(
        string="Approve Tier Changes",
        help="The nightly job proposes tier changes; a service manager makes them.",
    )
    logistics_job_hour = fields.Float(
        string="Nightly Job At",
        default=2.0,
        help="Hour of the day, in the company's time zone, from which figures, scores and tiers "
        "are brought up to date.",
    )

    _check_logistics_window = models.Constraint(
        "CHECK (logistics_window_months > 0)", "The window has at least one month."
    )
    _check_logistics_job_hour = models.Constraint(
        "CHECK (logistics_job_hour >= 0 AND logistics_job_hour < 24)",
        "The nightly job starts between 0:00 and 23:59.",
    )

    def _is_logistics_job_due(self):
        """Tell whether the hour of the nightly job has come in the company's time zone."""
        hour = local_hour(fields.Datetime.now(), self._get_logistics_tz())
        return hour >= self.logistics_job_hour

    def _get_logistics_rates_json(self):
        """Return today's rate of every currency against the company's, as a JSON object."""
        # rates of currencies that a company does not use any more are needed, too
        currencies = self.env["res.currency"].sudo().with_context(active_test=False).search([])
        rates = currencies._get_rates(self, self._get_logistics_today())
        own = rates.get(self.currency_id.id) or 1.0
        return json.dumps({currency_id: rate / own for currency_id, rate in rates.items()})
