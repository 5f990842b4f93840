from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_link_key_place = fields.Char(
        string="Key of Public Links", compute="_compute_logistics_link_key_place"
    )

    def _compute_logistics_link_key_place(self):
        for settings in self:
            settings.logistics_link_key_place = self.env["logistics.link.key"]._get_place()
