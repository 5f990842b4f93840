# needs: deliveries
# Two parcels, one delivery: the first is handed over, the second is under way, then lost.
wrong = []
order, picking = sell(((4, 10),))
picking.carrier_tracking_ref = "LAB1,LAB2"
ship(picking)
tell("LAB2", "in_transit", now - timedelta(days=3))
tell("LAB1", "delivered", now - timedelta(days=2))
if picking.delivered_at:
    wrong.append(
        f"one of two handed over counts as {picking.shipment_state}, open: {picking.shipment_open}"
    )
tell("LAB2", "lost", now - timedelta(days=2, hours=4))
if picking.shipment_state == "delivered":
    wrong.append("the lost second parcel changes nothing")
order, picking = sell(((4, 10),))
picking.carrier_tracking_ref = "LAB3,LAB4"
ship(picking)
tell("LAB3", "delivered", now - timedelta(days=2))
tell("LAB4", "lost", now - timedelta(days=1))
if picking.shipment_state == "lost" and not picking.carrier_delivered_at:
    wrong.append("told later, the same loss undoes the first parcel's handover")
print("WRONG:", "; ".join(wrong)) if wrong else print("ok")
