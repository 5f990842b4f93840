from odoo import api, models
from odoo.tools import SQL

from ...foundation import bulk

# goods are counted in floating point
TOLERANCE = 0.00001


class LogisticsOutcomeMixin(models.AbstractModel):
    """How something ended, judged from what Odoo's own documents say, and kept.

    A row is a function of these documents alone, never of the day on which it is judged: what is
    overdue today is told when it is shown. The exception is what the customer was *then*
    (:attr:`_then`), which is kept as it was found first. Nobody writes rows but :meth:`_judge`.
    """

    _name = "logistics.outcome.mixin"
    _description = "Outcome"

    # the column of what is judged, and those that stay as they were found first
    _judged = None
    _then = ()
    # the columns that facts of customers are made of: whose, and what is counted once delivered
    _counted = ()

    @api.model
    def _judge(self, ids):
        """Judge some of what there is anew; only what differs is written.

        :param ids: what :meth:`_get_fresh_query` and :meth:`_get_gone_sql` take
        :return: the number of rows made, changed or taken away
        """
        if not ids:
            return 0
        gone = self.env.execute_query(
            SQL(
                "DELETE FROM %s AS held WHERE %s RETURNING %s",
                SQL.identifier(self._table),
                self._get_gone_sql(ids),
                SQL.identifier("held", self._counted[0] if self._counted else self._judged),
            )
        )
        names = self._get_judged_names()
        statement = bulk.get_insert_from(
            self,
            {name: SQL.identifier(name) for name in names},
            SQL(
                "FROM (%s) AS fresh(%s)",
                self._get_fresh_query(ids),
                SQL(", ").join(map(SQL.identifier, names)),
            ),
            SQL("(%s)", SQL.identifier(self._judged)),
            update=[name for name in names if name != self._judged and name not in self._then],
        )
        written = self.env.execute_query(self._get_written_query(statement))
        self.invalidate_model(flush=False)
        if self._counted:
            counting = [row_id for row_id, is_counted in written if is_counted]
            self._mark_facts(counting, {partner_id for (partner_id,) in gone if partner_id})
        return len(gone) + len(written)

    @api.model
    def _get_written_query(self, statement):
        """Return the SQL that writes, and tells of each row whether facts count it otherwise now.

        What was there is still seen by a statement that writes something else.
        """
        if not self._counted:
            return SQL("%s RETURNING id", statement)
        columns = [
            SQL(", ").join(SQL.identifier(table, name) for name in self._counted)
            for table in ("written", "before")
        ]
        return SQL(
            """WITH written AS (%s RETURNING held.*)
               SELECT written.id,
                      COALESCE(written.delivered_at, before.delivered_at) IS NOT NULL
                      AND (%s) IS DISTINCT FROM (%s)
                 FROM written
            LEFT JOIN %s before ON before.id = written.id""",
            statement,
            *columns,
            SQL.identifier(self._table),
        )

    @api.model
    def _mark_facts(self, ids, partner_ids):
        """Have the night work out the facts of customers whose outcomes changed or are gone."""
        if not self.env["logistics.run"].search_count([], limit=1):
            return  # the first night goes through all
        marks = self.env["logistics.mark"]
        marks._append("facts", self._name, ids)
        marks._append("facts", "res.partner", partner_ids)

    @api.model
    def _get_judged_names(self):
        """Return the names of the columns, in the order of :meth:`_get_columns`."""
        return list(self._get_columns())

    @api.model
    def _get_fresh_query(self, ids):
        """Return the SELECT of the judged columns."""
        return SQL(
            "WITH %s SELECT %s FROM %s",
            SQL(", ").join(self._get_steps(ids)),
            SQL(", ").join(self._get_columns().values()),
            self._get_source(ids),
        )

    @api.model
    def _get_steps(self, ids):
        """Return the named steps of the query, each on those before it."""
        raise NotImplementedError

    @api.model
    def _get_columns(self):
        """Return the SQL of each column by its name."""
        raise NotImplementedError

    @api.model
    def _get_source(self, ids):
        """Return what follows FROM."""
        raise NotImplementedError

    @api.model
    def _get_gone_sql(self, ids):
        """Return the SQL of which rows ``held`` are of nothing that is judged any more."""
        raise NotImplementedError

    # --- steps that several outcomes share

    @api.model
    def _get_zone_step(self):
        """``zone``: the time zone of each company, as in ``_get_logistics_tz``."""
        return SQL(
            """zone AS (
                SELECT company.id AS company_id, COALESCE(partner.tz, calendar.tz, 'UTC') AS tz
                  FROM res_company company
                  JOIN res_partner partner ON partner.id = company.partner_id
             LEFT JOIN resource_calendar calendar ON calendar.id = company.resource_calendar_id
            )"""
        )

    @api.model
    def _get_day_sql(self, instant):
        """Return the SQL of the calendar day of an instant, where ``zone`` is joined."""
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::date", instant)

    @api.model
    def _get_transfer_step(self, ids):
        """``transfer``: transfers that bring the goods of orders to customers for the first time.

        ``at`` is the carrier's word, else the validation where no carrier said a word; of goods
        that came back without having been handed over, that of sending them out again.
        """
        deliveries = self.env["stock.picking"]
        return SQL(
            """transfer AS MATERIALIZED (
                SELECT sp.id, sp.sale_id AS order_id, sp.state, sp.carrier_id, sp.reroute_reason_id,
                       sp.date_deadline, sp.scheduled_date,
                       CASE WHEN sp.state = 'done' THEN sp.date_done END AS date_done,
                       COALESCE(sp.carrier_delivered_source, 'odoo') AS source,
                       COALESCE(%(handed_over)s, (
                           SELECT MAX(%(handed_over_again)s)
                             FROM stock_picking back
                             JOIN stock_picking again ON again.return_id = back.id
                            WHERE back.return_id = sp.id AND again.state <> 'cancel'
                              AND %(is_again)s)) AS at
                  FROM stock_picking sp
                 WHERE sp.sale_id = ANY(%(ids)s) AND sp.return_id IS NULL
                   AND sp.state <> 'cancel' AND %(is_delivery)s
            )""",
            handed_over=deliveries._get_handed_over_sql(),
            handed_over_again=deliveries._get_handed_over_sql("again"),
            is_again=deliveries._get_delivery_sql("again"),
            is_delivery=deliveries._get_delivery_sql(),
            ids=list(ids),
        )

    @api.model
    def _get_schedule_step(self):
        """``schedule``: per order its deadline, its first delivery, and whether all is done."""
        return SQL(
            """schedule AS MATERIALIZED (
                SELECT order_id,
                       MIN(date_deadline) AS deadline,
                       MIN(scheduled_date) AS scheduled,
                       MIN(date_done) AS first_done,
                       MAX(at) AS at,
                       BOOL_AND(at IS NOT NULL) AS is_delivered,
                       BOOL_OR(reroute_reason_id IS NOT NULL) AS is_rerouted,
                       (ARRAY_AGG(carrier_id ORDER BY date_done DESC NULLS LAST, id DESC))[1]
                           AS carrier_id
                  FROM transfer
                 GROUP BY order_id
            )"""
        )
