from odoo import api, models

from ....tools.shipment import notices


class StockPicking(models.Model):
    """A delivery may start a callback."""

    _inherit = "stock.picking"

    @api.model
    def _get_occasion_steps(self):
        return [*super()._get_occasion_steps(), "_plan_callbacks_on"]

    def _plan_callbacks_on(self, occasion):
        if occasion == notices.DELIVERED:
            self._plan_callbacks()

    def _plan_callbacks(self):
        """Plan the callbacks that policies ask for after these deliveries."""
        # carriers and warehouse staff have no rights on callbacks
        policies = self.env["logistics.callback.policy"].sudo()
        active = policies.browse(policies._get_delivery_policy_ids())
        if active:
            deliveries = self.sudo().filtered(lambda picking: picking._is_customer_delivery())
            active._plan_for(deliveries.filtered(lambda d: d._get_logistics_customer()))
