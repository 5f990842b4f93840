from odoo import api, models

from .sale_order import JUDGED


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "logistics.marked.mixin"]
    _mark_owners = ("sale_id", "return_id")

    @api.model
    def _get_marked_fields(self):
        return {
            **super()._get_marked_fields(),
            JUDGED: {
                "state", "date_done", "date_deadline", "scheduled_date", "carrier_id", "sale_id",
                "partner_id", "company_id", "return_id", "owed_to_customer", "picking_type_id",
                "location_id", "location_dest_id", "logistics_reason_id", "reroute_reason_id",
                "shipment_event_count", "shipment_state", "shipment_reported",
                "carrier_delivered_at", "carrier_delivered_source", "consent_finding", "weight",
            },
        }  # fmt: skip
