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
        orders = self.sudo().sale_id.filtered("cash_on_delivery")
        if orders:
            self.env["logistics.cod"].sudo()._sync(orders, validated)

    def _get_cod_values(self, order):
        """Return the value that each delivery of an order brings, what is owed beside, and in all.

        Taxes are included. What came back with a return, or is to come, counts against the
        delivery that brought it. Beside goes what is no goods (freight, discounts), and what the
        order itself takes back. A cancelled delivery brings nothing and is left out.

        :return: mapping of delivery to value, and two amounts
        """
        open_ones = self.filtered(lambda picking: picking.state != "cancel").sorted("id")
        values = dict.fromkeys(open_ones, 0.0)
        goods = order.order_line.filtered(
            lambda line: line.product_id.type == "consu" and line.product_uom_qty > 0
        )
        owed = order.amount_total
        rest = owed - sum(goods.mapped("price_total"))
        parts = {line: line._get_goods_parts() for line in goods}
        for move in goods.move_ids.filtered(lambda move: move.state != "cancel"):
            value = move._get_cod_value(parts[move.sale_line_id])
            if move.picking_id in values:
                values[move.picking_id] += value
            elif move._is_taken_back():
                owed -= value
                brought_by = move.origin_returned_move_id.picking_id
                if brought_by in values:
                    values[brought_by] -= value
                else:
                    rest -= value
        return values, rest, owed
