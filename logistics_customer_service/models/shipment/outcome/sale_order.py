from odoo import api, models

JUDGED = "outcome"


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "logistics.marked.mixin"]

    @api.model
    def _get_marked_fields(self):
        return {
            **super()._get_marked_fields(),
            JUDGED: {
                "state", "date_order", "partner_id", "company_id", "warehouse_id", "carrier_id",
                "commitment_date", "promised_date",
            },
        }  # fmt: skip
