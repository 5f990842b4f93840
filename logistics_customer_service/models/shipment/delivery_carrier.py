from odoo import models

# what core works out itself
NOBODY_IS_CALLED = ("fixed", "base_on_rule")


class DeliveryCarrier(models.Model):
    """A copy of the database orders nothing from a carrier."""

    _inherit = "delivery.carrier"

    def _check_may_call_carrier(self):
        if any(carrier.delivery_type not in NOBODY_IS_CALLED for carrier in self):
            self.env["logistics.database"]._check_original()

    def rate_shipment(self, order):
        if self.delivery_type in NOBODY_IS_CALLED or self.env["logistics.database"]._is_original():
            return super().rate_shipment(order)
        error = self.env._("This database is a copy or was moved: it calls no carrier.")
        return {"success": False, "price": 0.0, "error_message": error, "warning_message": False}

    def send_shipping(self, pickings):
        self._check_may_call_carrier()
        return super().send_shipping(pickings)

    def get_return_label(self, pickings, tracking_number=None, origin_date=None):
        self._check_may_call_carrier()
        return super().get_return_label(pickings, tracking_number, origin_date)

    def cancel_shipment(self, pickings):
        self._check_may_call_carrier()
        return super().cancel_shipment(pickings)
