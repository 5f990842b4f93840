# needs: deliveries
# An order that brings a new piece and takes the old one back: 120 less 100.
order, picking = sell(((1, 120), (-1, 100)), cash_on_delivery=True)
asked = sum(env["logistics.cod"].search([("order_id", "=", order.id)]).mapped("amount"))
print(
    "ok"
    if asked == order.amount_total
    else f"WRONG: the driver collects {asked}, the customer owes {order.amount_total}"
)
