from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.shipment import goals

MOST_MONTHS = 60


class LogisticsIndicatorCompute(models.TransientModel):
    _name = "logistics.indicator.compute"
    _description = "Work Out Past Months"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.subtract(fields.Date.context_today(self), months=12),
    )
    date_to = fields.Date(string="Until", required=True, default=fields.Date.context_today)

    def action_compute(self):
        """Work out the figures of the months that are not frozen."""
        self.ensure_one()
        today = self.company_id._get_logistics_today()
        if not self.date_from <= self.date_to <= today:
            raise UserError(self.env._("Choose months from an earlier to a later day, up to now."))
        firsts = goals.months_between(self.date_from, self.date_to)
        if len(firsts) > MOST_MONTHS:
            raise UserError(self.env._("Choose at most %s months at a time.", MOST_MONTHS))
        self.env["logistics.indicator.month"]._ensure_for(self.company_id, firsts)._refresh()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_indicator_figure_action"
        )
