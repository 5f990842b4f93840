from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.foundation.said import SAID, is_said

# said by what asks for sums that the days have
ROLLED = "logistics_rolled"
# what the rows of the days are told apart by, under the names of the reports
PARTS = {
    "company_id": "company_id",
    "promised_date": "promised_day",
    "carrier_id": "carrier_id",
    "warehouse_id": "warehouse_id",
    "country_id": "country_id",
    "state_id": "state_id",
    "tier_id": "tier_id",
}


class LogisticsPromiseReportMixin(models.AbstractModel):
    """What reports on kept promises are sorted by: the order, and how it was delivered.

    They read stored outcomes, which their sources name ``j``: what is overdue depends on the day and
    is told when it is shown, everything else was judged before. Customers are counted by the tier
    and the region that they had then.
    """

    _name = "logistics.promise.report.mixin"
    _inherit = ["logistics.customer.report.mixin"]
    _description = "Report on Promises"

    # the model that has the sums of the days
    _rolled = None

    order_id = fields.Many2one("sale.order", readonly=True)
    time_class_id = fields.Many2one(
        "logistics.time.class", string="Delivery Time", readonly=True
    )
    cargo_nature_ids = fields.Many2many(related="profile_id.cargo_nature_ids")
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)

    # === BUSINESS METHODS ===#

    def _get_columns(self):
        return {
            **super()._get_columns(),
            "id": SQL("j.id"),
            "order_id": SQL("j.order_id"),
            "company_id": SQL("j.company_id"),
            "partner_id": SQL("customer.commercial_partner_id"),
            "time_class_id": SQL("profile.time_class_id"),
            "carrier_id": SQL("j.carrier_id"),
            "warehouse_id": SQL("j.warehouse_id"),
            "country_id": SQL("j.country_id"),
            "state_id": SQL("j.state_id"),
            "tier_id": SQL("j.tier_id"),
        }

    def _get_steps(self):
        return [self._get_zone_step()]

    def _get_customer_joins(self):
        """Return the SQL that joins today's date and the customer to ``j``."""
        return SQL(
            """JOIN zone ON zone.company_id = j.company_id
          LEFT JOIN res_partner customer ON customer.id = j.partner_id
          LEFT JOIN logistics_profile profile
                 ON profile.partner_id = customer.commercial_partner_id
                AND profile.company_id = j.company_id"""
        )

    # --- sums that the days have are read there

    @api.model
    def _read_group(
        self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None
    ):
        report = self if having else self._choose_source(domain, groupby, aggregates)
        return super(LogisticsPromiseReportMixin, report)._read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        groupby = {spec for specs in grouping_sets for spec in specs}
        report = self._choose_source(domain, groupby, aggregates)
        return super(LogisticsPromiseReportMixin, report)._read_grouping_sets(
            domain, grouping_sets, aggregates, order
        )

    def _choose_source(self, domain, groupby, aggregates):
        """Return this report, to be read from the sums of the days where they have all that is asked.

        While a rebuild has found others than there were, they are behind.
        """
        parts = {condition.field_expr for condition in Domain(domain).iter_conditions()}
        parts |= {spec.partition(":")[0] for spec in groupby}
        rolled = (
            parts <= PARTS.keys()
            and all(map(self._is_rolled, aggregates))
            # whether figures are being made anew tells nothing of anybody
            and not self.env["logistics.outcome.rebuild"].sudo()._is_behind()
        )
        return self.with_context(**{ROLLED: SAID if rolled else False})

    def _is_rolled(self, aggregate):
        name, _separator, function = aggregate.partition(":")
        names = self._get_ratios().get(name, (name,))
        known = self._get_rolled_numbers()
        return aggregate == "__count" or function == "sum" and all(one in known for one in names)

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec == "__count" and is_said(self.env, ROLLED):
            rows = SQL("SUM(%s)::int8", SQL.identifier(self._table, "row_count"))
            return SQL("COALESCE(%s, 0)", rows)
        return super()._read_group_select(aggregate_spec, query)

    @property
    def _table_query(self):
        if not is_said(self.env, ROLLED):
            return super()._table_query
        columns = {
            "id": SQL("j.id"),
            "row_count": SQL("j.row_count"),
            **{name: SQL("j.%s", SQL(column)) for name, column in PARTS.items()},
            **self._get_rolled_numbers(),
        }
        return SQL(
            "WITH %s SELECT %s FROM %s j JOIN zone ON zone.company_id = j.company_id",
            self._get_zone_step(),
            SQL(", ").join(
                SQL("%s AS %s", value, SQL.identifier(name)) for name, value in columns.items()
            ),
            SQL.identifier(self.env[self._rolled]._table),
        )

    def _get_rolled_numbers(self):
        """Return the SQL of the sums that the days ``j`` have, by the name of the report's column."""
        return {}

    def _get_rolled_overdue_sql(self):
        """Return the SQL of how much of day ``j`` is overdue today."""
        return SQL("CASE WHEN j.waiting_day < zone.today THEN j.open_count ELSE 0 END")
