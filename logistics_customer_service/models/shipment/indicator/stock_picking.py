from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def unlink(self):
        """The sums of the days forget what is deleted."""
        days = self.env["logistics.delivery.day"]
        before = days._get_days(self.ids)
        result = super().unlink()
        days._add_up(before)
        return result
