from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_register_complaint(self):
        """Open the intake dialogue for this customer."""
        self.ensure_one()
        return self._get_intake_action(default_choice_id=self.id)

    def _get_intake_action(self, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_complaint_intake_action"
        )
        return {**action, "context": {"dialog_size": "extra-large", **context}}
