import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ....tools.foundation.parts import of_part
from ....tools.foundation.periods import local_date, local_midnight
from ...foundation.concurrency import begin_anew_on
from ...foundation.isolation import isolate

_logger = logging.getLogger(__name__)

DRAFT, SENT, READ, RETURNED = "draft", "sent", "read", "returned"
# in the hands of whoever wrote it
OPEN = (DRAFT, RETURNED)
BATCH = 50
# a report that nobody missed for so long is not asked for any more
MISSED_DAYS = 2


class LogisticsVisitDailyReport(models.Model):
    """What a visitor did in a day (日报表), drawn from visits and calls, completed by hand."""

    _name = "logistics.visit.daily.report"
    _inherit = ["logistics.visitor.report.mixin"]
    _description = "Daily Report"
    _order = "date desc, user_id, id desc"

    user_id = fields.Many2one(
        "res.users",
        string="Visitor",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        check_company=True,
        ondelete="restrict",
    )
    date = fields.Date(
        string="Day",
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        help="By the visitor's clock.",
    )
    tz = fields.Char(
        string="Time Zone", compute="_compute_tz", store=True, precompute=True, readonly=True
    )
    state = fields.Selection(
        [(DRAFT, "Draft"), (SENT, "Sent"), (READ, "Seen"), (RETURNED, "Returned")],
        required=True,
        readonly=True,
        default=DRAFT,
        index=True,
        copy=False,
        tracking=True,
    )

    # --- drawn
    line_ids = fields.One2many("logistics.visit.daily.report.line", "daily_id", string="Lines")
    visit_line_ids = fields.One2many(
        "logistics.visit.daily.report.line",
        "daily_id",
        string="Lines of Visits",
        domain=[("kind", "=", "visit")],
    )
    call_line_ids = fields.One2many(
        "logistics.visit.daily.report.line",
        "daily_id",
        string="Lines of Calls",
        domain=[("kind", "=", "call")],
    )
    drawn_at = fields.Datetime(string="Drawn", readonly=True, copy=False)
    planned_count = fields.Integer(
        string="Visits of the Day", compute="_compute_counts", store=True
    )
    visit_count = fields.Integer(string="Visits Made", compute="_compute_counts", store=True)
    call_count = fields.Integer(string="Calls", compute="_compute_counts", store=True)
    reached_count = fields.Integer(
        string="Customers Reached", compute="_compute_counts", store=True
    )

    # --- completed by hand
    summary = fields.Text(help="The day in a few words.")
    effect = fields.Text(string="What It Brought", help="What the visits and calls brought about.")
    tomorrow = fields.Text(
        compute="_compute_tomorrow",
        store=True,
        readonly=False,
        precompute=True,
        help="Begins with the visits planned for the next day.",
    )

    # --- its course
    supervisor_id = fields.Many2one(
        "res.users", string="Sent To", readonly=True, copy=False, ondelete="restrict"
    )
    sent_at = fields.Datetime(string="Sent On", readonly=True, copy=False)
    read_at = fields.Datetime(string="Seen On", readonly=True, copy=False)
    read_by_id = fields.Many2one(
        "res.users", string="Seen By", readonly=True, copy=False, ondelete="restrict"
    )
    remark = fields.Text(string="Supervisor's Remark", copy=False)
    reminded_at = fields.Datetime(string="Reminded", readonly=True, copy=False)

    _once_a_day = models.UniqueIndex(
        "(user_id, date, company_id)", "There is a daily report of that day already."
    )

    # === COMPUTE METHODS ===#

    @api.depends("user_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        title = self.env._("Daily Report")
        for report in self:
            parts = (title, fields.Date.to_string(report.date), report.user_id.name)
            report.display_name = " ".join(filter(None, parts))

    @api.depends("user_id", "company_id")
    def _compute_tz(self):
        for report in self:
            company = report.company_id or self.env.company
            report.tz = report.user_id.tz or company._get_logistics_tz()

    @api.depends("user_id")
    def _compute_date(self):
        """Today, by the visitor's clock."""
        now = fields.Datetime.now()
        for report in self:
            zone = report.user_id.tz or self.env.company._get_logistics_tz()
            report.date = report.date or local_date(now, zone)

    @api.depends("line_ids.kind", "line_ids.visit_state", "line_ids.result", "line_ids.gone")
    def _compute_counts(self):
        for report in self:
            lines = report.line_ids.filtered(lambda line: not line.gone)
            visits = lines.filtered(lambda line: line.kind == "visit")
            calls = lines - visits
            report.planned_count = len(visits)
            report.visit_count = len(visits.filtered(lambda line: line.visit_state == "done"))
            report.call_count = len(calls)
            report.reached_count = len(calls.filtered(lambda line: line.result == "done"))

    @api.depends("user_id", "date", "company_id")
    def _compute_tomorrow(self):
        """Whoever plans a day begins with what is planned already; what was typed stays."""
        unwritten = self.filtered(lambda report: not report.tomorrow and report.date)
        days = {report.date + timedelta(days=1) for report in unwritten}
        planned = self.env["logistics.visit"].search(
            Domain("user_id", "in", unwritten.user_id.ids)
            & Domain("planned_on", "in", list(days))
            & Domain("state", "=", "planned"),
            order="planned_at, id",
        )
        by_day = planned.grouped(lambda visit: (visit.user_id, visit.company_id, visit.planned_on))
        for report in self:
            if report in unwritten:
                day = report.date + timedelta(days=1)
                visits = by_day.get((report.user_id, report.company_id, day), planned.browse())
                names = dict.fromkeys(visits.mapped("partner_id.display_name"))
                report.tomorrow = "\n".join(names) or False
            else:
                report.tomorrow = report.tomorrow

    # === CRUD METHODS ===#

    def _is_frozen(self):
        return self.state not in OPEN

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "drawn_at",
            "supervisor_id",
            "sent_at",
            "read_at",
            "read_by_id",
            "reminded_at",
            # these follow from others: nobody writes his own figures
            "tz",
            "team_id",
            "planned_count",
            "visit_count",
            "call_count",
            "reached_count",
        }

    @api.model
    def _get_content_fields(self):
        lines = {"line_ids", "visit_line_ids", "call_line_ids"}
        return lines | {"company_id", "user_id", "date", "summary", "effect", "tomorrow"}

    @api.model_create_multi
    def create(self, vals_list):
        """A report is drawn when it is made, and nobody has read it yet."""
        vals_list = [
            {name: value for name, value in vals.items() if name != "remark" or self.env.su}
            for vals in vals_list
        ]
        reports = super().create(vals_list)
        reports._draw()
        return reports

    def write(self, vals):
        if "remark" in vals:
            self._ensure_may_judge()
        result = super().write(vals)
        if {"user_id", "date", "company_id"} & vals.keys():
            self._draw()
        return result

    # === BUSINESS METHODS ===#

    @api.model
    def action_open_today(self):
        """Open today's report of whoever asks, made where there is none yet."""
        zone = self.env.user.tz or self.env.company._get_logistics_tz()
        return self._open_of(
            self.env.user, self.env.company, local_date(fields.Datetime.now(), zone)
        )

    @api.model
    def _open_of(self, user, company, day):
        """Open somebody's report of a day, made where there is none yet."""
        vals = {"user_id": user.id, "company_id": company.id, "date": day}
        report = self.search([(name, "=", value) for name, value in vals.items()])
        if not report:
            # a second tap finds what the first one made
            with begin_anew_on("logistics_visit_daily_report_once_a_day"):
                report = self.create(vals)
        elif not report._is_frozen() and report.has_access("write"):
            report._draw()
        return report._get_records_action()

    def action_view_earlier(self):
        """Open the daily reports of the same visitor."""
        return self._open_list("logistics_visit_daily_report_action")

    def action_view_urgent(self):
        """Open the urgent reports of the same visitor."""
        return self._open_list("logistics_visit_urgent_report_action")

    def _open_list(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"logistics_customer_service.{name}")
        return {**action, "domain": [("user_id", "=", self.user_id.id)], "context": {}}

    def action_draw(self):
        """Draw the day's visits and calls again; what was typed stays."""
        self.check_access("write")
        if any(report._is_frozen() for report in self):
            raise UserError(self.env._("A report that was sent is not changed any more."))
        self._draw()
        return True

    def _draw(self):
        """Bring the lines of reports up to what visits and calls say: a few queries for all."""
        reports = self._by_method()
        visits, attempts = reports._get_visits(), reports._get_attempts()
        lines = reports.env["logistics.visit.daily.report.line"]
        missing = lines.browse()
        vals_list = []
        for report in reports:
            known = {line.visit_id or line.attempt_id: line for line in report.line_ids}
            for record in (*visits.get(report, ()), *attempts.get(report, ())):
                vals = lines._prepare_vals(record)
                line = known.pop(record, None)
                if line:
                    line._bring_up(vals)
                else:
                    vals_list.append({**vals, "daily_id": report.id})
        drawn = {
            record.id: {*visits.get(record, ()), *attempts.get(record, ())} for record in reports
        }
        missing = reports.line_ids.filtered(
            lambda line: (line.visit_id or line.attempt_id) not in drawn[line.daily_id.id]
        )
        missing._drop()
        lines.create(vals_list)
        reports.write({"drawn_at": fields.Datetime.now()})

    def _get_visits(self):
        """Return the visits of each report: made on its day, else planned for it and not made."""
        days = self.mapped("date")
        visits = self.env["logistics.visit"].search(
            Domain("user_id", "in", self.user_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & (
                Domain("visited_on", "in", days)
                | (Domain("visited_on", "=", False) & Domain("planned_on", "in", days))
            ),
            order="checked_in_at, planned_at, id",
        )
        by_key = visits.grouped(
            lambda visit: (
                visit.user_id,
                visit.company_id,
                visit.visited_on or visit.planned_on,
            )
        )
        return {
            report: by_key.get((report.user_id, report.company_id, report.date), ())
            for report in self
        }

    def _get_attempts(self):
        """Return the calls of each report, by the visitor's clock."""
        if not self:
            return {}
        begin = min(local_midnight(report.date, report.tz) for report in self)
        end = max(local_midnight(report.date + timedelta(days=1), report.tz) for report in self)
        attempts = self.env["logistics.callback.attempt"].search(
            [
                ("user_id", "in", self.user_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("called_at", ">=", begin),
                ("called_at", "<", end),
            ],
            order="called_at, id",
        )
        by_person = attempts.grouped(lambda attempt: (attempt.user_id, attempt.company_id))
        return {
            report: by_person.get(
                (report.user_id, report.company_id), attempts.browse()
            ).filtered(
                lambda attempt, report=report: (
                    local_date(attempt.called_at, report.tz) == report.date
                )
            )
            for report in self
        }

    def action_send(self):
        """Send the report to the supervisor; from then on it stays as it is."""
        self.check_access("write")
        if any(report._is_frozen() for report in self):
            raise UserError(self.env._("This report has been sent already."))
        for report in self:
            report._note_course(
                {
                    "state": SENT,
                    "sent_at": fields.Datetime.now(),
                    "supervisor_id": report._get_supervisor().id,
                    "read_at": False,
                    "read_by_id": False,
                }
            )
            # whoever they belong to: there is nothing left to do
            report.sudo().activity_ids.unlink()
            readers = report.sudo().supervisor_id.partner_id  # colleagues' contacts
            report._queue_mail("mail_template_visit_daily", readers)
        return True

    def _get_supervisor(self):
        """Return who reads the report: the team's leader, else the service manager."""
        report = self.sudo()  # persons and levels are the company's
        return report._choose_reader(
            [report.team_id.user_id, report.company_id.logistics_manager_id]
        )

    def action_mark_read(self):
        """Note that the supervisor has read the report."""
        self._ensure_may_judge()
        self._judge(READ)
        for report in self.filtered("remark"):
            report._tell_visitor(report.env._("Seen: %s", report.display_name))
        return True

    def action_return(self):
        """Give the report back to the visitor, who completes it and sends it again."""
        self._ensure_may_judge()
        if not all((report.remark or "").strip() for report in self):
            raise UserError(self.env._("Say in the remark what is missing."))
        self._judge(RETURNED)
        for report in self:
            report._schedule(report.user_id, type(report)._get_returned_summary, report.remark)
            report._tell_visitor(report.env._("Returned: %s", report.display_name))
        return True

    def _judge(self, state):
        self.check_access("write")
        if any(report.state not in (SENT, READ) for report in self):
            raise UserError(self.env._("The report has not been sent yet."))
        read = {"read_at": fields.Datetime.now(), "read_by_id": self.env.uid}
        self._note_course({"state": state, **read})

    def _ensure_may_judge(self):
        if not self.env.su and not self.env.user.has_group(
            "logistics_customer_service.group_supervisor"
        ):
            raise AccessError(self.env._("Supervisors and managers read daily reports."))

    def _get_returned_summary(self):
        return self.env._("Complete your daily report and send it again")

    def _tell_visitor(self, subject):
        if self.user_id != self.env.user:
            self.message_notify(
                partner_ids=self.user_id.partner_id.ids, subject=subject, body=self.remark
            )

    # === CRON METHODS ===#

    @api.model
    @of_part("visits")
    def _cron_remind(self):
        """Lay a draft before those who made visits and sent no report, and remind them once."""
        cron = self.env["ir.cron"]
        rows = self._get_missed()
        remaining = len(rows)
        cron._commit_progress(remaining=remaining)
        for batch in split_every(BATCH, rows.ids, rows.browse):
            isolate(batch, self._remind_of, partial(type(self)._leave_out, self))
            remaining -= len(batch)
            if not cron._commit_progress(len(batch), remaining=remaining):
                return

    @api.model
    def _get_missed(self):
        """Return the rows of missing reports whose hour has come by the visitor's clock."""
        now = fields.Datetime.now()
        rows = self.env["logistics.visit.daily.report.missing"].search(
            [
                ("date", ">=", fields.Date.today() - timedelta(days=MISSED_DAYS)),
                ("state", "in", (False, DRAFT)),
                "|",
                ("daily_id", "=", False),
                ("daily_id.reminded_at", "=", False),
            ]
        )
        return rows.filtered(lambda row: row._is_due(now))

    def _remind_of(self, rows):
        """Make what reports are missing and remind their writers.

        :param rows: logistics.visit.daily.report.missing
        """
        without = rows.filtered(lambda row: not row.daily_id)
        made = self.create(
            [
                {
                    "user_id": row.user_id.id,
                    "company_id": row.company_id.id,
                    "date": row.date,
                }
                for row in without
            ]
        )
        for report in rows.daily_id | made:
            report._schedule(report.user_id, type(report)._get_missing_summary)
        (rows.daily_id | made)._note_course({"reminded_at": fields.Datetime.now()})

    def _get_missing_summary(self):
        return self.env._("Complete and send your daily report")

    def _leave_out(self, row, error):
        """One that cannot be made waits for the next run; the list of missing ones shows it."""
        _logger.warning("The daily report of row %s could not be made: %s", row.id, error)
