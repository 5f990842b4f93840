from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    promised_date = fields.Datetime(
        readonly=True,
        copy=False,
        help="The promise in force: the one given at confirmation, or a later one that the "
        "customer agreed to.",
    )
    promise_ids = fields.One2many("logistics.promise", "line_id", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # what is added to a confirmed order is confirmed, and so promised, at once
        lines.filtered(lambda line: line.state == "sale")._promise_first()
        return lines

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
