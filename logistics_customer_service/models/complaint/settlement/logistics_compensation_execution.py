from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import frozendict

from .logistics_compensation_given import PAID_BACK
from .logistics_compensation_kinds import APPROVED, EXECUTED, FREIGHT


class LogisticsCompensation(models.Model):
    """What is approved becomes a document of Odoo, once."""

    _inherit = "logistics.compensation"

    # === BUSINESS METHODS ===#

    def action_execute(self):
        """Make the document of each approved compensation, once."""
        self.check_access("write")
        self._take_turns()
        self._ensure_state(APPROVED)
        for record in self:
            record._ensure_as_approved()
            documents = record._make_document()
            record._note_course(
                {
                    **documents,
                    "state": EXECUTED,
                    "executor_id": self.env.uid,
                    "executed_at": fields.Datetime.now(),
                }
            )
            record._tell_document()
        return True

    def _make_document(self):
        """Return the field of the document with it, made for an agent without rights to it.

        Nothing but a draft (a transfer: confirmed, as core's own returns are) of the approved
        amount or goods is made; posting, paying and moving are left to those whose work it is.
        """
        self.ensure_one()
        # see above: agents decide on credit notes and returns without writing them
        record = self.sudo().with_company(self.company_id)
        return {
            "payment": record._make_payment,
            "replacement": record._make_replacement,
            "return": record._make_return,
            "exchange": record._make_exchange,
        }.get(self.kind, record._make_credit_note)()

    def _tell_document(self):
        self.complaint_id.message_post(
            body=self.env._(
                "%(compensation)s is executed: %(document)s",
                compensation=self.display_name,
                document=self.document_name,
            ),
            subtype_xmlid="mail.mt_note",
        )

    # --- money

    def _make_credit_note(self):
        invoice = self._get_invoice()
        move = self._reverse(invoice) if invoice else self._make_plain_credit_note()
        return {"move_id": move.id}

    def _get_invoice(self):
        """Return the customer's invoice that a credit note reverses: one with the amount left."""
        if self.kind not in PAID_BACK:
            return self.env["account.move"]
        invoices = self.invoice_id or self._get_orders().invoice_ids.sorted(
            lambda move: (move.invoice_date or fields.Date.today(), move.id), reverse=True
        )
        to = self.consignee_id.commercial_partner_id
        return invoices.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.company_id == self.company_id
                and (not to or move.commercial_partner_id == to)
                and self._owns(move)
                and self._has_left(move)
            )
        )[:1]

    def _has_left(self, invoice):
        """Tell whether the amount is not yet taken off an invoice."""
        notes = invoice.reversal_move_ids.filtered(
            lambda move: move.move_type == "out_refund" and move.state != "cancel"
        )
        left = invoice.amount_total - sum(notes.mapped("amount_total"))
        amount = self._get_amount_in(invoice.currency_id)
        return invoice.currency_id.compare_amounts(left, amount) >= 0

    def _get_amount_in(self, currency):
        today = fields.Date.context_today(self)
        return self.currency_id._convert(self.amount, currency, self.company_id, today)

    def _reverse(self, invoice):
        """Return a draft credit note of an invoice, brought to the amount."""
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": invoice.ids,
                "company_id": self.company_id.id,
                "journal_id": invoice.journal_id.id,
                "reason": self._get_document_text(),
            }
        )
        wizard.refund_moves()
        move = wizard.new_move_ids
        self._fit(move, self._get_amount_in(move.currency_id))
        return move

    def _fit(self, move, amount):
        """Let a draft credit note be of an amount, and of no goods but those that came back.

        Goods keep their order line, whose invoiced quantity they lower. All else is money: it
        bears the accounts and taxes of the invoice in their proportion, but no goods.
        """
        products = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        back = self._spread_back(products)
        money = self._pool(products, back)
        commands = [
            fields.Command.update(line.id, {"quantity": back[line]})
            if line in back
            else fields.Command.delete(line.id)
            for line in move.invoice_line_ids
        ]
        whole = sum(total for _base, total in money.values())
        move.write({"invoice_line_ids": commands})
        if back and move.currency_id.compare_amounts(move.amount_total, amount) > 0:
            self._scale(move, amount / move.amount_total)
        elif whole:
            share = (amount - move.amount_total) / whole
            lines = [
                fields.Command.create(
                    {
                        **self._prepare_line(base * share),
                        "account_id": account.id,
                        "tax_ids": [fields.Command.set(taxes.ids)],
                        "analytic_distribution": dict(analytic) or False,
                    }
                )
                for (account, taxes, analytic), (base, _total) in money.items()
            ]
            move.write({"invoice_line_ids": lines})
        rest = move.currency_id.round(amount - move.amount_total)
        if rest:
            move.write({"invoice_line_ids": [fields.Command.create(self._prepare_line(rest))]})

    def _spread_back(self, lines):
        """Return how much of the goods that came back is on which line of a credit note."""
        left = {
            product: sum(group.mapped("quantity"))
            for product, group in self.line_ids.grouped("product_id").items()
        }
        back = {}
        for line in lines.filtered(lambda line: line.sale_line_ids and line.product_id in left):
            unit = line.product_id.uom_id
            there = line.product_uom_id._compute_quantity(line.quantity, unit, round=False)
            taken = min(left[line.product_id], there)
            left[line.product_id] -= taken
            if unit.compare(taken, 0) > 0:
                back[line] = unit._compute_quantity(taken, line.product_uom_id, round=False)
        return back

    def _pool(self, lines, back):
        """Return what lines come to beside goods that came back, by what their money is booked on.

        :return: mapping of account, taxes and analytic distribution to the amount as entered and
            with taxes
        """
        if self.kind == FREIGHT:
            sold = self.complaint_id._filter_freight(lines.sale_line_ids)
            freight = lines.filtered(lambda line: line.sale_line_ids & sold)
            amount = self._get_amount_in(lines.currency_id)
            if sum(freight.mapped("price_total")) >= amount:
                lines = freight
        pools = {}
        for line in lines.filtered("quantity"):
            part = 1 - back.get(line, 0.0) / line.quantity
            key = (line.account_id, line.tax_ids, frozendict(line.analytic_distribution or {}))
            base, total = pools.get(key, (0.0, 0.0))
            entered = line.price_unit * (1 - line.discount / 100) * line.quantity
            pools[key] = (base + entered * part, total + line.price_total * part)
        return pools

    def _scale(self, move, share):
        move.write(
            {
                "invoice_line_ids": [
                    fields.Command.update(line.id, {"price_unit": line.price_unit * share})
                    for line in move.invoice_line_ids
                ]
            }
        )

    def _make_plain_credit_note(self):
        return self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "ref": self._get_document_text(),
                "invoice_origin": self.complaint_id.number,
                "invoice_line_ids": [fields.Command.create(self._prepare_line(self.amount))],
            }
        )

    def _prepare_line(self, amount):
        return {
            "name": self._get_document_text(),
            "quantity": 1,
            "price_unit": amount,
            "tax_ids": [fields.Command.clear()],
        }

    def _make_payment(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "amount": self.amount,
                "memo": self._get_document_text(),
            }
        )
        return {"payment_id": payment.id}

    def _get_document_text(self):
        """Return what a document says it is for, in the customer's language."""
        lang = self.complaint_id.lang or self.env.lang
        record = self.with_context(lang=lang)
        return record.env._(
            "Case %(number)s: %(kind)s",
            number=self.complaint_id.number,
            kind=dict(self._fields["kind"]._description_selection(record.env))[self.kind],
        )

    # --- goods

    def _make_replacement(self):
        picking = self.env["stock.picking"].create(self._prepare_replacement_vals())
        picking.action_confirm()
        return {"picking_ids": [fields.Command.set(picking.ids)]}

    def _prepare_replacement_vals(self):
        picking_type = self._get_outgoing_type()
        consignee = self.consignee_id or self._get_consignee(self.env["account.move"])
        source = picking_type.default_location_src_id
        target = (
            self.delivery_id.location_dest_id
            or consignee.with_company(self.company_id).property_stock_customer
        )
        return {
            "partner_id": consignee.id,
            "picking_type_id": picking_type.id,
            "location_id": source.id,
            "location_dest_id": target.id,
            "origin": self._get_document_text(),
            "owed_to_customer": True,
            "company_id": self.company_id.id,
            "move_ids": [
                fields.Command.create(
                    {
                        "product_id": line.product_id.id,
                        "product_uom_qty": line.quantity,
                        "product_uom": line.product_id.uom_id.id,
                        "location_id": source.id,
                        "location_dest_id": target.id,
                        "company_id": self.company_id.id,
                    }
                )
                for line in self.line_ids
            ],
        }

    def _get_outgoing_type(self):
        given = self.delivery_id.picking_type_id
        if given.code == "outgoing":
            return given
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
        if not warehouse:
            raise UserError(self.env._("%s has no warehouse.", self.company_id.name))
        return warehouse.out_type_id

    def _make_return(self):
        action = self._prepare_return_wizard().action_create_returns()
        return {"picking_ids": [fields.Command.set([action["res_id"]])]}

    def _make_exchange(self):
        before = self._get_delivery_family()
        action = self._prepare_return_wizard().action_create_exchanges()
        made = (self._get_delivery_family() - before) | before.browse(action["res_id"])
        self._ensure_consignee(made)
        return {"picking_ids": [fields.Command.set(made.ids)]}

    def _ensure_consignee(self, pickings):
        """Refuse transfers to somebody else than was approved."""
        wanted = (self.consignee_id or self.partner_id).commercial_partner_id
        goods = pickings.filtered(lambda picking: not picking._leaves_customer())
        if goods.recipient_id.commercial_partner_id - wanted:
            raise UserError(
                self.env._("The goods would go to somebody else than %s.", wanted.display_name)
            )

    def _get_delivery_family(self):
        """Return the transfers of the references the delivery belongs to."""
        references = self.delivery_id.reference_ids
        return self.env["stock.picking"].search([("reference_ids", "in", references.ids)])

    def _prepare_return_wizard(self):
        """Return core's wizard for returns with the quantities of the lines in it."""
        if self.delivery_id.state != "done":
            raise UserError(self.env._("Name the delivery that the goods came with."))
        wizard = self.env["stock.return.picking"].create({"picking_id": self.delivery_id.id})
        for line in self.line_ids:
            for product, quantity in self._get_return_parts(line).items():
                self._spread(product, quantity, wizard.product_return_moves)
        return wizard

    def _get_return_parts(self, line):
        """Return the goods that come back for a line, as the delivery brought them.

        :return: mapping of product to a quantity in its own unit
        """
        product, brought = line.product_id, self.delivery_id.move_ids
        if product in brought.product_id:
            return {product: line.quantity}
        for sold in brought.sale_line_id.filtered(lambda sold: sold.product_id == product):
            whole = sold._get_product_quantity()
            parts = sold._get_goods_parts().items()
            return {part: line.quantity * quantity / whole for part, (quantity, _share) in parts}
        return {product: line.quantity}

    def _spread(self, product, quantity, moves):
        """Put a quantity on the moves of a product, no more than each delivered."""
        left = quantity
        for move in moves.filtered(lambda move: move.product_id == product):
            factor = move.product_id.uom_id
            available = move.uom_id._compute_quantity(move.move_quantity, factor) - (
                move.uom_id._compute_quantity(move.quantity, factor)
            )
            taken = min(left, available)
            move.quantity += factor._compute_quantity(taken, move.uom_id)
            left -= taken
        if product.uom_id.compare(left, 0) > 0:
            raise UserError(
                self.env._(
                    "%(delivery)s has not brought so much of %(product)s.",
                    delivery=self.delivery_id.name,
                    product=product.display_name,
                )
            )

    def action_view_document(self):
        """Open what was made."""
        self.ensure_one()
        for field in ("move_id", "payment_id", "picking_ids"):
            documents = self[field]
            if documents:
                return documents._get_records_action()
        raise UserError(self.env._("There is no document yet."))

    def action_new_recovery(self):
        """Open a new recovery from whoever has to answer for the amount."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_recovery_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "context": {
                "default_complaint_id": self.complaint_id.id,
                "default_compensation_id": self.id,
                "default_claimed_amount": self.amount,
                "default_currency_id": self.currency_id.id,
            },
        }
