from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class LogisticsComplaintRateReport(models.Model):
    """Complaints held against deliveries: a row per delivery and a row per valid complaint.

    By what both have (month, customer, tier, carrier, warehouse) one sum stands over the other. By
    what complaints alone have, such as their category, each sum stands over all the deliveries it
    could have come from, so that the rates of the parts add up to the whole (formula 9). Every
    row opens its delivery or its case.
    """

    _name = "logistics.complaint.rate.report"
    _inherit = ["logistics.report.mixin"]
    _description = "Complaints per Delivery"
    _auto = False
    _order = "date desc, id desc"

    picking_id = fields.Many2one("stock.picking", string="Delivery", readonly=True)
    complaint_id = fields.Many2one("logistics.complaint", string="Case", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one(
        "logistics.tier",
        readonly=True,
        help="The customer's tier today, for deliveries and complaints alike.",
    )
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    # --- what a delivery has not
    kind = fields.Selection(
        selection=lambda self: (
            self.env["logistics.complaint"]._fields["kind"]._description_selection(self.env)
        ),
        readonly=True,
    )
    category_id = fields.Many2one("logistics.complaint.category", readonly=True)
    cause_id = fields.Many2one("logistics.cause", readonly=True)
    party_id = fields.Many2one(
        "logistics.responsible.party", string="Responsible Party", readonly=True
    )
    user_id = fields.Many2one("res.users", string="Agent", readonly=True)
    team_id = fields.Many2one("logistics.service.team", readonly=True)
    product_ids = fields.Many2many(related="complaint_id.product_ids")
    date = fields.Datetime(
        readonly=True, help="When the delivery left the warehouse, or the complaint reached us."
    )
    delivery_count = fields.Integer(string="Deliveries", readonly=True)
    valid_count = fields.Integer(
        string="Valid Complaints",
        readonly=True,
        help="Complaints and claims, not cancelled, for which the customer is not the responsible party.",
    )
    complaint_rate = fields.Float(
        string="Complaints per 1,000 Deliveries",
        readonly=True,
        aggregator="sum",
        help="1,000 × valid complaints ÷ deliveries (formula 9).",
    )

    def _get_ratios(self):
        return {"complaint_rate": ("valid_count", "delivery_count")}

    def _get_chart_unit(self, name):
        return "number"  # per thousand

    # === BUSINESS METHODS ===#

    @api.model
    def _get_case_fields(self):
        """Return the fields by which complaints can be sorted and deliveries cannot."""
        return {
            "complaint_id",
            "kind",
            "category_id",
            "cause_id",
            "party_id",
            "user_id",
            "team_id",
            "product_ids",
        }

    def _read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        model = self.with_context(logistics_rate_groupby=tuple(groupby))
        return super(LogisticsComplaintRateReport, model)._read_group(
            self._with_deliveries(domain, aggregates), groupby, aggregates, *args, **kwargs
        )

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), *args, **kwargs):
        specs = tuple(dict.fromkeys(spec for groupby in grouping_sets for spec in groupby))
        model = self.with_context(logistics_rate_groupby=specs)
        return super(LogisticsComplaintRateReport, model)._read_grouping_sets(
            self._with_deliveries(domain, aggregates), grouping_sets, aggregates, *args, **kwargs
        )

    @api.model
    def _with_deliveries(self, domain, aggregates):
        """Return a domain whose conditions on what only complaints have leave the deliveries in.

        A rate of complaints of one category is held against all deliveries, as it is where
        complaints are grouped by it. What is no rate is counted as the domain says.
        """
        if not any(spec.partition(":")[0] == "complaint_rate" for spec in aggregates):
            return domain
        of_cases, delivery = self._get_case_fields(), Domain("complaint_id", "=", False)
        # negations are worked into the conditions first: the others' opposites are no deliveries
        return (
            Domain(domain)
            .optimize(self)
            .map_conditions(
                lambda condition: condition | delivery
                if condition.field_expr.partition(".")[0] in of_cases
                else condition
            )
        )

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec.partition(":")[0] == "complaint_rate":
            return self._get_rate_sql(query)
        return super()._read_group_select(aggregate_spec, query)

    def _get_rate_sql(self, query):
        """Return the SQL of complaints over the deliveries of all groups that only cases divide."""
        specs = self.env.context.get("logistics_rate_groupby", ())
        terms = {spec: self._read_group_groupby(self._table, spec, query) for spec in specs}
        parts = [SQL("GROUPING(%s)", SQL(", ").join(terms.values()))] if terms else []
        parts += [
            term
            for spec, term in terms.items()
            if spec.partition(":")[0].partition(".")[0] not in self._get_case_fields()
        ]
        window = SQL("PARTITION BY %s", SQL(", ").join(parts)) if parts else SQL()
        valid = self._field_to_sql(self._table, "valid_count", query)
        rate = SQL(
            "1000 * SUM(%s)::float8 / NULLIF(SUM(SUM(%s)) OVER (%s), 0)",
            valid,
            self._field_to_sql(self._table, "delivery_count", query),
            window,
        )
        of_cases = [
            SQL("GROUPING(%s) = 0", term)
            for spec, term in terms.items()
            if spec.partition(":")[0].partition(".")[0] in self._get_case_fields()
        ]
        if not of_cases:
            return rate
        # deliveries have no category: the group of theirs is none of complaints
        return SQL("CASE WHEN SUM(%s) > 0 OR NOT (%s) THEN %s END", valid, SQL(" OR ").join(of_cases), rate)

    def _get_columns(self):
        names = ("id", "picking_id", "complaint_id", "company_id", "partner_id", "tier_id")
        names += ("carrier_id", "warehouse_id", "date", "delivery_count", "valid_count")
        names += ("kind", "category_id", "cause_id", "party_id", "user_id", "team_id")
        return {**super()._get_columns(), **{name: SQL.identifier("r", name) for name in names}}

    def _get_steps(self):
        return [self._get_row_step()]

    def _get_row_step(self):
        """``counted``: deliveries and complaints in one list, ids even and odd."""
        return SQL(
            """counted AS NOT MATERIALIZED (
                SELECT 2 * d.id AS id, d.picking_id, NULL::int AS complaint_id, d.company_id,
                       d.partner_id, holder.tier_id, d.carrier_id, d.warehouse_id,
                       COALESCE(d.date_done, d.delivered_at) AS date,
                       1 AS delivery_count, 0 AS valid_count, NULL::varchar AS kind,
                       NULL::int AS category_id, NULL::int AS cause_id, NULL::int AS party_id,
                       NULL::int AS user_id, NULL::int AS team_id
                  FROM (%(deliveries)s) d
             LEFT JOIN logistics_profile holder ON holder.id = d.profile_id
                 WHERE d.delivery_count = 1
             UNION ALL
                SELECT 2 * c.id + 1, NULL::int, c.complaint_id, c.company_id,
                       c.partner_id, profile.tier_id, c.carrier_id, c.warehouse_id,
                       c.received_at, 0, 1, c.kind, c.category_id, c.cause_id, c.party_id,
                       c.user_id, c.team_id
                  FROM (%(cases)s) c
             LEFT JOIN logistics_profile profile
                    ON profile.partner_id = c.partner_id AND profile.company_id = c.company_id
                 WHERE c.valid_count = 1
            )""",
            deliveries=self.env["logistics.shipment.report"]._table_query,
            cases=self.env["logistics.complaint.report"]._table_query,
        )

    def _get_source(self):
        return SQL("counted r")

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the delivery or the case of the row."""
        self.ensure_one()
        return self._open(self.complaint_id or self.picking_id)
