from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _agree_promise(self, date, reason, lines=None):
        """Whoever agrees on a date sees at once that the delivery is not late any more."""
        result = super()._agree_promise(date, reason, lines)
        self.env["logistics.exception"]._detect(self.order_line._get_deliveries())
        return result
