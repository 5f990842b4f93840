"""JSON that is worked out for the screen: a list has many, and nobody changes them.

Odoo's own field copies what is set, by writing and reading it as text, and copies it once more for
whoever reads it.
"""

from odoo import fields


class ShownJson(fields.Json):
    """A computed field of values that JSON knows, handed on as it was worked out.

    Whoever reads it must not change it.
    """

    def convert_to_cache(self, value, record, validate=True):
        return value or None

    def convert_to_record(self, value, record):
        return False if value is None else value
