from odoo import models


class LogisticsTier(models.Model):
    """The matrix of priorities is kept by the codes of tiers."""

    _inherit = "logistics.tier"

    def write(self, vals):
        result = super().write(vals)
        if "code" in vals:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
