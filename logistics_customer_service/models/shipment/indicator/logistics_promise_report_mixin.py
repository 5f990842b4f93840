from odoo import fields, models
from odoo.tools import SQL


class LogisticsPromiseReportMixin(models.AbstractModel):
    """What reports on kept promises are sorted by: the order, and how it was delivered.

    They read stored outcomes, which their sources name ``j``: what is overdue depends on the day and
    is told when it is shown, everything else was judged before. Customers are counted by the tier
    and the region that they had then.
    """

    _name = "logistics.promise.report.mixin"
    _inherit = ["logistics.customer.report.mixin"]
    _description = "Report on Promises"

    order_id = fields.Many2one("sale.order", readonly=True)
    time_class_id = fields.Many2one(
        "logistics.time.class", string="Delivery Time", readonly=True
    )
    cargo_nature_ids = fields.Many2many(related="profile_id.cargo_nature_ids")
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        return {
            **super()._get_columns(),
            "id": SQL("j.id"),
            "order_id": SQL("j.order_id"),
            "company_id": SQL("j.company_id"),
            "partner_id": SQL("customer.commercial_partner_id"),
            "time_class_id": SQL("profile.time_class_id"),
            "carrier_id": SQL("j.carrier_id"),
            "warehouse_id": SQL("j.warehouse_id"),
            "country_id": SQL("j.country_id"),
            "state_id": SQL("j.state_id"),
            "tier_id": SQL("j.tier_id"),
        }

    def _get_steps(self):
        return [self._get_zone_step()]

    def _get_customer_joins(self):
        """Return the SQL that joins today's date and the customer to ``j``."""
        return SQL(
            """JOIN zone ON zone.company_id = j.company_id
          LEFT JOIN res_partner customer ON customer.id = j.partner_id
          LEFT JOIN logistics_profile profile
                 ON profile.partner_id = customer.commercial_partner_id
                AND profile.company_id = j.company_id"""
        )
