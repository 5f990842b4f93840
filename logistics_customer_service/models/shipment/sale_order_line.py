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
        dates = {line: line.order_id.commitment_date or line._expected_date() for line in self}
        self._promise(dates, "confirmed")

    def _promise(self, dates, origin, reason=False):
        """Give these lines a promise, as far as there is something to deliver.

        :param dates: mapping of line to naive UTC instant
        :param origin: ``confirmed`` or ``agreed``
        """
        goods = self.filtered(lambda line: line._is_to_deliver())
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
