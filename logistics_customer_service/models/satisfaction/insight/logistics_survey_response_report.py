from odoo import fields, models
from odoo.tools import SQL


class LogisticsSurveyResponseReport(models.Model):
    """Who was asked and who answered: a row per request.

    Who answered without having been sent a question, on the portal, by the slip's code or at the
    counter, answered; but nobody can say how many did not. The response rate leaves them out.
    """

    _name = "logistics.survey.response.report"
    _inherit = ["logistics.report.mixin"]
    _description = "Response to Surveys"
    _auto = False
    _order = "planned_at desc, id desc"
    _rec_name = "request_id"

    request_id = fields.Many2one("logistics.survey.request", string="Request", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    policy_id = fields.Many2one("logistics.survey.policy", string="Policy", readonly=True)
    survey_id = fields.Many2one("survey.survey", string="Questionnaire", readonly=True)
    state = fields.Selection(
        selection=lambda self: self.env["logistics.survey.request"]._fields["state"].selection,
        readonly=True,
    )
    reason = fields.Selection(
        selection=lambda self: self.env["logistics.survey.request"]._fields["reason"].selection,
        string="Why Not Sent",
        readonly=True,
    )
    channel = fields.Selection(
        selection=lambda self: self.env["logistics.survey.request"]._fields["channel"].selection,
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one("logistics.tier", readonly=True, help="The customer's tier then.")
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    planned_at = fields.Datetime(string="Planned On", readonly=True)
    sent_at = fields.Datetime(string="Asked On", readonly=True)
    answered_at = fields.Datetime(string="Answered On", readonly=True)

    request_count = fields.Integer(string="Requests", readonly=True)
    sent_count = fields.Integer(string="Requests Sent", readonly=True)
    responded_count = fields.Integer(
        string="Responded", readonly=True, help="Were sent the request, and answered whole."
    )
    partial_count = fields.Integer(string="Partly Answered", readonly=True)
    silent_count = fields.Integer(
        string="Did Not Answer", readonly=True, help="Were sent the request, and said nothing."
    )
    reminded_count = fields.Integer(string="Reminded", readonly=True)
    unasked_count = fields.Integer(
        string="Answered Unasked",
        readonly=True,
        help="Answered on the portal, by the slip's code, by phone or at the counter.",
    )
    not_sent_count = fields.Integer(string="Not Sent", readonly=True)
    failed_count = fields.Integer(string="Failed", readonly=True)
    waiting_count = fields.Integer(string="Not Sent Yet", readonly=True)
    hours_total = fields.Float(string="Hours to Respond (Sum)", readonly=True)
    response_rate = fields.Float(
        string="Response Rate (%)",
        readonly=True,
        aggregator="avg",
        help="Responded ÷ requests sent (formula 14).",
    )
    hours_to_answer = fields.Float(
        string="Hours to Respond",
        readonly=True,
        aggregator="avg",
        help="Mean hours from the request to the customer's answer.",
    )

    def _get_ratios(self):
        return {
            "response_rate": ("responded_count", "sent_count"),
            "hours_to_answer": ("hours_total", "responded_count"),
        }

    def _read_group_select(self, aggregate_spec, query):
        ratio = super()._read_group_select(aggregate_spec, query)
        is_rate = aggregate_spec.partition(":")[0] == "response_rate"
        return SQL("100 * %s", ratio) if is_rate else ratio

    # === BUSINESS METHODS ===#

    def _get_steps(self):
        return [
            SQL(
                """asked AS NOT MATERIALIZED (
                    SELECT request.*, person.commercial_partner_id AS customer_id,
                           picking.carrier_id, kind.warehouse_id,
                           request.sent_at IS NOT NULL AND request.state <> 'failed' AS is_sent
                      FROM logistics_survey_request request
                 LEFT JOIN res_partner person ON person.id = request.partner_id
                 LEFT JOIN stock_picking picking ON picking.id = request.picking_id
                 LEFT JOIN stock_picking_type kind ON kind.id = picking.picking_type_id
                )"""
            )
        ]

    def _get_columns(self):
        own = ("id", "company_id", "policy_id", "survey_id", "state", "reason", "channel")
        own += ("tier_id", "carrier_id", "warehouse_id", "sent_at", "answered_at")
        return {
            **super()._get_columns(),
            "request_id": SQL("asked.id"),
            "partner_id": SQL("asked.customer_id"),
            "planned_at": SQL("asked.create_date"),
            **{name: SQL.identifier("asked", name) for name in own},
            **{
                name: SQL("CASE WHEN %s THEN 1 ELSE 0 END", condition)
                for name, condition in self._get_conditions().items()
            },
            "hours_total": SQL(
                """CASE WHEN asked.is_sent AND asked.state = 'answered'
                        THEN COALESCE(
                            EXTRACT(EPOCH FROM asked.answered_at - asked.sent_at)::float8, 0) / 3600
                        ELSE 0 END"""
            ),
        }

    def _get_conditions(self):
        return {
            "request_count": SQL("TRUE"),
            "sent_count": SQL("asked.is_sent"),
            "responded_count": SQL("asked.is_sent AND asked.state = 'answered'"),
            "partial_count": SQL("asked.state = 'partial'"),
            "silent_count": SQL("asked.is_sent AND asked.state NOT IN ('answered', 'partial')"),
            "reminded_count": SQL("asked.reminded_at IS NOT NULL"),
            "unasked_count": SQL("NOT asked.is_sent AND asked.state = 'answered'"),
            "not_sent_count": SQL("asked.state = 'suppressed'"),
            "failed_count": SQL("asked.state = 'failed'"),
            "waiting_count": SQL("asked.state IN ('waiting', 'queued')"),
        }

    def _get_source(self):
        return SQL("asked")

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the request of the row."""
        self.ensure_one()
        return self._open(self.request_id)
