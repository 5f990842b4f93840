from odoo import fields, models


class LogisticsProfile(models.Model):
    """The calls a customer is owed."""

    _inherit = "logistics.profile"

    callback_ids = fields.One2many("logistics.callback", "profile_id", string="Callbacks")
    callback_count = fields.Integer(
        string="Number of Callbacks", compute="_compute_callback_count"
    )

    def _compute_callback_count(self):
        counts = dict(
            self.env["logistics.callback"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.callback_count = counts.get(profile, 0)

    def action_view_callbacks(self):
        """Open the callbacks of the customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_callback_action"
        )
        return {
            **action,
            "domain": [("profile_id", "=", self.id)],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }
