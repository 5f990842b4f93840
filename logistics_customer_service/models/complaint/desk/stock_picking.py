from odoo import Command, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_register_complaint(self):
        """Open the intake dialogue about this delivery."""
        self.ensure_one()
        customer = self._get_logistics_customer()
        return customer._get_intake_action(
            default_choice_id=customer.id,
            default_company_id=self.company_id.id,
            default_order_ids=[Command.set(self.sale_id.ids)],
            default_picking_ids=[Command.set(self.ids)],
        )
