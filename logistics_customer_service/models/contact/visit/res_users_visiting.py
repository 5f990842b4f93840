from odoo import models


class ResUsers(models.Model):
    """Who has left visits nobody: the visits are planned anew, or somebody sees to them."""

    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active") is False:
            # whoever archives somebody need not see the visits
            visits = self.env["logistics.visit"].sudo()
            visits.search(
                [("user_id", "in", self.ids), ("state", "=", "planned")]
            )._leave_without_visitor()
        return result
