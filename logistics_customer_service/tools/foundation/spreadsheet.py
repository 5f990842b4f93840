"""Texts that a spreadsheet program must not take for formulas: pure functions, no Odoo.

Customers write what ends up in cells: a name that begins with an equals sign is run when a colleague
opens the file (CWE-1236). An apostrophe in front makes any program read the rest as text.
"""

# what programs begin a formula with; the wide forms count where Chinese or Japanese is typed
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_text(value, beginnings=SIGNS):
    """Return a cell's value so that it is read as text; what is no text stays as it is.

    :param value: of any type
    :param beginnings: what a text must not begin with, a tuple
    """
    if isinstance(value, str) and value.startswith(beginnings):
        return f"'{value}"
    return value
