from odoo import fields, models
from odoo.exceptions import AccessError


class ResConfigSettings(models.TransientModel):
    _name = "res.config.settings"
    _inherit = ["res.config.settings", "logistics.settings.mixin"]

    # parts of customer service, for the whole database
    group_logistics_tiers = fields.Boolean(
        string="Tiers", implied_group="logistics_customer_service.group_part_tiers"
    )
    group_logistics_shipments = fields.Boolean(
        string="Shipments and Notices", implied_group="logistics_customer_service.group_part_shipments"
    )
    group_logistics_cod = fields.Boolean(
        string="Cash on Delivery", implied_group="logistics_customer_service.group_part_cod"
    )
    group_logistics_cases = fields.Boolean(
        string="Cases", implied_group="logistics_customer_service.group_part_cases"
    )
    group_logistics_surveys = fields.Boolean(
        string="Surveys", implied_group="logistics_customer_service.group_part_surveys"
    )
    group_logistics_callbacks = fields.Boolean(
        string="Callbacks", implied_group="logistics_customer_service.group_part_callbacks"
    )
    group_logistics_visits = fields.Boolean(
        string="Visits", implied_group="logistics_customer_service.group_part_visits"
    )
    group_logistics_care = fields.Boolean(
        string="Care", implied_group="logistics_customer_service.group_part_care"
    )
    logistics_link_key_place = fields.Char(
        string="Key of Public Links", compute="_compute_logistics_link_key_place"
    )
    logistics_is_copy = fields.Boolean(string="Copy of a Database", compute="_compute_logistics_is_copy")

    def _compute_logistics_is_copy(self):
        self.logistics_is_copy = not self.env["logistics.database"]._is_original()

    def action_logistics_become_original(self):
        """Have customer service send, and open its links, from this database from now on.

        :raise AccessError: for who is no administrator
        """
        if not self.env.is_admin():
            raise AccessError(self.env._("Only administrators say which database is the original."))
        self.env["logistics.database"]._become_original()
        return {"type": "ir.actions.client", "tag": "reload"}

    def _compute_logistics_link_key_place(self):
        for settings in self:
            settings.logistics_link_key_place = self.env["logistics.link.key"]._get_place()
