from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self.env["logistics.clock"]._read_anew([("company_id", "in", self.ids)])
        return result
