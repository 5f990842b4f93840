from odoo import api, models
from odoo.tools import SQL

from ...tools.foundation.periods import window_first_day, window_start


class LogisticsProfileFact(models.Model):
    """Whose facts change: by what happened, and by time that passed."""

    _inherit = "logistics.profile.fact"

    # === BUSINESS METHODS ===#

    @api.model
    def _get_mark_sources(self):
        """Return whom a mark on a record is about, by the name of the record's model.

        Rooms above add the models that facts of theirs are made of.

        :return: dict of SELECTs of a contact's and a company's id (NULL: of every company) that read
            the marked records as ``mark (id)``
        """
        return {
            "logistics.profile": SQL(
                "SELECT p.partner_id, p.company_id FROM mark JOIN logistics_profile p USING (id)"
            ),
            "res.partner": SQL("SELECT mark.id, NULL::int4 FROM mark"),
            "sale.order": SQL(
                "SELECT so.partner_id, so.company_id FROM mark JOIN sale_order so USING (id)"
            ),
            "account.move": SQL(
                """SELECT move.partner_id, move.company_id FROM mark JOIN account_move move USING (id)
             UNION SELECT so.partner_id, move.company_id
                     FROM mark
                     JOIN account_move move USING (id)
                     JOIN account_move_line entry
                       ON entry.move_id = move.id OR entry.move_id = move.reversed_entry_id
                     JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = entry.id
                     JOIN sale_order_line line ON line.id = rel.order_line_id
                     JOIN sale_order so ON so.id = line.order_id"""
            ),
            "account.move.line": SQL(
                "SELECT aml.partner_id, aml.company_id FROM mark JOIN account_move_line aml USING (id)"
            ),
        }

    @api.model
    def _get_marked_profiles(self, name, ids):
        """Return the SELECT of company and id of the active profiles that marks are about.

        :param name: name of the marked records' model; one that facts do not know is about nobody
        :param ids: of the marked records
        """
        source = self._get_mark_sources().get(name, SQL("SELECT NULL::int4, NULL::int4 WHERE FALSE"))
        return SQL(
            """WITH mark (id) AS (SELECT * FROM UNNEST(%s::int4[]))
             SELECT DISTINCT p.company_id, p.id
               FROM (%s) about (partner_id, company_id)
               JOIN res_partner contact ON contact.id = about.partner_id
               JOIN logistics_profile p ON p.partner_id = contact.commercial_partner_id
              WHERE p.active AND COALESCE(about.company_id, p.company_id) = p.company_id""",
            list(ids),
            source,
        )

    @api.model
    def _get_crossing_parts(self, company, before, today):
        """Return what left a window or fell due since a day, as marks do: pairs of model and SELECT.

        Rooms above add what their facts count by windows. Nothing enters a window by itself.

        :param before: the date for which facts were worked out
        :param today: the date for which they are to be
        :return: list of pairs of the name of a model and the SELECT of ids of its records
        """
        due = SQL(
            """SELECT aml.id FROM account_move_line aml
                WHERE aml.company_id = %s AND aml.parent_state = 'posted'
                  AND aml.display_type = 'payment_term' AND %s""",
            company.id,
            self._get_between_sql(
                SQL("aml.date_maturity"),
                [(before, today), *self._get_left_days(company, before, today)],
            ),
        )
        credited = SQL(
            """SELECT move.id FROM account_move move
                WHERE move.company_id = %s AND move.move_type = 'out_refund' AND move.state = 'posted'
                  AND %s""",
            company.id,
            self._get_between_sql(
                SQL("move.invoice_date"), self._get_left_days(company, before, today)
            ),
        )
        ordered = SQL(
            "SELECT so.id FROM sale_order so WHERE so.company_id = %s AND so.state = 'sale' AND %s",
            company.id,
            self._get_between_sql(
                SQL("so.date_order"), self._get_left_times(company, before, today)
            ),
        )
        return [("sale.order", ordered), ("account.move", credited), ("account.move.line", due)]

    def _get_left_days(self, company, before, today):
        """Return the days that left each window: pairs of the first one and of the first that did not."""
        return [
            (window_first_day(before, months), window_first_day(today, months))
            for months in filter(None, self._get_windows(company))
        ]

    def _get_left_times(self, company, before, today):
        """Return the same as naive UTC instants."""
        zone = company._get_logistics_tz()
        return [
            (window_start(before, months, zone), window_start(today, months, zone))
            for months in filter(None, self._get_windows(company))
        ]

    @api.model
    def _get_between_sql(self, column, ranges):
        """Return the condition that a column lies in one of the ranges, their ends excluded."""
        return SQL(
            "(%s)",
            SQL(" OR ").join(
                SQL("(%(column)s >= %(since)s AND %(column)s < %(until)s)",
                    column=column, since=since, until=until)
                for since, until in ranges
            ),
        )  # fmt: skip
