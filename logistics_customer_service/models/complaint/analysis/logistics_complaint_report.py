from odoo import fields, models
from odoo.tools import SQL

from ..deadline.logistics_sla_target import EXTERNAL
from ..logistics_complaint_category import SEVERITIES
from ..logistics_complaint_stage import CANCELLED, CLOSED, PHASES

# a case of the same cause within so many days: the first was not settled at first contact
SETTLED_DAYS = 7


class LogisticsComplaintReport(models.Model):
    """How cases went: a row per case that was not cancelled or merged away.

    Counts are 0 or 1, so that any sum of them opens its cases; ratios are sums over sums. A case
    about two products counts whole with each of them and once in the total.
    """

    _name = "logistics.complaint.report"
    _inherit = ["logistics.report.mixin"]
    _description = "Case Report"
    _auto = False
    _order = "received_at desc, id desc"
    _rec_name = "complaint_id"

    # --- what the row is about
    complaint_id = fields.Many2one("logistics.complaint", string="Case", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    kind = fields.Selection(
        selection=lambda self: self.env["logistics.complaint"]
        ._fields["kind"]
        ._description_selection(self.env),
        readonly=True,
    )
    channel = fields.Selection(
        selection=lambda self: self.env["logistics.complaint"]
        ._fields["channel"]
        ._description_selection(self.env),
        readonly=True,
    )
    severity = fields.Selection(SEVERITIES, readonly=True)
    phase = fields.Selection(PHASES, readonly=True)
    category_id = fields.Many2one("logistics.complaint.category", readonly=True)
    cause_id = fields.Many2one("logistics.cause", readonly=True)
    party_id = fields.Many2one("logistics.responsible.party", string="Responsible Party", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one(
        "logistics.tier", readonly=True, help="The customer's tier when the case was opened."
    )
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        readonly=True,
        help="Of the first delivery the case is about, else of its first order.",
    )
    product_ids = fields.Many2many(related="complaint_id.product_ids")
    user_id = fields.Many2one("res.users", string="Agent", readonly=True)
    team_id = fields.Many2one("logistics.service.team", readonly=True)
    received_at = fields.Datetime(string="Received On", readonly=True)
    first_reply_at = fields.Datetime(string="First Reply", readonly=True)
    resolved_at = fields.Datetime(string="Resolved", readonly=True)
    closed_at = fields.Datetime(string="Closed", readonly=True)

    # --- counts
    case_count = fields.Integer(string="Cases", readonly=True)
    complaint_count = fields.Integer(
        string="Complaints", readonly=True, help="Complaints and claims; no questions."
    )
    valid_count = fields.Integer(
        string="Valid Complaints",
        readonly=True,
        help="Complaints and claims for which the customer is not the responsible party. As long "
        "as nobody is named, a complaint is valid.",
    )
    closed_count = fields.Integer(string="Cases Closed", readonly=True)
    settled_count = fields.Integer(
        string="Cases Settled", readonly=True, help="Resolved now, or resolved once and reopened."
    )
    first_contact_count = fields.Integer(
        string="Settled at First Contact",
        readonly=True,
        help="Closed, never reopened, and no further case of the customer with the same cause "
        "until 7 days after; where a cause is not known yet, the category decides (formula 13).",
    )
    reopened_count = fields.Integer(string="Reopened", readonly=True)
    repeated_count = fields.Integer(string="Repeated", readonly=True)
    met_count = fields.Integer(
        string="Deadlines Met",
        readonly=True,
        help="Of every target but the external answer: one case has several.",
    )
    breached_count = fields.Integer(
        string="Deadlines Missed", readonly=True, help="Those open and overdue are among them."
    )
    answer_met_count = fields.Integer(string="First Responses in Time", readonly=True)
    answer_breached_count = fields.Integer(string="First Responses Late", readonly=True)
    resolution_met_count = fields.Integer(string="Resolutions in Time", readonly=True)
    resolution_breached_count = fields.Integer(string="Resolutions Late", readonly=True)

    # what deadlines met are a share of
    judged_count = fields.Integer(string="Deadlines Judged", readonly=True)
    answer_judged_count = fields.Integer(string="First Responses Judged", readonly=True)
    resolution_judged_count = fields.Integer(string="Resolutions Judged", readonly=True)

    # --- time and money
    answered_count = fields.Integer(string="Answered", readonly=True)
    answer_total = fields.Float(string="Hours to Answer (Sum)", readonly=True)
    timed_answer_count = fields.Integer(string="Answers with a Clock", readonly=True)
    answer_work_total = fields.Float(string="Working Hours to Answer (Sum)", readonly=True)
    resolved_count = fields.Integer(string="Cases Resolved", readonly=True)
    resolve_total = fields.Float(string="Hours to Resolve (Sum)", readonly=True)
    timed_resolve_count = fields.Integer(string="Resolutions with a Clock", readonly=True)
    resolve_work_total = fields.Float(string="Working Hours to Resolve (Sum)", readonly=True)
    compensation_amount = fields.Monetary(string="Compensation", readonly=True)
    recovered_amount = fields.Monetary(string="Recovered", readonly=True)

    # --- ratios: sums over sums, whatever the grouping
    sla_rate = fields.Float(
        string="SLA Attainment",
        readonly=True,
        aggregator="sum",
        help="Deadlines met ÷ (met + missed); open and overdue is missed, open and not due is "
        "left out (formula 11).",
    )
    answer_sla_rate = fields.Float(
        string="First Response in Time",
        readonly=True,
        aggregator="sum",
        help="First responses in time ÷ first responses judged (formula 11).",
    )
    resolution_sla_rate = fields.Float(
        string="Resolution in Time",
        readonly=True,
        aggregator="sum",
        help="Resolutions in time ÷ resolutions judged (formula 11).",
    )
    first_contact_rate = fields.Float(
        string="First-Contact Resolution",
        readonly=True,
        aggregator="sum",
        help="Settled at first contact ÷ closed (formula 13).",
    )
    reopen_rate = fields.Float(
        string="Reopened Share",
        readonly=True,
        aggregator="sum",
        help="Reopened ÷ settled.",
    )
    repeat_rate = fields.Float(
        string="Repeated Share", readonly=True, aggregator="sum", help="Repeated ÷ complaints."
    )
    answer_hours = fields.Float(
        string="Hours to Answer",
        readonly=True,
        aggregator="sum",
        help="Mean hours from receipt to a person's first answer, round the clock.",
    )
    answer_work_hours = fields.Float(
        string="Working Hours to Answer",
        readonly=True,
        aggregator="sum",
        help="Mean of what the clocks counted, without nights, holidays and pauses.",
    )
    resolve_hours = fields.Float(
        string="Hours to Resolve",
        readonly=True,
        aggregator="sum",
        help="Mean hours from receipt to the resolution that stands, round the clock.",
    )
    resolve_work_hours = fields.Float(
        string="Working Hours to Resolve",
        readonly=True,
        aggregator="sum",
        help="Mean of what the clocks counted, without nights, holidays and pauses.",
    )

    def _get_ratios(self):
        return {
            "sla_rate": ("met_count", "judged_count"),
            "answer_sla_rate": ("answer_met_count", "answer_judged_count"),
            "resolution_sla_rate": ("resolution_met_count", "resolution_judged_count"),
            "first_contact_rate": ("first_contact_count", "closed_count"),
            "reopen_rate": ("reopened_count", "settled_count"),
            "repeat_rate": ("repeated_count", "complaint_count"),
            "answer_hours": ("answer_total", "answered_count"),
            "answer_work_hours": ("answer_work_total", "timed_answer_count"),
            "resolve_hours": ("resolve_total", "resolved_count"),
            "resolve_work_hours": ("resolve_work_total", "timed_resolve_count"),
        }

    # === BUSINESS METHODS ===#

    def _get_steps(self):
        return [self._get_timed_step()]

    def _get_timed_step(self):
        """``timed``: per case what its clocks came to.

        A clock that is open and past its deadline is missed, also before the cron has seen it.
        How long a body outside takes is none of our doing.
        """
        return SQL(
            """timed AS (
                SELECT clock.complaint_id, %s
                  FROM (SELECT own.*, own.state = 'met' AS is_met,
                               own.state = 'breached' OR (own.stopped_at IS NULL
                               AND own.due_at < NOW() AT TIME ZONE 'UTC') AS is_breached
                          FROM logistics_clock own
                         WHERE own.state <> %s AND own.target <> %s) clock
                 GROUP BY clock.complaint_id
            )""",
            SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in self._get_clock_sums().items()
            ),
            CANCELLED,
            EXTERNAL,
        )

    def _get_clock_sums(self):
        """Return the SQL of what is counted over the clocks of a case."""
        sums = {}
        for prefix, targets in (
            ("", SQL("TRUE")),
            ("answer_", SQL("clock.target = 'first_response'")),
            ("resolution_", SQL("clock.target = 'resolution'")),
        ):
            for result in ("met", "breached"):
                sums[f"{prefix}{result}_count"] = SQL(
                    "COUNT(*) FILTER (WHERE %s AND clock.%s)",
                    targets,
                    SQL.identifier(f"is_{result}"),
                )
            sums[f"{prefix}seconds"] = SQL(
                "MAX(clock.elapsed_seconds) FILTER (WHERE %s AND clock.stopped_at IS NOT NULL)",
                targets,
            )
        return sums

    def _get_columns(self):
        own = ("kind", "channel", "severity", "phase", "company_id", "category_id", "cause_id")
        own += ("party_id", "partner_id", "tier_id", "carrier_id", "user_id", "team_id")
        own += ("received_at", "first_reply_at", "resolved_at", "closed_at")
        return {
            **super()._get_columns(),
            "id": SQL("c.id"),
            "complaint_id": SQL("c.id"),
            **{name: SQL.identifier("c", name) for name in own},
            "currency_id": SQL("company.currency_id"),
            "warehouse_id": self._get_warehouse_sql(),
            **{
                name: SQL("CASE WHEN %s THEN 1 ELSE 0 END", condition)
                for name, condition in self._get_conditions().items()
            },
            **self._get_deadline_columns(),
            **self._get_hour_columns(),
            "compensation_amount": SQL("COALESCE(c.compensation_amount, 0)"),
            "recovered_amount": SQL("COALESCE(c.recovered_amount, 0)"),
        }

    def _get_conditions(self):
        """Return the SQL of what makes a case count, by the name of the count."""
        settled = SQL("c.resolved_at IS NOT NULL OR c.reopen_count > 0")
        return {
            "case_count": SQL("TRUE"),
            "complaint_count": self._get_complaint_sql(),
            "valid_count": self._get_valid_sql(),
            "closed_count": SQL("c.phase = %s", CLOSED),
            "settled_count": settled,
            "first_contact_count": self._get_first_contact_sql(),
            "reopened_count": SQL("c.reopen_count > 0"),
            "repeated_count": SQL("c.is_repeated AND %s", self._get_complaint_sql()),
            "answered_count": SQL("c.first_reply_at IS NOT NULL"),
            "timed_answer_count": SQL("timed.answer_seconds IS NOT NULL"),
            "resolved_count": SQL("c.resolved_at IS NOT NULL"),
            "timed_resolve_count": SQL("timed.resolution_seconds IS NOT NULL"),
        }

    def _get_complaint_sql(self):
        """Return the SQL of whether case ``c`` is a complaint and no mere question."""
        return SQL("c.kind IN %s", self.env["logistics.complaint"]._get_repeatable_kinds())

    def _get_valid_sql(self):
        """Return the SQL of whether case ``c`` counts in the complaint rate (formula 9)."""
        return SQL("%s AND COALESCE(party.kind, '') <> 'customer'", self._get_complaint_sql())

    def _get_first_contact_sql(self):
        """Return the SQL of whether case ``c`` was settled at first contact (formula 13).

        Where nobody answered there was no contact.
        """
        return SQL(
            """c.phase = %(closed)s AND COALESCE(c.reopen_count, 0) = 0 AND NOT EXISTS (
                   SELECT FROM logistics_clock unanswered
                     JOIN logistics_clock_event missed ON missed.clock_id = unanswered.id
                    WHERE unanswered.complaint_id = c.id AND missed.kind = 'missed')
               AND NOT EXISTS (
                   SELECT FROM logistics_complaint again
                    WHERE again.partner_id = c.partner_id AND again.company_id = c.company_id
                      AND again.phase <> %(cancelled)s
                      AND (again.received_at, again.id) > (c.received_at, c.id)
                      AND again.received_at <= c.closed_at + %(days)s * INTERVAL '1 day'
                      AND CASE WHEN again.cause_id IS NULL OR c.cause_id IS NULL
                               THEN again.category_id = c.category_id
                               ELSE again.cause_id = c.cause_id END)""",
            closed=CLOSED,
            cancelled=CANCELLED,
            days=SETTLED_DAYS,
        )

    def _get_deadline_columns(self):
        """Return the SQL of deadlines met, missed and judged."""
        columns = {}
        for prefix in ("", "answer_", "resolution_"):
            met, missed = (
                SQL("COALESCE(%s, 0)::int", SQL.identifier("timed", f"{prefix}{result}_count"))
                for result in ("met", "breached")
            )
            columns |= {
                f"{prefix}met_count": met,
                f"{prefix}breached_count": missed,
                f"{prefix}judged_count": SQL("%s + %s", met, missed),
            }
        return columns

    def _get_hour_columns(self):
        """Return the SQL of hours, as the calendar has them and as the clocks counted them."""
        # the first answer may have been given in a case merged into this one, before it came
        elapsed = "GREATEST(EXTRACT(EPOCH FROM %s - c.received_at), 0)::float8 / 3600"
        worked = "COALESCE(%s, 0)::float8 / 3600"
        return {
            "answer_total": SQL(elapsed, SQL("c.first_reply_at")),
            "resolve_total": SQL(elapsed, SQL("c.resolved_at")),
            "answer_work_total": SQL(worked, SQL("timed.answer_seconds")),
            "resolve_work_total": SQL(worked, SQL("timed.resolution_seconds")),
        }

    def _get_warehouse_sql(self):
        """Return the SQL of the warehouse of case ``c``; who does not ask does not pay for it."""
        return SQL(
            """COALESCE(
                   (SELECT kind.warehouse_id
                      FROM logistics_complaint_picking_rel rel
                      JOIN stock_picking sp ON sp.id = rel.stock_picking_id
                      JOIN stock_picking_type kind ON kind.id = sp.picking_type_id
                     WHERE rel.logistics_complaint_id = c.id AND kind.warehouse_id IS NOT NULL
                     ORDER BY sp.id LIMIT 1),
                   (SELECT so.warehouse_id
                      FROM logistics_complaint_order_rel rel
                      JOIN sale_order so ON so.id = rel.sale_order_id
                     WHERE rel.logistics_complaint_id = c.id
                     ORDER BY so.id LIMIT 1))"""
        )

    def _get_source(self):
        return SQL(
            """(SELECT * FROM logistics_complaint WHERE phase <> %s) c
               JOIN res_company company ON company.id = c.company_id
          LEFT JOIN logistics_responsible_party party ON party.id = c.party_id
          LEFT JOIN timed ON timed.complaint_id = c.id""",
            CANCELLED,
        )

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the case of the row."""
        self.ensure_one()
        return self._open(self.complaint_id)
