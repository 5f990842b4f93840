from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sees_all_companies(self):
        """Tell whether a person works for every company there is, and may decide for all."""
        self.ensure_one()
        # companies that the user may not see are the very ones to protect; archived ones are nobody's
        companies = self.env["res.company"].sudo().with_context(active_test=True).search([])
        return not companies - self.sudo().company_ids
