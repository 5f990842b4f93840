from odoo import models


class ResUsers(models.Model):
    """People who visit customers. Who has left visits nobody: the visits are planned anew, or
    somebody sees to them.
    """

    _inherit = "res.users"

    def _may_visit_for(self, company):
        """Tell whether a person may visit customers of a company."""
        self.ensure_one()
        return (
            self.active
            and company in self.company_ids
            and self.has_group("logistics_customer_service.group_agent")
        )

    def _get_visit_zone(self, company):
        """Return the time zone whose days count when the person visits customers of a company."""
        return self.tz or company._get_logistics_tz()

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active") is False:
            # whoever archives somebody need not see the visits
            visits = self.env["logistics.visit"].sudo()
            visits.search(
                [("user_id", "in", self.ids), ("state", "=", "planned")]
            )._leave_without_visitor()
        return result
