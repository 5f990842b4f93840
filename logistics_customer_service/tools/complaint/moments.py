"""What happens to cases, besides that a field of theirs is written.

Each is a cause of reactions beside the fields' names, and so no name that a field could have.
"""

NEW_CASE = "is new"
OTHER_CUSTOMER = "is another customer's or company's"
