from odoo import api, fields, models

from ...customer.logistics_profile_mixin import AGENTS, STAFF


class StockPicking(models.Model):
    _inherit = "stock.picking"

    cod_ids = fields.One2many(
        "logistics.cod", "picking_id", string="Money Collected", groups=AGENTS
    )
    cod_amount = fields.Monetary(
        string="Amount to Collect",
        compute="_compute_cod",
        compute_sudo=True,
        currency_field="cod_currency_id",
        groups=STAFF,
    )
    cod_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of the Amount",
        compute="_compute_cod",
        compute_sudo=True,
        groups=STAFF,
    )
    cod_state = fields.Selection(
        selection=lambda self: self.env["logistics.cod"]
        ._fields["state"]
        ._description_selection(self.env),
        string="Cash on Delivery",
        compute="_compute_cod",
        compute_sudo=True,
        groups=STAFF,
    )

    @api.depends("cod_ids.amount", "cod_ids.state", "cod_ids.currency_id")
    def _compute_cod(self):
        """Whoever hands the goods over must know, without rights on the money's way."""
        for picking in self:
            picking.cod_amount = picking.cod_ids.amount
            picking.cod_currency_id = picking.cod_ids.currency_id
            picking.cod_state = picking.cod_ids.state

    def _sync_validated_cod(self):
        """What was brought is known now, and the rest is a delivery of its own."""
        self._sync_cod(validated=self)

    def _sync_cod(self, validated=()):
        """Bring what the deliveries collect in line with what they bring.

        :param validated: deliveries whose goods are known only now
        """
        # whoever moves goods need not write what is collected for them
        deliveries = self.sudo().filtered(
            lambda picking: picking.sale_id.cash_on_delivery and picking._is_customer_delivery()
        )
        if deliveries:
            self.env["logistics.cod"].sudo()._sync(deliveries.sale_id, validated)

    def _get_cod_values(self, order):
        """Return the value that each delivery of an order brings, taxes included.

        What is no goods goes with the first; a cancelled delivery brings nothing and is left out,
        unless it is on record already.
        """
        values = {}
        for picking in self.sorted("id"):
            if picking.state != "cancel":
                values[picking] = sum(
                    move._get_cod_value()
                    for move in picking.move_ids
                    if move.state != "cancel" and move.sale_line_id.order_id == order
                )
        if values:
            goods = order.order_line.filtered(lambda line: line.product_id.type == "consu")
            first = next(iter(values))
            values[first] += order.amount_total - sum(goods.mapped("price_total"))
        return {
            picking: max(order.currency_id.round(value), 0.0) for picking, value in values.items()
        }
