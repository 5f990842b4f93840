from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsIndicatorUnfreeze(models.TransientModel):
    _name = "logistics.indicator.unfreeze"
    _description = "Open a Frozen Month"

    month_ids = fields.Many2many("logistics.indicator.month", string="Months", required=True)
    reason = fields.Char(required=True)

    def action_unfreeze(self):
        """Open the months again; the reason stays with them."""
        self.ensure_one()
        if not self.reason.strip():
            raise UserError(self.env._("Give the reason: it stays with the month."))
        self.month_ids._unfreeze(self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
