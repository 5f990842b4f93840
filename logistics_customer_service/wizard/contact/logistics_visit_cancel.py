from odoo import fields, models


class LogisticsVisitCancel(models.TransientModel):
    """Asks why visits are not made."""

    _name = "logistics.visit.cancel"
    _description = "Cancel Visits"

    visit_ids = fields.Many2many("logistics.visit", string="Visits", required=True)
    reason = fields.Char(string="Reason", required=True)

    def action_cancel(self):
        """Cancel the visits; they leave the calendar."""
        self.visit_ids.check_access("write")
        self.visit_ids._cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
