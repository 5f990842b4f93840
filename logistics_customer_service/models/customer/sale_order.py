from odoo import api, fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "logistics.profile.mixin", "logistics.marked.mixin"]
    _mark_owners = ("partner_id",)

    promised_date = fields.Datetime(
        readonly=True,
        copy=False,
        help="The delivery date given when the order was confirmed. It stays when the delivery "
        "date of the order is changed later.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_logistics_profile_id(self):
        return super()._compute_logistics_profile_id()

    @api.model
    def _get_marked_fields(self):
        """What a customer's facts read of orders."""
        marked = super()._get_marked_fields()
        facts = {
            "company_id",
            "partner_id",
            "partner_invoice_id",
            "state",
            "date_order",
            "amount_untaxed",
            "margin",
            "currency_id",
            "currency_rate",
        }
        return {**marked, "facts": facts | marked.get("facts", set())}

    def _action_confirm(self):
        self._keep_promise()
        for company, orders in self.grouped("company_id").items():
            self.env["logistics.profile"]._ensure_for(orders.partner_id, company)
        return super()._action_confirm()

    def _keep_promise(self):
        """Keep the date promised at confirmation; a second confirmation promises anew."""
        for order in self:
            order.promised_date = order.commitment_date or order.expected_date
