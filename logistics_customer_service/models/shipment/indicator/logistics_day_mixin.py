from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsDayMixin(models.AbstractModel):
    """Outcomes added up by promised day and what they are told apart by: dashboards read these.

    What depends on today is not added up: what is still waited for has a row of its own for each day
    on which it will be overdue. The sums of a day are made anew whenever one of its outcomes is
    judged.
    """

    _name = "logistics.day.mixin"
    _inherit = ["logistics.outcome.part.mixin"]
    _description = "Outcomes of a Day"
    # the model whose outcomes are added up, and its column that names what is judged
    _outcomes = None
    _judged = None

    promised_day = fields.Date(readonly=True)
    waiting_day = fields.Date(readonly=True, help="The day after which what is open is overdue.")
    row_count = fields.Integer(readonly=True)
    open_count = fields.Float(readonly=True, help="Promised and not delivered.")

    @api.model
    def _get_parts(self):
        """Return the SQL of what rows are told apart by, by name."""
        names = ("company_id", "promised_day", "carrier_id", "warehouse_id", "country_id", "state_id")
        return {name: SQL("j.%s", SQL(name)) for name in (*names, "tier_id")}

    @api.model
    def _get_sums(self):
        """Return the SQL of what is added up, by name."""
        return {"row_count": SQL("1")}

    @api.model
    def _get_source(self):
        """Return what follows FROM; what is judged is named ``j``."""
        return SQL("%s j", SQL.identifier(self.env[self._outcomes]._table))

    @api.model
    def _get_days(self, ids):
        """Return the days on which outcomes count: set of (id of the company, date or None)."""
        return set(
            self.env.execute_query(
                SQL(
                    "SELECT company_id, promised_day FROM %s WHERE %s = ANY(%s) GROUP BY 1, 2",
                    SQL.identifier(self.env[self._outcomes]._table),
                    SQL.identifier(self._judged),
                    list(ids),
                )
            )
        )

    @api.model
    def _add_up(self, days=None):
        """Add up days anew, by default all of them.

        :param days: (id of the company, date or None)
        """
        if days is not None and not days:
            return
        parts, sums = self._get_parts(), self._get_sums()
        self.env.cr.execute(
            SQL("DELETE FROM %s j WHERE %s", SQL.identifier(self._table), self._get_days_sql(days))
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s, %s FROM %s WHERE %s GROUP BY %s",
                SQL.identifier(self._table),
                SQL(", ").join(map(SQL.identifier, (*parts, *sums))),
                SQL(", ").join(parts.values()),
                SQL(", ").join(SQL("SUM(%s)", value) for value in sums.values()),
                self._get_source(),
                self._get_days_sql(days),
                SQL(", ").join(SQL("%s", SQL(str(number))) for number in range(1, len(parts) + 1)),
            )
        )

    def _get_days_sql(self, days):
        if days is None:
            return SQL("TRUE")
        # all companies and days crossed: more than what is asked for, but by the index of both
        dates = {date for _company_id, date in days if date}
        wanted = [SQL("j.promised_day = ANY(%s)", sorted(dates))]
        if any(not date for _company_id, date in days):
            wanted.append(SQL("j.promised_day IS NULL"))
        return SQL(
            "j.company_id = ANY(%s) AND (%s)",
            sorted({company_id for company_id, _date in days}),
            SQL(" OR ").join(wanted),
        )
