from odoo import fields, models
from odoo.tools import SQL


class LogisticsCodReport(models.Model):
    """Money collected with deliveries, in the company's currency, and how punctually it came."""

    _name = "logistics.cod.report"
    _description = "Cash on Delivery Report"
    _auto = False
    _order = "due_date desc, id desc"
    _rec_name = "picking_id"

    picking_id = fields.Many2one("stock.picking", string="Delivery", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one("logistics.tier", readonly=True)
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    state = fields.Selection(
        selection=lambda self: self.env["logistics.cod"]
        ._fields["state"]
        ._description_selection(self.env),
        readonly=True,
    )
    collected_at = fields.Datetime(string="Collected", readonly=True)
    due_date = fields.Date(string="Remittance Due", readonly=True)
    remitted_on = fields.Date(string="Remitted", readonly=True)
    amount = fields.Monetary(string="To Collect", readonly=True)
    collected_amount = fields.Monetary(readonly=True)
    fee_amount = fields.Monetary(string="Fee", readonly=True)
    remitted_amount = fields.Monetary(readonly=True)
    outstanding_amount = fields.Monetary(
        string="Outstanding", readonly=True, help="Collected and not remitted yet."
    )
    difference = fields.Monetary(readonly=True)
    due_count = fields.Integer(
        string="Remittances Due", readonly=True, help="Remitted, or past the day they were due."
    )
    late_count = fields.Integer(
        string="Remittances Late", readonly=True, help="Remitted late, or late and outstanding."
    )
    days_late = fields.Integer(readonly=True, aggregator="avg")

    @property
    def _table_query(self):
        return SQL(
            """SELECT %s FROM (%s) c""",
            SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in self._get_columns().items()
            ),
            self._get_source(),
        )

    def _get_source(self):
        """Each row with today in its company's time zone, as in ``_get_logistics_today``."""
        return SQL(
            """SELECT cod.*, company.currency_id AS company_currency_id, profile.tier_id,
                      customer.commercial_partner_id,
                      (NOW() AT TIME ZONE COALESCE(home.tz, calendar.tz, 'UTC'))::date AS today,
                      COALESCE(NULLIF(cod.rate, 0), 1)::numeric AS company_rate
                 FROM logistics_cod cod
                 JOIN res_company company ON company.id = cod.company_id
                 JOIN res_partner home ON home.id = company.partner_id
            LEFT JOIN resource_calendar calendar ON calendar.id = company.resource_calendar_id
                 JOIN res_partner customer ON customer.id = cod.partner_id
            LEFT JOIN logistics_profile profile
                   ON profile.partner_id = customer.commercial_partner_id
                  AND profile.company_id = cod.company_id"""
        )

    def _get_columns(self):
        """Return the SQL expression of each column of the report."""
        due = SQL("c.state IN ('collected', 'remitted') AND c.due_date IS NOT NULL")
        amounts = ("amount", "collected_amount", "fee_amount", "remitted_amount", "difference")
        names = ("id", "picking_id", "order_id", "company_id", "tier_id", "carrier_id", "state")
        return {
            **{name: SQL.identifier("c", name) for name in names},
            "currency_id": SQL("c.company_currency_id"),
            "partner_id": SQL("c.commercial_partner_id"),
            "collected_at": SQL("c.collected_at"),
            "due_date": SQL("c.due_date"),
            "remitted_on": SQL("c.remitted_on"),
            **{
                name: SQL("COALESCE(%s, 0) / c.company_rate", SQL.identifier("c", name))
                for name in amounts
            },
            "outstanding_amount": SQL(
                "CASE WHEN c.state = 'collected' THEN c.expected_amount / c.company_rate ELSE 0 END"
            ),
            "due_count": SQL(
                """CASE WHEN %s AND (c.remitted_on IS NOT NULL OR c.due_date < c.today)
                        THEN 1 ELSE 0 END""",
                due,
            ),
            "late_count": SQL(
                """CASE WHEN %s AND COALESCE(c.remitted_on, c.today) > c.due_date
                        THEN 1 ELSE 0 END""",
                due,
            ),
            "days_late": SQL(
                """CASE WHEN %s
                        THEN GREATEST(COALESCE(c.remitted_on, c.today) - c.due_date, 0) END""",
                due,
            ),
        }
