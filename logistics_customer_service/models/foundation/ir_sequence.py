from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache


class IrSequence(models.Model):
    _name = "ir.sequence"
    _inherit = ["ir.sequence", "logistics.cached.mixin"]

    _cached_fields = {"code", "company_id", "active"}

    def _filter_cached(self):
        """Others make sequences all day, too: theirs are nobody's business of ours."""
        return self.filtered(lambda sequence: (sequence.code or "").startswith("logistics."))

    @api.model
    @ormcache("code", "company_id")
    def _get_logistics_sequence_id(self, code, company_id):
        """Return the sequence of a company, else the shared one: every case asks for it."""
        domain = [("code", "=", code), ("company_id", "in", (company_id, False))]
        return self.search(domain, order="company_id", limit=1).id

    @api.model
    def _number_logistics_vals(self, code, name, vals_list, tell_missing):
        """Give each of the values a number of its company: two or three queries a company.

        :param code: of the sequences
        :param name: of the field that takes the number
        :param tell_missing: function of a company, which returns what to say where it has none
        :raise UserError: a company has no sequence
        """
        by_company = defaultdict(list)
        for vals in vals_list:
            by_company[vals.get("company_id") or self.env.company.id].append(vals)
        for company in self.env["res.company"].browse(by_company):
            sequence = self.browse(self._get_logistics_sequence_id(code, company.id))
            if not sequence:
                raise UserError(tell_missing(company))
            batch = by_company[company.id]
            day = company._get_logistics_today()
            numbers = sequence._reserve_logistics_numbers(len(batch), day)
            for vals, number in zip(batch, numbers, strict=True):
                vals[name] = number

    def _reserve_logistics_numbers(self, count, date):
        """Draw many numbers with one query; gaps may appear, doubles may not.

        :param count: how many
        :param date: day whose period (year) the numbers belong to
        :return: list of numbers as text
        """
        self.ensure_one()
        if self.implementation != "standard":
            return [self._next(date) for _number in range(count)]
        if not self.use_date_range:
            return self._format_logistics_numbers(self._draw_logistics(count), date)
        drawn = self._draw_logistics_of_period(count, date)
        if not drawn:
            self._open_logistics_period(date)
            drawn = self._draw_logistics_of_period(count, date)
        numbers, (period_from, *_same) = zip(*drawn, strict=True)
        return self._format_logistics_numbers(numbers, date, period_from)

    def _draw_logistics(self, count):
        """Return numbers of a sequence that has no periods."""
        rows = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", f"ir_sequence_{self.id:03}", count)
        )
        return [number for (number,) in rows]

    def _draw_logistics_of_period(self, count, date):
        """Return (number, first day of the period) as often as asked; nothing in a new year.

        The period is found and drawn from in one query: every case comes by here.
        """
        self.env["ir.sequence.date_range"].flush_model(["sequence_id", "date_from", "date_to"])
        # core names what it draws from by both ids, each of three digits at least
        return self.env.execute_query(
            SQL(
                """SELECT nextval(%s || lpad(id::text, greatest(3, length(id::text)), '0')), date_from
                     FROM (SELECT id, date_from FROM ir_sequence_date_range
                            WHERE sequence_id = %s AND %s BETWEEN date_from AND date_to
                            ORDER BY id LIMIT 1) period, generate_series(1, %s)""",
                f"ir_sequence_{self.id:03}_",
                self.id,
                date,
                count,
            )
        )

    def _format_logistics_numbers(self, numbers, date, period_from=None):
        prefix, suffix = self._get_prefix_suffix(
            date=str(date), date_range=period_from and str(period_from)
        )
        return [f"{prefix}{number:0{self.padding}}{suffix}" for number in numbers]

    def _open_logistics_period(self, date):
        # two workers open the year: the second fails here and its transaction is tried again
        self.env.cr.execute("UPDATE ir_sequence SET write_date = NOW() WHERE id = %s", [self.id])
        self._create_date_range_seq(date)
