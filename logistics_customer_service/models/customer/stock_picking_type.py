from odoo import fields, models


class StockPickingType(models.Model):
    _inherit = "stock.picking.type"

    logistics_deliveries = fields.Selection(
        [("none", "None"), ("order", "Of sales orders"), ("all", "All of them")],
        string="Deliveries to Customers",
        required=True,
        default="order",
        help="Which transfers to customers are deliveries that customers are told of and asked "
        "about, and that figures count. Those without a sales order are sales at a till, samples or "
        "made by hand.",
    )
