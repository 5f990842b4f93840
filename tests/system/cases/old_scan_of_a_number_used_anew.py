# needs: deliveries
# A carrier's event of another shipment waits; months later the number is given to a new delivery.
tell("LABOLD1", "delivered", now - timedelta(days=240))
order, picking = sell()
picking.carrier_tracking_ref = "LABOLD1"
before = picking.shipment_state
ship(picking)
made = picking.create_date.replace(microsecond=0)
late = picking.delivered_at and picking.delivered_at < made
print(
    f"WRONG: delivered {picking.delivered_at}, made {picking.create_date}; before it left the warehouse: {before}"
) if late else print("ok")
