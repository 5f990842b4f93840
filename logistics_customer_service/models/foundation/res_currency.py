from odoo import models


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _has_logistics_rate(self, company, day):
        """Tell whether amounts of a currency can be held against a company's money on a day.

        Odoo counts a currency without any rate as worth as much as the company's own.
        """
        self.ensure_one()
        if self == company.currency_id:
            return True
        # rates are the same whoever asks
        rates = self.env["res.currency.rate"].sudo()
        active = self.filtered_domain([("active", "=", True)])
        return bool(active) and bool(
            rates.search_count(
                [
                    ("currency_id", "=", self.id),
                    ("company_id", "in", (False, company.root_id.id)),
                    ("name", "<=", day),
                ],
                limit=1,
            )
        )
