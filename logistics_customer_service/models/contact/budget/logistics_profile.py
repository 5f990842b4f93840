from odoo import fields, models


class LogisticsProfile(models.Model):
    """What the customer heard of us, and will."""

    _inherit = "logistics.profile"

    contact_count = fields.Integer(string="Number of Contacts", compute="_compute_contact_count")

    def _compute_contact_count(self):
        groups = self.env["logistics.touchpoint"]._read_group(
            [
                ("customer_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "=", "made"),
            ],
            ["customer_id", "company_id"],
            ["__count"],
        )
        counts = {(customer, company): count for customer, company, count in groups}
        for profile in self:
            profile.contact_count = counts.get((profile.partner_id, profile.company_id), 0)

    def action_view_contacts(self):
        """Open what was said to the customer and its people, and what will be."""
        self.ensure_one()
        action = self.partner_id.action_view_logistics_touchpoints()
        return {**action, "domain": [*action["domain"], ("company_id", "=", self.company_id.id)]}

    def action_preview_contacts(self):
        """Open what is planned with the customer in the next days."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id).action_preview_logistics_touchpoints()
