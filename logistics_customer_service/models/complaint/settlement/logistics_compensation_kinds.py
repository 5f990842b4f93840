"""Kinds and states of compensations, shared by the models that speak of them."""

REFUND, FREIGHT, GOODWILL, PAYMENT = "refund", "freight", "goodwill", "payment"
REPLACEMENT, RETURN, EXCHANGE = "replacement", "return", "exchange"
KINDS = [
    (REFUND, "Refund"),
    (FREIGHT, "Freight waived"),
    (GOODWILL, "Goodwill credit"),
    (PAYMENT, "Payment"),
    (REPLACEMENT, "Replacement"),
    (RETURN, "Return"),
    (EXCHANGE, "Exchange"),
]
CREDITED = (REFUND, FREIGHT, GOODWILL)
# what the customer is given in goods is worth what the goods are worth
GIVEN_IN_GOODS = (REPLACEMENT, EXCHANGE)
MOVES_GOODS = (REPLACEMENT, RETURN, EXCHANGE)

DRAFT, PROPOSED, APPROVED = "draft", "proposed", "approved"
REFUSED, EXECUTED, CANCELLED = "refused", "executed", "cancelled"
STATES = [
    (DRAFT, "Draft"),
    (PROPOSED, "To approve"),
    (APPROVED, "Approved"),
    (EXECUTED, "Executed"),
    (REFUSED, "Refused"),
    (CANCELLED, "Cancelled"),
]
# what counts against an authority
COUNTED = (APPROVED, EXECUTED)
