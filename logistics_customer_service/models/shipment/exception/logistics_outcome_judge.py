from odoo import api, models


class LogisticsOutcomeJudge(models.Model):
    _inherit = "logistics.outcome.judge"

    @api.model
    def _judge(self, order_ids, picking_ids):
        """What is judged tells whether what was validated short has been made up for."""
        differing = super()._judge(order_ids, picking_ids)
        short = [("id", "in", picking_ids), ("shipment_short", "=", True)]
        if differing and self.env["stock.picking"].search_count(short, limit=1):
            self.env["logistics.exception"]._detect_soon()
        return differing
