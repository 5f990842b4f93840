from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsReportMixin(models.AbstractModel):
    """What reports on indicators have in common: ratios of sums, and steps of their queries."""

    _name = "logistics.report.mixin"
    _description = "Report on Indicators"

    @api.model
    def _get_ratios(self):
        """Return the parts of each ratio: mapping of its name to numerator and denominator."""
        return {}

    def _read_group_select(self, aggregate_spec, query):
        """A ratio is a sum over a sum, whatever the grouping."""
        name, _separator, _function = aggregate_spec.partition(":")
        if name in self._get_ratios():
            numerator, denominator = (
                self._field_to_sql(self._table, part, query) for part in self._get_ratios()[name]
            )
            return SQL("SUM(%s)::float8 / NULLIF(SUM(%s), 0)", numerator, denominator)
        return super()._read_group_select(aggregate_spec, query)

    # === BUSINESS METHODS ===#

    @property
    def _table_query(self):
        return SQL(
            "WITH %s SELECT %s FROM %s",
            SQL(", ").join(self._get_steps()),
            SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in self._get_columns().items()
            ),
            self._get_source(),
        )

    def _get_steps(self):
        """Return the named steps of the query, each on those before it."""
        return []

    def _get_columns(self):
        """Return the SQL expression of each column of the report."""
        return {name: SQL("NULL::float8") for name in self._get_ratios()}

    def _get_source(self):
        """Return what follows FROM."""
        raise NotImplementedError

    def _get_zone_step(self):
        """``zone``: time zone and today of each company, as in ``_get_logistics_tz``."""
        return SQL(
            """zone AS (
                SELECT named.id AS company_id, named.tz,
                       (%(now)s AT TIME ZONE 'UTC' AT TIME ZONE named.tz)::date AS today
                  FROM (SELECT company.id, COALESCE(partner.tz, calendar.tz, 'UTC') AS tz
                          FROM res_company company
                          JOIN res_partner partner ON partner.id = company.partner_id
                     LEFT JOIN resource_calendar calendar
                            ON calendar.id = company.resource_calendar_id) named
            )""",
            now=fields.Datetime.now(),
        )

    def _get_fault_step(self):
        """``fault``: damaged and short pieces of each delivered move, in the product's unit.

        What is noted on a delivery and then comes back are the same pieces: the greater counts,
        and never more than was delivered.
        """
        return SQL(
            """fault AS MATERIALIZED (
                SELECT sp.id AS picking_id, sp.sale_id AS order_id,
                       LEAST(GREATEST(noted.returned, noted.damaged, 0),
                             sm.quantity * unit.factor / stock_unit.factor) AS damaged,
                       LEAST(COALESCE(noted.short, 0),
                             sm.quantity * unit.factor / stock_unit.factor) AS short
                  FROM (SELECT blamed.move_id,
                               SUM(blamed.quantity) FILTER (
                                   WHERE blamed.kind = 'damage' AND blamed.is_return) AS returned,
                               SUM(blamed.quantity) FILTER (
                                   WHERE blamed.kind = 'damage' AND NOT blamed.is_return
                               ) AS damaged,
                               SUM(blamed.quantity) FILTER (
                                   WHERE blamed.kind = 'short_handling') AS short
                          FROM (%s) blamed
                         GROUP BY blamed.move_id) noted
                  JOIN stock_move sm ON sm.id = noted.move_id AND sm.state = 'done'
                  JOIN stock_picking sp ON sp.id = sm.picking_id
                  JOIN uom_uom unit ON unit.id = sm.product_uom
                  JOIN product_product product ON product.id = sm.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
            )""",
            self._get_blamed_sql(),
        )

    def _get_blamed_sql(self):
        """Return the SQL of pieces with a reason: of returns by their moves, and of remarks."""
        return SQL(
            """SELECT back.origin_returned_move_id AS move_id, reason.kind, TRUE AS is_return,
                      back.quantity * unit.factor / stock_unit.factor AS quantity
                 FROM stock_move back
                 JOIN stock_picking coming ON coming.id = back.picking_id
                 JOIN logistics_reason reason
                   ON reason.id = COALESCE(back.logistics_reason_id, coming.logistics_reason_id)
                 JOIN uom_uom unit ON unit.id = back.product_uom
                 JOIN product_product product ON product.id = back.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                 JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
                WHERE back.origin_returned_move_id IS NOT NULL AND back.state = 'done'
            UNION ALL
               SELECT remark.move_id, reason.kind, FALSE,
                      remark.quantity * unit.factor / stock_unit.factor
                 FROM logistics_delivery_remark remark
                 JOIN logistics_reason reason ON reason.id = remark.reason_id
                 JOIN stock_move sm ON sm.id = remark.move_id
                 JOIN uom_uom unit ON unit.id = sm.product_uom
                 JOIN product_product product ON product.id = sm.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                 JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id"""
        )

    def _get_wrong_step(self):
        """``wrong``: posted invoices with an error, its reason and the credit note that says so.

        The error is noted on the invoice itself or on a posted credit note of it.
        """
        return SQL(
            """wrong AS MATERIALIZED (
                SELECT DISTINCT ON (noted.invoice_id)
                       noted.invoice_id, noted.reason_id, noted.credit_id
                  FROM (SELECT move.id AS invoice_id, move.logistics_reason_id AS reason_id,
                               NULL::int AS credit_id
                          FROM account_move move
                         WHERE move.logistics_reason_id IS NOT NULL
                           AND move.move_type = 'out_invoice'
                     UNION ALL
                        SELECT credit.reversed_entry_id, credit.logistics_reason_id, credit.id
                          FROM account_move credit
                         WHERE credit.logistics_reason_id IS NOT NULL
                           AND credit.move_type = 'out_refund' AND credit.state = 'posted'
                           AND credit.reversed_entry_id IS NOT NULL) noted
                  JOIN logistics_reason reason ON reason.id = noted.reason_id
                  JOIN account_move invoice ON invoice.id = noted.invoice_id
                 WHERE reason.kind = 'invoice_error' AND invoice.state = 'posted'
                   AND invoice.move_type = 'out_invoice'
                 ORDER BY noted.invoice_id, noted.credit_id
            )"""
        )

    def _open(self, record):
        """Return the action that opens the document a row is about."""
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
