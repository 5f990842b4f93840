from odoo import api, fields, models

from ....tools.shipment.moments import DONE
from .logistics_survey_policy import DELIVERED


class StockPicking(models.Model):
    _inherit = "stock.picking"

    survey_request_count = fields.Integer(
        string="Survey Requests",
        compute="_compute_survey_request_count",
        compute_sudo=True,
        groups="base.group_user",
    )

    def _compute_survey_request_count(self):
        counts = dict(
            self.env["logistics.survey.request"]._read_group(
                [("picking_id", "in", self.ids)], ["picking_id"], ["__count"]
            )
        )
        for picking in self:
            picking.survey_request_count = counts.get(picking, 0)

    @api.model
    def _get_reactions(self):
        return [*super()._get_reactions(), ("_plan_survey_requests", {DONE})]

    def _plan_survey_requests(self):
        """Have customers asked about those of these deliveries that came to them."""
        # warehouse staff and carriers have no rights on orders and policies
        delivered = self.sudo().filtered(
            lambda picking: picking._is_customer_delivery() and picking.delivered_at
        )
        self.env["logistics.survey.request"]._plan(
            DELIVERED, [picking._prepare_survey_fact() for picking in delivered]
        )

    def _prepare_survey_fact(self):
        """Return the delivery as an occasion to ask about."""
        self.ensure_one()
        return {
            "trigger": DELIVERED,
            "occasion": f"delivery:{self.id}",
            "occurred_at": self.delivered_at,
            "assumed": bool(self.carrier_id and not self.carrier_delivered_at),
            "company_id": self.company_id.id,
            "partner_id": self._get_logistics_customer().id,
            "picking_id": self.id,
            "order_id": self.sale_id.id,
            "of": {
                "carriers": set(self.carrier_id.ids),
                "warehouses": set(self.picking_type_id.warehouse_id.ids),
            },
        }

    # === ACTION METHODS ===#

    def action_view_survey_requests(self):
        """Open what the customer was asked about the delivery."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_survey_request_action"
        )
        return {**action, "domain": [("picking_id", "=", self.id)], "context": {}}
