from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsExceptionSettle(models.TransientModel):
    _name = "logistics.exception.settle"
    _description = "Settle Exceptions"

    exception_ids = fields.Many2many("logistics.exception", string="Exceptions", required=True)
    outcome = fields.Text(required=True)

    def action_settle(self):
        """Settle the exceptions with the note."""
        self.ensure_one()
        if not self.outcome.strip():
            raise UserError(self.env._("Note what was said and done."))
        self.exception_ids._settle(self.outcome.strip())
        return {"type": "ir.actions.act_window_close"}
