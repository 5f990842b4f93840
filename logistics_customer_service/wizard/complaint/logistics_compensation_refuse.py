from odoo import fields, models


class LogisticsCompensationRefuse(models.TransientModel):
    """Why a compensation is refused."""

    _name = "logistics.compensation.refuse"
    _description = "Refuse a Compensation"

    compensation_ids = fields.Many2many("logistics.compensation", required=True)
    reason = fields.Char(required=True)

    def action_refuse(self):
        """Refuse them with the reason."""
        self.compensation_ids._refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
