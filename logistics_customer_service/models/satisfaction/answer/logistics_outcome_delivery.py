from odoo import api, models
from odoo.tools import SQL


class LogisticsOutcomeDelivery(models.Model):
    _inherit = "logistics.outcome.delivery"

    @api.model
    def _judge(self, ids):
        """Answers are held against how the delivery is judged now."""
        differing = super()._judge(ids)
        if differing:
            self.env["logistics.feedback"]._follow_outcomes(
                SQL("held.picking_id = ANY(%s)", list(ids))
            )
        return differing
