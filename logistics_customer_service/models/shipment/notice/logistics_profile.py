from odoo import fields, models


class LogisticsProfile(models.Model):
    _inherit = "logistics.profile"

    notice_count = fields.Integer(string="Notices", compute="_compute_notice_count")

    def _compute_notice_count(self):
        groups = self.env["logistics.notice"]._read_group(
            [
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            ["partner_id", "company_id"],
            ["__count"],
        )
        counts = {}
        for partner, company, count in groups:
            key = (partner.commercial_partner_id, company)
            counts[key] = counts.get(key, 0) + count
        for profile in self:
            profile.notice_count = counts.get((profile.partner_id, profile.company_id), 0)

    def action_view_notices(self):
        """Open what the customer was told about shipments."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_notice_action"
        )
        domain = [
            ("partner_id", "child_of", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return {**action, "domain": domain, "context": {}}
