from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

SERVICE_CODE = "cash_on_delivery"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    cash_on_delivery = fields.Boolean(
        string="Cash on Delivery",
        compute="_compute_cash_on_delivery",
        store=True,
        readonly=False,
        precompute=True,
        help="The deliveries collect the value of their goods. By default as the customer's "
        "special services say.",
    )

    def _auto_init(self):
        """Make the column before the ORM would compute it for every order there is."""
        if not column_exists(self.env.cr, self._table, "cash_on_delivery"):
            create_column(self.env.cr, self._table, "cash_on_delivery", "bool")
        return super()._auto_init()

    @api.depends("partner_id", "company_id")
    def _compute_cash_on_delivery(self):
        """The profile's word until the order is confirmed."""
        for order in self:
            if order.state in ("draft", "sent"):
                # salespeople see what the customer needs without rights on the profile
                services = order.sudo().logistics_profile_id.special_service_ids
                order.cash_on_delivery = SERVICE_CODE in services.mapped("code")
            else:
                order.cash_on_delivery = order.cash_on_delivery

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collected(self):
        """An order is kept as long as money collected for it is on record."""
        # whoever deletes an order need not see the money's way
        self.env["logistics.cod"].sudo().search([("order_id", "in", self.ids)]).unlink()

    def _switch_cod(self):
        """Begin to collect, or stop where nothing has been collected yet."""
        cods = self.env["logistics.cod"].sudo()  # follows from the order its writer may change
        confirmed = self.filtered(lambda order: order.state == "sale")
        cods._sync(confirmed.filtered("cash_on_delivery"))
        cods.search(
            [
                ("order_id", "in", confirmed.filtered(lambda order: not order.cash_on_delivery).ids),
                ("state", "in", ("to_collect", "not_delivered")),
            ]
        ).unlink()

    def _refresh_cod(self):
        """Prices, quantities or discounts are others, or something was paid."""
        orders = self.filtered(lambda order: order.state == "sale" and order.cash_on_delivery)
        if orders:
            self.env["logistics.cod"].sudo()._sync(orders)  # as in _switch_cod

    def _get_cod_prepaid(self, settled):
        """Return what was paid before and is not yet taken off any delivery.

        Payments entered for what deliveries collected are no prepayment.

        :param settled: the order's collections that do not follow it any more
        """
        invoices = self.invoice_ids.filtered(lambda move: move.state == "posted")
        paid = sum(self._get_cod_paid(move) for move in invoices)
        collected = sum(settled.mapped("collected_amount"))
        before = max(max(paid, self.amount_paid) - collected, 0.0)
        return max(before - sum(settled.mapped("prepaid_amount")), 0.0)

    def _get_cod_paid(self, invoice):
        """Return what was paid on an invoice, in the order's currency; a refund counts against.

        Payments that are not booked as entries yet leave the invoice open; they count, too.
        """
        waiting = invoice.matched_payment_ids.filtered(
            lambda payment: not payment.move_id and payment.state in ("in_process", "paid")
        )
        on_their_way = min(sum(waiting.mapped("amount")), invoice.amount_residual)
        paid = invoice.amount_total - invoice.amount_residual + on_their_way
        paid *= -invoice.direction_sign
        return invoice.currency_id._convert(
            paid, self.currency_id, self.company_id, invoice.invoice_date
        )
