from math import floor

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.shipment.moments import PRICED
from .sale_order import PROMISE_READERS

# what an order comes to
PRICES = {"price_unit", "discount", "tax_ids", "product_uom_qty", "product_uom_id"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    promised_date = fields.Datetime(
        readonly=True,
        copy=False,
        help="The promise in force: the one given at confirmation, or a later one that the "
        "customer agreed to.",
    )
    promise_ids = fields.One2many(
        "logistics.promise", "line_id", readonly=True, groups=PROMISE_READERS
    )
    substitute_for_id = fields.Many2one(
        "sale.order.line",
        string="In Place of",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        domain="[('order_id', '=', order_id), ('display_type', '=', False), ('id', '!=', id)]",
        help="The line of the same order whose goods these are delivered in place of.",
    )
    substitution_reason_id = fields.Many2one(
        "logistics.reason",
        string="Reason of Substitution",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('kind', '=', 'substitution')]",
        help="Why the customer gets other goods than ordered on this line.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # what is added to a confirmed order is confirmed, and so promised, at once
        added = lines.filtered(lambda line: line.state == "sale")
        added._promise_first()
        added.order_id._react({PRICED})
        return lines

    def write(self, vals):
        result = super().write(vals)
        if PRICES & vals.keys():
            self.order_id._react({PRICED})
        return result

    def _promise_first(self):
        """Promise these lines the day that their order names, or else the one Odoo expects."""
        self._promise({line: line._get_first_promise() for line in self}, "confirmed")

    def _get_first_promise(self):
        """Return when the line is promised; what goes out all at once, when all of it is."""
        order = self.order_id
        at_once = order.picking_policy == "one" and order.expected_date
        return order.commitment_date or at_once or self._expected_date()

    def _promise(self, dates, origin, reason=False):
        """Give these lines a promise, as far as there is something to deliver.

        :param dates: mapping of line to naive UTC instant
        :param origin: ``confirmed`` or ``agreed``
        """
        goods = self.filtered(lambda line: line._is_to_deliver())
        if not goods:
            return
        # salespeople give promises, but nobody writes their history by hand
        self.env["logistics.promise"].sudo().create(
            [
                {
                    "order_id": line.order_id.id,
                    "line_id": line.id,
                    "promised_date": dates[line],
                    "origin": origin,
                    "reason": reason,
                    "user_id": self.env.uid,
                }
                for line in goods
            ]
        )
        for date, lines in goods.grouped(dates.get).items():
            lines.promised_date = date

    def _is_to_deliver(self):
        return (
            self.product_id.type == "consu"
            and not self.display_type
            and not self.is_delivery
            and not self.is_downpayment
        )

    def _is_open(self):
        """Tell whether something of the line is still to be delivered."""
        return self._is_to_deliver() and self.qty_delivered < self.product_uom_qty

    @api.constrains("substitute_for_id", "order_id")
    def _check_substitute_for(self):
        for line in self.filtered("substitute_for_id"):
            replaced = line.substitute_for_id
            if replaced == line or replaced.order_id != line.order_id:
                raise ValidationError(
                    line.env._("Goods stand in for another line of the same order.")
                )
            if replaced.substitute_for_id:
                raise ValidationError(
                    line.env._("Name the line that the customer ordered, not its substitute.")
                )

    # --- of what goods moves bring a line: addons that move others than were sold extend these

    def _get_goods_parts(self):
        """Return the goods that moves bring for this line.

        :return: mapping of product to a pair: how much of it the whole line takes, in its own
            unit, and its share of what the line costs; the shares come to 1
        """
        self.ensure_one()
        return {self.product_id: (self._get_product_quantity(), 1.0)}

    def _get_product_quantity(self):
        return self.product_uom_id._compute_quantity(
            self.product_uom_qty, self.product_id.uom_id, round=False
        )

    def _get_piece_price(self, product):
        """Return what a piece of some goods costs on this line or as a part of it, with taxes."""
        whole = (self._get_product_quantity(), 1.0)
        quantity, share = whole if product == self.product_id else self._get_goods_parts()[product]
        return self.price_total * share / quantity if quantity else 0.0

    def _get_cost_of(self, product):
        """Return what of this line's price is for some goods."""
        _quantity, share = self._get_goods_parts().get(product, (0.0, 0.0))
        return self.price_total * (1.0 if product == self.product_id else share)

    def _get_made(self, moves):
        """Return how much of what was sold done moves make: whole kits only.

        :param moves: some moves of the line
        :return: quantity in the unit of the line's product
        """
        parts, moved = self._get_goods_parts(), moves._get_moved()
        if self.product_id in parts:
            return moved.get(self.product_id, 0.0)
        shares = [
            moved.get(product, 0.0) / quantity for product, (quantity, _share) in parts.items() if quantity
        ]
        made = min(shares, default=0.0) * self._get_product_quantity()
        return float(floor(round(made, 6)))
