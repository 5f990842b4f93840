from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# what others have to do now, or what is only planned, comes up so long before it is due
COMES_UP = timedelta(days=1)
NOTHING = SQL("NULL::integer")
NEVER = SQL("NULL::timestamp")


class LogisticsWork(models.Model):
    """From what the list of all work is read."""

    _inherit = "logistics.work"
    _depends = {
        "logistics.complaint": [
            "active",
            "phase",
            "customer_answered",
            "company_id",
            "user_id",
            "team_id",
            "partner_id",
            "tier_id",
            "due_at",
            "received_at",
            "order_ids",
            "picking_ids",
        ],
        "logistics.compensation": [
            "state",
            "company_id",
            "asked_user_id",
            "complaint_id",
            "proposed_at",
        ],
        "logistics.exception": [
            "state",
            "picking_id",
            "kind",
            "company_id",
            "user_id",
            "partner_id",
            "tier_id",
            "promised_at",
            "detected_at",
        ],
        "logistics.feedback": [
            "reaction_state",
            "reaction_complaint_id",
            "company_id",
            "partner_id",
            "tier_id",
            "answered_at",
        ],
        "logistics.callback": [
            "state",
            "main_id",
            "next_at",
            "origin",
            "picking_id",
            "feedback_id",
            "company_id",
            "user_id",
            "partner_id",
            "profile_id",
            "due_at",
            "call_from",
        ],
        "logistics.profile": ["tier_id"],
        "logistics.visit": [
            "state",
            "company_id",
            "user_id",
            "team_id",
            "partner_id",
            "tier_id",
            "planned_at",
        ],
        "logistics.visit.action": [
            "state",
            "company_id",
            "user_id",
            "team_id",
            "customer_id",
            "date_deadline",
        ],
        "logistics.visit.daily.report": [
            "state",
            "company_id",
            "supervisor_id",
            "team_id",
            "sent_at",
        ],
        "logistics.visit.urgent.report": [
            "state",
            "company_id",
            "manager_id",
            "team_id",
            "partner_id",
            "remind_at",
            "reported_at",
        ],
        "mail.activity": ["res_model", "res_id", "user_id", "date_deadline", "active"],
        "stock.picking": ["sale_id"],
    }

    @api.model
    def _get_parts(self):
        """Return what work is read from: columns by name, and the source with its conditions.

        The source is SQL from FROM to WHERE whose main table is ``r``; a further condition may be
        added to it. What is due has an index in that order where there may be many rows. A part
        keeps its place: the ids of rows come from it. Whoever adds one appends it, and names what
        it reads in ``_depends``.
        """
        return [
            self._get_case_part(),
            self._get_call_part(),
            self._get_exception_part(),
            self._get_visit_part(),
            self._get_action_part(),
            self._get_answer_part(),
            self._get_approval_part(),
            self._get_daily_part(),
            self._get_urgent_part(),
        ]

    @api.model
    def _prepare_columns(self, kind, res_model, **columns):
        """Return the columns of a part: those of the main table, but for what is said otherwise.

        Beside them stands the part of customer service that the work is of.
        """
        return {
            "part": self.env[res_model]._get_logistics_part(),
            "kind": SQL("%s::varchar", kind),
            "res_model": SQL("%s::varchar", res_model),
            "res_id": SQL("r.id"),
            "company_id": SQL("r.company_id"),
            "user_id": SQL("r.user_id"),
            "team_id": SQL("r.team_id"),
            "partner_id": SQL("r.partner_id"),
            "tier_id": SQL("r.tier_id"),
            "due_at": SQL("r.due_at"),
            **columns,
        }

    @api.model
    def _get_soon(self):
        return fields.Datetime.now() + COMES_UP

    @api.model
    def _get_case_part(self):
        """Cases wait for us unless somebody else is to answer, and no deadline comes close."""
        columns = self._prepare_columns(
            "case", "logistics.complaint", since_at=SQL("r.received_at")
        )
        source = SQL(
            """FROM logistics_complaint r
              WHERE r.active
                AND r.phase IN ('new', 'working', 'waiting_customer', 'waiting_third')
                AND (r.phase IN ('new', 'working') OR r.customer_answered OR r.due_at < %s)""",
            self._get_soon(),
        )
        return columns, source

    @api.model
    def _get_call_part(self):
        """Calls wait when the customer may be called; those about a delivery not beside its case."""
        columns = self._prepare_columns(
            "call",
            "logistics.callback",
            team_id=NOTHING,
            # a profile each, for the few rows that are shown
            tier_id=SQL(
                "(SELECT tier_id FROM logistics_profile WHERE logistics_profile.id = r.profile_id)"
            ),
            since_at=SQL("r.call_from"),
        )
        source = SQL(
            """FROM logistics_callback r
              WHERE r.main_id IS NULL
                AND r.state IN ('planned', 'postponed', 'no_answer', 'in_call')
                AND (r.state = 'in_call' OR r.next_at <= %s) AND NOT %s""",
            fields.Datetime.now(),
            self.env["logistics.callback"]._get_waiting_sql("r"),
        )
        return columns, source

    @api.model
    def _get_exception_part(self):
        """One row a delivery, that of who has it in hand; where a case is about it, the case waits."""
        columns = self._prepare_columns(
            "exception",
            "logistics.exception",
            team_id=NOTHING,
            due_at=SQL(
                "CASE WHEN r.kind NOT IN ('short', 'no_consent') THEN r.promised_at END"
            ),
            since_at=SQL("r.detected_at"),
        )
        source = SQL(
            """FROM logistics_exception r
              WHERE r.state IN ('open', 'in_hand') AND %s AND %s IS NULL""",
            self.env["logistics.exception"]._get_first_sql("r"),
            self.env["stock.picking"]._get_open_case_sql(SQL("r.picking_id")),
        )
        return columns, source

    @api.model
    def _get_visit_part(self):
        columns = self._prepare_columns(
            "visit",
            "logistics.visit",
            due_at=SQL("r.planned_at"),
            since_at=SQL("r.create_date"),
        )
        source = SQL(
            "FROM logistics_visit r WHERE r.state IN ('planned', 'under_way') AND r.planned_at < %s",
            self._get_soon(),
        )
        return columns, source

    @api.model
    def _get_end_of_day(self, column):
        """Return the SQL of when a day has ended by the reader's clock."""
        return SQL(
            "((%s + 1)::timestamp AT TIME ZONE %s AT TIME ZONE 'UTC')",
            column,
            str(self.env.tz),
        )

    @api.model
    def _get_action_part(self):
        columns = self._prepare_columns(
            "action",
            "logistics.visit.action",
            partner_id=SQL("r.customer_id"),
            tier_id=NOTHING,
            due_at=self._get_end_of_day(SQL("r.date_deadline")),
            since_at=SQL("r.create_date"),
        )
        return columns, SQL("FROM logistics_visit_action r WHERE r.state = 'open'")

    @api.model
    def _get_answer_part(self):
        """Bad answers wait as their to-do says, unless a case or a call about them does."""
        columns = self._prepare_columns(
            "answer",
            "logistics.feedback",
            user_id=SQL("todo.user_id"),
            team_id=NOTHING,
            due_at=self._get_end_of_day(SQL("todo.date_deadline")),
            since_at=SQL("r.answered_at"),
        )
        source = SQL(
            """FROM logistics_feedback r
          LEFT JOIN LATERAL (
                    SELECT user_id, date_deadline FROM mail_activity
                     WHERE res_model = 'logistics.feedback' AND res_id = r.id AND active
                     ORDER BY date_deadline, id LIMIT 1) todo ON TRUE
              WHERE r.reaction_state = 'open'
                AND NOT EXISTS (
                    SELECT FROM logistics_complaint opened
                     WHERE opened.id = r.reaction_complaint_id AND opened.active
                       AND opened.phase IN ('new', 'working', 'waiting_customer', 'waiting_third'))
                AND NOT EXISTS (
                    SELECT FROM logistics_callback planned
                     WHERE planned.feedback_id = r.id
                       AND (planned.state = 'in_call' OR planned.next_at IS NOT NULL))"""
        )
        return columns, source

    @api.model
    def _get_approval_part(self):
        columns = self._prepare_columns(
            "approval",
            "logistics.compensation",
            user_id=SQL("r.asked_user_id"),
            team_id=SQL("about.team_id"),
            partner_id=SQL("about.partner_id"),
            tier_id=SQL("about.tier_id"),
            due_at=SQL("about.due_at"),
            since_at=SQL("r.proposed_at"),
        )
        source = SQL(
            """FROM logistics_compensation r
               JOIN logistics_complaint about ON about.id = r.complaint_id
              WHERE r.state = 'proposed'"""
        )
        return columns, source

    @api.model
    def _get_daily_part(self):
        columns = self._prepare_columns(
            "report",
            "logistics.visit.daily.report",
            user_id=SQL("r.supervisor_id"),
            partner_id=NOTHING,
            tier_id=NOTHING,
            due_at=NEVER,
            since_at=SQL("r.sent_at"),
        )
        return columns, SQL("FROM logistics_visit_daily_report r WHERE r.state = 'sent'")

    @api.model
    def _get_urgent_part(self):
        columns = self._prepare_columns(
            "report",
            "logistics.visit.urgent.report",
            user_id=SQL("r.manager_id"),
            tier_id=NOTHING,
            due_at=SQL("r.remind_at"),
            since_at=SQL("r.reported_at"),
        )
        return columns, SQL("FROM logistics_visit_urgent_report r WHERE r.state = 'sent'")
