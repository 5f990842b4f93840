from odoo import api, models

JUDGED = "outcome"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _get_marked_fields(self):
        return {
            **super()._get_marked_fields(),
            JUDGED: {
                "state", "date_order", "partner_id", "company_id", "warehouse_id", "carrier_id",
                "commitment_date", "promised_date",
            },
        }  # fmt: skip
