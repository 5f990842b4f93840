from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_view_logistics_touchpoints(self):
        """Open the contacts with a person, or with all people of a customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_touchpoint_action_customer"
        )
        name = "customer_id" if self == self.commercial_partner_id else "partner_id"
        return {**action, "domain": [(name, "=", self.id)], "display_name": self.display_name}

    def action_preview_logistics_touchpoints(self):
        """Open what is planned with the customer in the next days, and what the budget lets pass."""
        self.ensure_one()
        preview = self.env["logistics.contact.preview"].create({"partner_id": self.id})
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_contact_preview_action"
        )
        return {**action, "res_id": preview.id}
