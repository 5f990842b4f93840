from odoo import models


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "logistics.rating.mixin"]

    _rating_field = "picking_id"
    _rating_trigger = "delivered"

    def _can_be_rated(self):
        return bool(self._has_tracking_page() and self._get_tracking_delivered_at())

    def _prepare_tracking_page(self):
        """Also how it was, once the goods are there."""
        return {**super()._prepare_tracking_page(), "rating": self._prepare_rating()}

    def action_answer_by_phone(self):
        """Fill in a questionnaire about the delivery with the customer on the telephone."""
        self.ensure_one()
        self.check_access("read")
        phone = self.env["logistics.survey.phone"]
        offered = phone._get_offered(self, self._find_rating_policies())
        return phone._start(self, self._get_logistics_customer(), offered, picking_id=self.id)
