from collections import defaultdict

from odoo import fields, models


class LogisticsCompensationBasisMixin(models.AbstractModel):
    """What a compensation is worked out from: freight, value and weight of the goods concerned."""

    _name = "logistics.compensation.basis.mixin"
    _description = "Basis of Compensations"

    def _get_confirmed_orders(self):
        """Return the confirmed orders that the case or its deliveries are of.

        Those that were cancelled after they had been invoiced are among them.
        """
        # what is due does not depend on what the person may read
        orders = (self.order_ids | self.picking_ids.sale_id).sudo()
        return orders.filtered(
            lambda order: order.state == "sale" or "posted" in order.invoice_ids.mapped("state")
        )

    def _filter_freight(self, lines):
        """Return which order lines are freight: delivery costs, and what the company says."""
        # the same products whoever asks
        carriers = self.env["delivery.carrier"].sudo().with_context(active_test=False)
        products = carriers.search([]).product_id
        chosen = self.company_id.sudo().logistics_freight_categ_ids
        categories = chosen.search([("id", "child_of", chosen.ids)])
        return lines.filtered(
            lambda line: (
                line.is_delivery or line.product_id in products or line.product_id.categ_id in categories
            )
        )

    def _get_freight(self):
        """Return the freight of the case's orders in the currency of its company."""
        today = fields.Date.context_today(self)
        company = self.company_id
        return sum(
            line.currency_id._convert(line.price_total, company.currency_id, company, today)
            for line in self._filter_freight(self._get_confirmed_orders().order_line)
            if line.currency_id._has_logistics_rate(company, today)
        )

    def _get_delivered(self, orders):
        """Return how much of each product orders and the case's deliveries brought.

        What was not delivered at all counts as ordered: it may be what is missing.

        :return: mapping of product to a quantity in its own unit; empty where nothing is known
        """
        # what is due does not depend on what the person may read
        pickings = (orders.picking_ids | self.picking_ids).sudo()
        moves = pickings.filtered(lambda picking: picking._reaches_customer()).move_ids
        moves = moves.filtered(lambda move: move.state == "done")
        delivered = defaultdict(float, moves._get_moved())
        ordered, made = defaultdict(float), defaultdict(float)
        for line in orders.order_line.filtered("product_id"):
            unit = line.product_id.uom_id
            ordered[line.product_id] += max(line._get_product_quantity(), 0)
            # moves may be of other products; what a return took off the line was delivered
            made[line.product_id] += max(
                line.product_uom_id._compute_quantity(line.qty_delivered, unit, round=False),
                line._get_made(moves & line.move_ids),
                0,
            )
        return {
            product: max(delivered[product], made[product]) or ordered[product]
            for product in {*delivered, *ordered}
        }

    def _get_returned(self, orders):
        """Return how much of each product of the case came back and is still invoiced.

        :return: mapping of product to a quantity in its own unit, of no more than is claimed
        """
        returned = {}
        for product, claimed in self.line_ids.grouped("product_id").items():
            lines = orders.order_line.filtered(lambda line, product=product: line.product_id == product)
            moves = lines.move_ids.filtered(lambda move: move.state == "done" and move._is_taken_back())
            unit = product.uom_id
            back = sum(line._get_made(moves & line.move_ids) for line in lines)
            over = sum(
                line.product_uom_id._compute_quantity(
                    line.qty_invoiced - line.qty_delivered, unit, round=False
                )
                for line in lines
            )
            wanted = sum(line._get_product_quantity() for line in claimed)
            returned[product] = max(min(back, over, wanted), 0.0)
        return returned

    def _get_lines_affected(self):
        """Return the goods of the case; where nobody has named any, those it may be about.

        :return: lines, of which those that nobody named are not kept
        """
        if self.line_ids:
            return self.line_ids
        new = self.line_ids.new
        lines = [
            new({"complaint_id": self.id, "product_id": product.id, "quantity": quantity})
            for product, quantity in self._get_goods_affected().items()
        ]
        return self.line_ids.browse().union(*lines)

    def _get_goods_affected(self):
        """Return the goods of the case's deliveries, of its orders where it names none.

        :return: mapping of product to a quantity in its own unit
        """
        orders = self._get_confirmed_orders()
        freight = self._filter_freight(orders.order_line).product_id
        brought = self._get_delivered(orders)
        # what is due does not depend on what the person may read
        pickings = self.picking_ids.sudo().filtered(lambda picking: picking._reaches_customer())
        moves = pickings.move_ids.filtered(lambda move: move.state != "cancel")
        named = defaultdict(float)
        for move in moves:
            named[move.product_id] += move.product_uom._compute_quantity(
                move.quantity if move.state == "done" else move.product_uom_qty,
                move.product_id.uom_id,
                round=False,
            )
        return {
            product: quantity
            for product, quantity in (named or brought).items()
            if quantity > 0 and product.type == "consu" and product not in freight
        }

    def _get_held_shares(self, lines):
        """Return by line of the case which share of its quantity can be: more is not counted."""
        delivered = self._get_delivered(self._get_confirmed_orders())
        shares = dict.fromkeys(lines, 1.0)
        if not delivered:
            return shares
        for product, claims in lines.grouped("product_id").items():
            claimed = sum(line._get_product_quantity() for line in claims)
            there = delivered.get(product, 0.0)
            if product.uom_id.compare(claimed, there) > 0:
                shares.update(dict.fromkeys(claims, there / claimed))
        return shares

    def _get_value_held(self):
        """Return the value of the goods concerned, of no more than were delivered."""
        lines = self._get_lines_affected()
        shares = self._get_held_shares(lines)
        today = fields.Date.context_today(self)
        company = self.company_id
        return sum(
            line.currency_id._convert(line.value_affected, company.currency_id, company, today) * shares[line]
            for line in lines
            if line.currency_id._has_logistics_rate(company, today)
        )

    def _get_weight_affected(self):
        """Return the weight of the goods concerned in kilograms, of no more than were delivered."""
        kilogram = self.env.ref("uom.product_uom_kgm")
        # the unit of weights is a setting of the whole database
        unit = self.env["product.template"].sudo()._get_weight_uom_id_from_ir_config_parameter()
        lines = self._get_lines_affected()
        shares = self._get_held_shares(lines)
        return sum(
            unit._compute_quantity(
                line._get_product_quantity() * line.product_id.weight, kilogram, round=False
            )
            * shares[line]
            for line in lines
        )

    def _get_doubts(self, weight):
        """Return what cannot be known of the goods concerned: a list of codes and figures.

        :param weight: whether the weight matters
        """
        affected = self._get_lines_affected()
        shares = self._get_held_shares(affected)
        delivered = self._get_delivered(self._get_confirmed_orders())
        doubts = [("not_named", {})] if affected and not self.line_ids else []
        for product, lines in affected.grouped("product_id").items():
            name = product.display_name
            if min(shares[line] for line in lines) < 1:
                claimed = sum(line._get_product_quantity() for line in lines)
                figures = {"claimed": claimed, "delivered": delivered.get(product, 0.0)}
                doubts.append(("too_many", {"product": name, **figures}))
            if not all(lines.mapped("value_affected")):
                doubts.append(("no_value", {"product": name}))
            if weight and not product.weight:
                doubts.append(("no_weight", {"product": name}))
        return doubts
