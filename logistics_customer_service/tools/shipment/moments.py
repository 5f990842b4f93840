"""What happens to shipments and orders, besides that a field of theirs is written.

Each is a cause of reactions beside the fields' names, and so no name that a field could have.
"""

NEW = "is new"
CONFIRMED = "is confirmed"
MOVES_CONFIRMED = "moves are confirmed"
MOVES_CANCELLED = "moves are cancelled"
CANCELLED = "is cancelled"
DONE = "is done"
EVENTS = "has other events"
PRICED = "has other lines or prices"
PAID = "has other payments"
