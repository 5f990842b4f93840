from odoo import Command, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_register_complaint(self):
        """Open the intake dialogue about this order."""
        self.ensure_one()
        return self.partner_id._get_intake_action(
            default_choice_id=self.partner_id.id,
            default_company_id=self.company_id.id,
            default_order_ids=[Command.set(self.ids)],
        )
