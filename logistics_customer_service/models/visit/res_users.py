from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _may_visit_for(self, company):
        """Tell whether a person may visit customers of a company."""
        self.ensure_one()
        return (
            self.active
            and company in self.company_ids
            and self.has_group("logistics_customer_service.group_agent")
        )
