from odoo import fields, models
from odoo.exceptions import AccessError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_link_key_place = fields.Char(
        string="Key of Public Links", compute="_compute_logistics_link_key_place"
    )
    logistics_retention_years = fields.Integer(
        related="company_id.logistics_retention_years", readonly=False
    )
    logistics_files_a_day = fields.Integer(
        related="company_id.logistics_files_a_day", readonly=False
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
