from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _follow_write(self, vals):
        """Another country has other laws: the open cases of a company that moves follow."""
        # whoever moves a company need not see its cases
        if "country_id" in vals and (companies := self.sudo().ref_company_ids):
            self.env.registry.clear_cache()
            self.env["logistics.clock"]._read_anew([("company_id", "in", companies.ids)])
        return super()._follow_write(vals)
