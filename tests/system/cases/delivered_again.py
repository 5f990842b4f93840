# needs: deliveries
# The goods came back (nobody home), and are sent out again by "Return" of the return.
def give_back(picking):
    wizard = (
        env["stock.return.picking"]
        .with_context(active_id=picking.id, active_model="stock.picking")
        .create({"picking_id": picking.id})
    )
    for line in wizard.product_return_moves:
        line.quantity = sum(picking.move_ids.mapped("quantity"))
    return env["stock.picking"].browse(wizard.action_create_returns()["res_id"])


order, first = sell(((2, 10),))
ship(first)
back = give_back(first)
ship(back)
again = give_back(back)
again.write({"carrier_id": carrier.id, "carrier_tracking_ref": "LABAGAIN"})
ship(again)
event = tell("LABAGAIN", "delivered", now)
right = (
    again._is_customer_delivery() and event.picking_id == again and again._ensure_tracking_links()
)
print(
    "ok"
    if right
    else f"WRONG: {again.picking_type_code} to {again.location_dest_id.usage} counts as no delivery: event matched {event.picking_id == again}, page {bool(again._ensure_tracking_links())}, open {again.shipment_open}"
)
