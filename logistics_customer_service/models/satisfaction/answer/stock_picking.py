from odoo import fields, models


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "logistics.rating.mixin"]
    _rating_field = "picking_id"
    _rating_trigger = "delivered"

    feedback_count = fields.Integer(
        string="Customer Answers",
        compute="_compute_feedback_count",
        groups="logistics_customer_service.group_agent",
    )

    def _compute_feedback_count(self):
        counts = dict(
            self.env["logistics.feedback"]._read_group(
                [("picking_id", "in", self.ids)], ["picking_id"], ["__count"]
            )
        )
        for picking in self:
            picking.feedback_count = counts.get(picking, 0)

    def action_view_feedback(self):
        """Open what the customer answered about the delivery."""
        self.ensure_one()
        return self.env["logistics.feedback"]._get_feedback_action([("picking_id", "=", self.id)])

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
