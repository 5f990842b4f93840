from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def unlink(self):
        """The sums of the days forget what is deleted."""
        days = self.env["logistics.order.day"]
        before = days._get_days(self.ids)
        result = super().unlink()
        days._add_up(before)
        return result
