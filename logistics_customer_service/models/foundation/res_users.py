from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sees_all_companies(self):
        """Tell whether a person works for every company there is, and may decide for all."""
        self.ensure_one()
        # companies that the user may not see are the very ones to protect
        return not self.env["res.company"].sudo().search([]) - self.sudo().company_ids
