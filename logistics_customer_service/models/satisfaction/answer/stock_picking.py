from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

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
