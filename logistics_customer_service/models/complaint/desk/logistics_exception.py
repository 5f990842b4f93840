from odoo import models


class LogisticsException(models.Model):
    _inherit = "logistics.exception"

    def action_register_complaint(self):
        """Open the intake dialogue about the delivery, before the customer calls."""
        self.ensure_one()
        return self.picking_id.action_register_complaint()
