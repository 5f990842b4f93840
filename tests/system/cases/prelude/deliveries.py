from datetime import timedelta

from odoo import fields

now = fields.Datetime.now()
customer = env["res.partner"].create({"name": "Buyer", "is_company": True})
carrier = env["delivery.carrier"].search([("company_id", "in", (False, env.company.id))], limit=1)
goods = env["product.product"].create({"name": "Box", "is_storable": True, "taxes_id": [(5,)]})
stock = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1).lot_stock_id
env["stock.quant"]._update_available_quantity(goods, stock, 500)


def sell(lines=((1, 10),), **vals):
    order = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "carrier_id": carrier.id,
            **vals,
            "order_line": [
                (
                    0,
                    0,
                    {
                        "product_id": goods.id,
                        "product_uom_qty": quantity,
                        "price_unit": price,
                        "tax_ids": [(5,)],
                    },
                )
                for quantity, price in lines
            ],
        }
    )
    order.action_confirm()
    return order, order.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")


def ship(picking, quantity=None):
    for move in picking.move_ids:
        move.write(
            {"quantity": move.product_uom_qty if quantity is None else quantity, "picked": True}
        )
    picking._action_done()


def tell(number, kind, at):
    return env["logistics.shipment.event"].create(
        {
            "tracking_ref": number,
            "kind": kind,
            "happened_at": at,
            "source": "carrier",
            "carrier_id": carrier.id,
        }
    )
