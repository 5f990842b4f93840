# needs: deliveries
# Numbers are pasted from chats, spreadsheets and labels.
wrong = []
for number, (written, told) in enumerate(
    (
        ("A%s，B%s", "A"),
        ("A%s;B%s", "A"),
        ("A%s、B%s", "A"),
        ("A%s\nB%s", "A"),
        ("A%s\tB%s", "A"),
        ("A%s\xa0", "A"),
        ("\u200bA%s", "A"),
        ("a%s", "A"),
    )
):
    order, picking = sell()
    code = f"LAB{number}00"
    picking.carrier_tracking_ref = written.replace("%s", code)
    ship(picking)
    event = tell(f"{told}{code}", "delivered", now)
    if event.picking_id != picking:
        wrong.append(ascii(written))
print(
    "WRONG: the carrier's event finds no delivery where the number is written as", wrong
) if wrong else print("ok")
