from odoo import api, models
from odoo.tools import SQL


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model
    def _get_other_goods_sql(self):
        """The components of a kit are what was ordered."""
        return SQL("%s AND sm.bom_line_id IS NULL", super()._get_other_goods_sql())
