from odoo import api, models
from odoo.tools import SQL, ormcache


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if {"code", "company_id", "active"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @ormcache("code", "company_id")
    def _get_logistics_sequence_id(self, code, company_id):
        """Return the sequence of a company, else the shared one: every case asks for it."""
        domain = [("code", "=", code), ("company_id", "in", (company_id, False))]
        return self.search(domain, order="company_id", limit=1).id

    def _reserve_logistics_numbers(self, count, date):
        """Draw many numbers with one query; gaps may appear, doubles may not.

        :param count: how many
        :param date: day whose period (year) the numbers belong to
        :return: list of numbers as text
        """
        self.ensure_one()
        if self.implementation != "standard":
            return [self._next(date) for _number in range(count)]
        period = self._ensure_logistics_period(date)
        name = f"ir_sequence_{self.id:03}"
        if period:
            name += f"_{period.id:03}"
        rows = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count)
        )
        prefix, suffix = self._get_prefix_suffix(
            date=str(date), date_range=str(period.date_from) if period else None
        )
        return [f"{prefix}{number:0{self.padding}}{suffix}" for (number,) in rows]

    def _ensure_logistics_period(self, date):
        """Return the period of a day, made where the year is new (empty without periods)."""
        periods = self.env["ir.sequence.date_range"]
        if not self.use_date_range:
            return periods
        period = periods.search(
            [
                ("sequence_id", "=", self.id),
                ("date_from", "<=", date),
                ("date_to", ">=", date),
            ],
            limit=1,
        )
        if period:
            return period
        # two workers open the year: the second fails here and its transaction is tried again
        self.env.cr.execute("UPDATE ir_sequence SET write_date = NOW() WHERE id = %s", [self.id])
        return self._create_date_range_seq(date)
