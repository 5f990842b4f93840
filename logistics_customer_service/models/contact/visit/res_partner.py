from odoo import fields, models
from odoo.fields import NO_ACCESS


class ResPartner(models.Model):
    """Customers and prospects who are visited."""

    _inherit = "res.partner"

    # visits follow the data of whom they are to: of those just made they are known to be none
    logistics_visit_ids = fields.One2many(
        "logistics.visit", "partner_id", string="Visits", groups=NO_ACCESS
    )
    logistics_customer_visit_ids = fields.One2many(
        "logistics.visit", "customer_id", string="Visits to the Customer", groups=NO_ACCESS
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active") is False:
            # who may archive a partner calls off what was planned with it
            visits = self.env["logistics.visit"].sudo().search(
                [("partner_id", "in", self.ids), ("state", "=", "planned")]
            )
            visits._cancel(self.env._("The customer was archived."))
        return result

    def unlink(self):
        # the database would cascade, but leave calendar entries and messages behind
        visits = self.env["logistics.visit"].sudo()  # who may delete a partner deletes its visits
        visits.search([("partner_id", "in", self.ids)]).unlink()
        return super().unlink()

    def action_view_visits(self):
        """Open the visits to the customer and its people."""
        self.ensure_one()
        return {
            **self._get_visits_action(),
            "domain": [("customer_id", "=", self.commercial_partner_id.id)],
        }

    def _get_visits_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_visit_action_all"
        )
        return {**action, "context": {"default_partner_id": self.id}}
