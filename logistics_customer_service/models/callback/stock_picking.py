from odoo import models

from ...tools.notice import notices


class StockPicking(models.Model):
    """A delivery may start a callback."""

    _inherit = "stock.picking"

    def _note_occasion(self, occasion):
        result = super()._note_occasion(occasion)
        if occasion == notices.DELIVERED:
            self._plan_callbacks()
        return result

    def _plan_callbacks(self):
        """Plan the callbacks that policies ask for after these deliveries."""
        # carriers and warehouse staff have no rights on callbacks
        policies = self.env["logistics.callback.policy"].sudo()
        active = policies.search([("trigger", "=", "delivered")])
        if active:
            deliveries = self.sudo().filtered(lambda picking: picking._is_customer_delivery())
            active._plan_for(deliveries.filtered(lambda d: d._get_logistics_customer()))
