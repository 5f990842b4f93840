from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _write_multi(self, vals_list):
        """An instalment that falls due on another day counts, also where the invoice's last day stays."""
        due = [line.id for line, vals in zip(self, vals_list, strict=True) if "date_maturity" in vals]
        if due:
            self.env["logistics.mark"]._append("facts", self._name, due)
        return super()._write_multi(vals_list)
