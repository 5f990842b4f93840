from odoo import models

from ...tools.foundation import phones


class ResPartner(models.Model):
    """Telephone numbers as people write them: several in one field, with an extension, in wide digits."""

    _inherit = "res.partner"

    def _phone_format_number(self, number, country, force_format="E164", raise_exception=False):
        """As inherited; of several numbers the first mobile one counts, else the first."""
        found = super()._phone_format_number(number, country, force_format=force_format)
        if found or not number:
            return found
        several = phones.parse_numbers(number, country.code)
        first = next(filter(phones.is_mobile, several), several[0] if several else None)
        if first and force_format == "E164":
            number = phones.to_e164(first)
        return super()._phone_format_number(
            number, country, force_format=force_format, raise_exception=raise_exception
        )
