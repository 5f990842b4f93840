"""What several deliveries of one order collect: pure functions, no Odoo."""


def capped(values, most):
    """Return what deliveries bring, the last ones less where together it is more than there is.

    :param values: what each delivery brings, in their order
    :param most: what all of it can be worth
    """
    over = max(sum(values) - most, 0)
    kept = []
    for value in reversed(values):
        cut = min(over, max(value, 0))
        over -= cut
        kept.append(value - cut)
    return kept[::-1]


def spread(values, rest, prepaid, rounded):
    """Return for each delivery what it collects, and what of it was paid before.

    What is of no delivery goes with the first. Where it takes off more than a delivery brings (a
    discount, goods taken back), the next ones are the cheaper by it, and so with what rounding
    leaves over: together they come to what is owed, if anything is.

    :param values: what each delivery brings, in their order
    :param rest: what is owed beside; negative where it takes something off
    :param prepaid: what was paid before
    :param rounded: function that rounds an amount by its currency
    :return: list of pairs
    """
    asked = []
    for value in values:
        due = value + rest
        whole = rounded(max(due, due * 0))
        rest = due - whole
        taken = min(max(prepaid, 0), whole)
        prepaid -= taken
        asked.append((rounded(whole - taken), rounded(taken)))
    return asked
