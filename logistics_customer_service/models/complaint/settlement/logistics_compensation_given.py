from collections import Counter
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .logistics_compensation_kinds import (
    COUNTED,
    DRAFT,
    EXECUTED,
    FREIGHT,
    GIVEN_IN_GOODS,
    GOODWILL,
    MOVES_GOODS,
    PROPOSED,
    REFUND,
    RETURN,
)

# money back for what was paid: never more than that
PAID_BACK = (REFUND, FREIGHT)


@dataclass(frozen=True)
class Balance:
    """What the customer paid for goods, and what was given for them, in one currency."""

    paid: float
    given: float

    @property
    def left(self):
        return max(self.paid - self.given, 0.0)


class LogisticsCompensation(models.Model):
    """What was already given for the same goods, and what is left to give."""

    _inherit = "logistics.compensation"

    order_ids = fields.Many2many(
        "sale.order",
        "logistics_compensation_order_rel",
        string="Orders Concerned",
        readonly=True,
        copy=False,
        help="The confirmed orders of the case when this was proposed.",
    )
    consignee_id = fields.Many2one(
        "res.partner",
        string="Given To",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Who gets the money or the goods, as it was proposed.",
    )
    given_amount = fields.Monetary(
        string="Already Given",
        compute="_compute_given_amount",
        help="Refunded, credited, paid or replaced for the same goods, this one not counted.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("complaint_id", "kind", "line_ids.product_id", "currency_id")
    def _compute_given_amount(self):
        for record in self:
            balances = record._get_balances()
            record.given_amount = max((balance.given for balance in balances), default=0.0)

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {"order_ids", "consignee_id"}

    # === BUSINESS METHODS ===#

    def _get_orders(self):
        """Return the confirmed orders it is about: those proposed, or else those of the case."""
        self.ensure_one()
        # what was given counts whatever the person may read
        record = self.sudo()
        orders = record.order_ids or record.complaint_id._get_confirmed_orders()
        return orders | record.delivery_id.sale_id.filtered(lambda order: order.state == "sale")

    def _get_balances(self):
        """Return the accounts that this one is held against: a list of :class:`Balance`.

        That of the whole orders; that of the goods concerned, if they are named; that of the
        freight, if it is waived. Goodwill is for no goods.
        """
        lines = self._get_orders().order_line
        if not lines or self.kind == RETURN:
            return []
        others = self._get_others()
        measures = {other: other._get_measure(self.currency_id) for other in others}
        balances = [self._get_balance(lines, measures.values())]
        if self.kind == FREIGHT:
            part = self.complaint_id._filter_freight(lines)
            given = [measures[other] for other in others if other.kind == FREIGHT]
        else:
            products = self.env["product.product"] if self.kind == GOODWILL else self._get_products()
            part = lines.filtered(lambda line: line.product_id in products)
            given = [measures[other] * other._get_share(products, lines) for other in others]
        if part:
            balances.append(self._get_balance(part, given))
        return balances

    def _get_balance(self, lines, given):
        """Return what order lines cost and what was given: by compensations, and by accounting.

        They cost what was invoiced, or as long as nothing is, what was confirmed. A credit note
        that only undoes an invoice (it was issued anew, or it was an advance) gives nothing.
        """
        confirmed = sum(self._convert_today(line.price_total, line.currency_id) for line in lines)
        invoices = lines.invoice_lines.move_id.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        if not invoices:
            return Balance(confirmed, sum(given))
        entries = lines.invoice_lines.filtered(
            lambda entry: entry.display_type == "product" and entry.move_id in invoices
        )
        invoiced = sum(self._convert_today(one.price_total, one.currency_id) for one in entries)
        credited = self._get_credited(lines, invoices)
        undone = min(credited, max(invoiced - confirmed, 0.0))
        return Balance(invoiced - undone, sum(given) + credited - undone)

    def _get_others(self):
        """Return what else was given for the same orders, by whatever case."""
        domain = self._get_others_domain() & Domain("kind", "!=", RETURN)
        orders = Domain("order_ids", "in", self._get_orders().ids)
        family = Domain("order_ids", "=", False) & Domain("complaint_id", "in", self._get_case_family().ids)
        # what others have given counts, also where the user may not see it
        return self.sudo().search(domain & (orders | family))

    def _get_products(self):
        return self.complaint_id.line_ids.product_id | self.line_ids.product_id

    def _get_share(self, products, lines):
        """Return which share was given for some products; all, where nobody has said for which.

        :param lines: order lines that tell what the products cost
        """
        own = self._get_products()
        if self.kind == FREIGHT or not own or own <= products:
            return float(self.kind != FREIGHT)
        costs = {product: sum(line._get_cost_of(product) for line in lines) for product in own}
        common = own & products
        return sum(costs[product] for product in common) / (sum(costs.values()) or 1.0) if common else 0.0

    def _get_credited(self, lines, invoices):
        """Return what was taken off invoices of order lines otherwise than by compensations."""
        notes = invoices.reversal_move_ids | lines.invoice_lines.move_id
        notes = notes.filtered(lambda move: move.move_type == "out_refund" and move.state != "cancel")
        # what was given counts, whoever gave it
        made = self.sudo().search([("move_id", "in", notes.ids)]).move_id
        entries = (notes - made).invoice_line_ids.filtered(
            lambda entry: (
                entry.display_type == "product" and (not entry.sale_line_ids or entry.sale_line_ids & lines)
            )
        )
        return sum(self._convert_today(one.price_total, one.currency_id) for one in entries)

    def _convert_today(self, amount, currency, wanted=None):
        company = self.complaint_id.company_id or self.env.company
        wanted = wanted or self.currency_id or company.currency_id
        today = fields.Date.context_today(self)
        if not currency._has_logistics_rate(company, today):
            return 0.0  # nobody knows what it is worth
        return currency._convert(amount, wanted, company, today)

    def _get_measure(self, currency):
        """Return what is taken of what the goods cost: goods count with what was paid for them."""
        if self.kind == RETURN:
            return 0.0
        if self.kind not in GIVEN_IN_GOODS:
            return self._convert_today(self.amount, self.currency_id, currency)
        return sum(
            self._convert_today(line._get_measure(), self.currency_id, currency) for line in self.line_ids
        )

    def _get_left(self):
        """Return what may still be given, or None where nothing says so.

        Money back is never more than was paid. What is given otherwise may be more, if so says
        the standard, but not once something was given.
        """
        lefts = [balance.left for balance in self._get_balances() if self.kind in PAID_BACK or balance.given]
        return min(lefts, default=None)

    def _goes_beyond(self):
        """Tell whether more is given than the goods cost, less what was given for them."""
        left = self._get_left()
        currency = self.currency_id
        too_dear = left is not None and (currency.compare_amounts(self._get_measure(currency), left) > 0)
        return too_dear or bool(self._get_goods_beyond())

    def _get_goods_beyond(self):
        """Return the goods of which more would be replaced than the customer got."""
        if self.kind not in GIVEN_IN_GOODS:
            return self.line_ids.browse()
        delivered = self.complaint_id._get_delivered(self._get_orders())
        replaced = self._get_others().filtered(lambda other: other.kind in GIVEN_IN_GOODS).line_ids
        over = self.line_ids.browse()
        for product, lines in self.line_ids.grouped("product_id").items():
            again = replaced.filtered(lambda line, product=product: line.product_id == product)
            total = sum((lines | again).mapped("quantity"))
            if product in delivered and product.uom_id.compare(total, delivered[product]) > 0:
                over |= lines
        return over

    def _get_goods_back(self):
        """Return how much of each product of the case is to be refunded because it comes back.

        What a return of the case brings, and what came back otherwise and is still invoiced; less
        what other refunds are for.
        """
        # what others have decided counts, also where the user may not see it
        record = self.sudo()
        others = record.complaint_id.compensation_ids.filtered(
            lambda other: other.state in (PROPOSED, *COUNTED)
        )
        planned, waiting = Counter(), Counter()
        for line in others.line_ids:
            kind = line.compensation_id.kind
            planned[line.product_id] += line.quantity * ((kind == RETURN) - (kind == REFUND))
            if kind == REFUND and line.compensation_id.state != EXECUTED:
                waiting[line.product_id] += line.quantity
        back = record.complaint_id._get_returned(record._get_orders())
        for product, quantity in back.items():
            planned[product] = max(planned[product], quantity - waiting[product])
        return planned

    def _is_worth_unknown(self):
        """Tell whether goods are given of which nobody knows what they are worth."""
        return self.kind in GIVEN_IN_GOODS and not all(self.line_ids.mapped("value"))

    # --- what was approved is what is done

    def _check_currency(self):
        """Refuse a currency of which nobody knows what it is worth today."""
        today = fields.Date.context_today(self)
        for record in self:
            if not record.currency_id._has_logistics_rate(record.company_id, today):
                raise UserError(record._explain_currency(record.currency_id))

    def _explain_currency(self, currency):
        return self.env._(
            "%s is not active, or has no rate today: an administrator enters one.", currency.name
        )

    @api.constrains("currency_id", "complaint_id")
    def _check_currency_of_drafts(self):
        self.filtered(lambda record: record.state == DRAFT)._check_currency()

    def _owns(self, document):
        """Tell whether an invoice or a delivery is of the case's customer.

        An invoice of whoever ordered, a delivery also of whoever it went to.
        """
        customer = self.partner_id.commercial_partner_id
        if document._name == "stock.picking":
            people = document._get_recipient() | document.sale_id.partner_id
            return not people or customer in people.commercial_partner_id
        owners = document.invoice_line_ids.sale_line_ids.order_id.partner_id
        owners = (owners or document.partner_id).commercial_partner_id
        return owners == customer or document.commercial_partner_id == customer

    def _get_consignee(self, invoice):
        if self.kind in MOVES_GOODS:
            return self.delivery_id._get_recipient() or self.complaint_id.contact_id or self.partner_id
        return invoice.partner_id or self.partner_id

    def _ensure_as_approved(self):
        """Refuse to do anything else than what was approved."""
        record = self.sudo()  # agents execute without rights to read the documents
        self._check_currency()
        invoice, delivery = record.invoice_id, record.delivery_id
        consignee = record.consignee_id.commercial_partner_id
        to = (delivery if self.kind in MOVES_GOODS else invoice).partner_id.commercial_partner_id
        if not self.authority_id.may_exceed and self._goes_beyond():
            since = self.env._("More was given since it was approved.")
            raise UserError(" ".join([self._explain_beyond(), since]))
        if (
            (delivery and not record._owns(delivery))
            or (invoice and self.kind in PAID_BACK and invoice != record._get_invoice())
            or (consignee and to and to != consignee)
        ):
            raise UserError(
                self.env._(
                    "%s: the invoice or the delivery is not any more what was approved. Cancel it, "
                    "and propose it anew.",
                    self.display_name,
                )
            )
