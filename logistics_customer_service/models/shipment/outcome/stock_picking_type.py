from odoo import models


class StockPickingType(models.Model):
    _inherit = "stock.picking.type"

    def write(self, vals):
        """Which transfers are deliveries decides about all outcomes there are."""
        result = super().write(vals)
        if "logistics_deliveries" in vals:
            self.env["logistics.outcome.rebuild"]._start("policy")
        return result
