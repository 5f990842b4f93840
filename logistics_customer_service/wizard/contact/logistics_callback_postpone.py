from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsCallbackPostpone(models.TransientModel):
    _name = "logistics.callback.postpone"
    _description = "Postpone a Callback"

    callback_ids = fields.Many2many("logistics.callback", required=True)
    until = fields.Datetime(
        string="Call From",
        required=True,
        default=lambda self: fields.Datetime.now() + timedelta(days=1),
    )

    note = fields.Text(string="Said on the Phone")

    def action_postpone(self):
        """Call from the chosen moment on, within the customer's hours."""
        self.ensure_one()
        if self.until <= fields.Datetime.now():
            raise UserError(self.env._("Choose a moment to come."))
        if self.note:
            self.callback_ids.note = self.note
        self.callback_ids._postpone(self.until)
        return {"type": "ir.actions.act_window_close"}
