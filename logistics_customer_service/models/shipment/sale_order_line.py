from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    promised_date = fields.Datetime(
        readonly=True,
        copy=False,
        help="The promise in force: the one given at confirmation, or a later one that the "
        "customer agreed to.",
    )
    promise_ids = fields.One2many("logistics.promise", "line_id", readonly=True)

    def _promise(self, date, origin, reason=False):
        """Give these lines a promise.

        :param date: naive UTC instant, or a function from a line to one
        :param origin: ``confirmed`` or ``agreed``
        """
        goods = self.filtered(lambda line: not line.display_type and not line.is_delivery)
        vals_list = [
            {
                "order_id": line.order_id.id,
                "line_id": line.id,
                "promised_date": date(line) if callable(date) else date,
                "origin": origin,
                "reason": reason,
            }
            for line in goods
        ]
        # salespeople give promises, but nobody writes their history by hand
        self.env["logistics.promise"].sudo().create(vals_list)
        for line, vals in zip(goods, vals_list, strict=True):
            line.promised_date = vals["promised_date"]
