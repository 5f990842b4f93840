# needs: deliveries
# A discount line greater than what the first of two deliveries brings.
service = env["product.product"].create({"name": "Discount", "type": "service", "taxes_id": [(5,)]})
order = env["sale.order"].create(
    {
        "partner_id": customer.id,
        "carrier_id": carrier.id,
        "cash_on_delivery": True,
        "order_line": [
            (
                0,
                0,
                {
                    "product_id": goods.id,
                    "product_uom_qty": 10,
                    "price_unit": 10,
                    "tax_ids": [(5,)],
                },
            ),
            (
                0,
                0,
                {
                    "product_id": service.id,
                    "product_uom_qty": 1,
                    "price_unit": -50,
                    "tax_ids": [(5,)],
                },
            ),
        ],
    }
)
order.action_confirm()
ship(order.picking_ids, 2)
asked = sum(env["logistics.cod"].search([("order_id", "=", order.id)]).mapped("amount"))
print(
    "ok"
    if asked == order.amount_total
    else f"WRONG: the drivers collect {asked} in all, the customer owes {order.amount_total}"
)
