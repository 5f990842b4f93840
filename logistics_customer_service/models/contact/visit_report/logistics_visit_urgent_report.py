import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ....tools.foundation.parts import of_part
from ...foundation.isolation import isolate

_logger = logging.getLogger(__name__)

DRAFT, SENT, ACKNOWLEDGED = "draft", "sent", "acknowledged"
SEQUENCE_CODE = "logistics.visit.urgent.report"
BATCH = 100


class LogisticsVisitUrgentReport(models.Model):
    """What a visitor has to tell the manager at once (巡访紧急报告)."""

    _name = "logistics.visit.urgent.report"
    _inherit = ["logistics.visitor.report.mixin"]
    _description = "Urgent Report"
    _order = "reported_at desc, id desc"

    name = fields.Char(string="Number", readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users",
        string="Reported By",
        required=True,
        index=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    visit_id = fields.Many2one(
        "logistics.visit",
        string="Visit",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    competitor = fields.Char()
    reason = fields.Selection(
        [
            ("policy", "A competitor's policy changes greatly"),
            ("move", "A competitor's new move"),
            ("fault", "A fault found in our service"),
            ("other", "Anything else urgent"),
        ],
        required=True,
        tracking=True,
    )
    what = fields.Text(string="What Is It?", required=True)
    photo = fields.Image(max_width=1920, max_height=1920)
    state = fields.Selection(
        [(DRAFT, "Not sent yet"), (SENT, "Sent"), (ACKNOWLEDGED, "Acknowledged")],
        required=True,
        readonly=True,
        default=DRAFT,
        index=True,
        copy=False,
        tracking=True,
    )
    reported_at = fields.Datetime(
        string="Reported", required=True, readonly=True, default=fields.Datetime.now, copy=False
    )

    # --- its course
    manager_id = fields.Many2one(
        "res.users", string="Sent To", readonly=True, copy=False, ondelete="restrict"
    )
    remind_at = fields.Datetime(string="Next Reminder", readonly=True, copy=False)
    notice_count = fields.Integer(
        string="Times Told", readonly=True, copy=False, aggregator="max"
    )
    acknowledged_at = fields.Datetime(string="Acknowledged On", readonly=True, copy=False)
    acknowledged_by_id = fields.Many2one(
        "res.users", string="Acknowledged By", readonly=True, copy=False, ondelete="restrict"
    )
    answer = fields.Text(copy=False, help="What the manager says to it; the reporter is told.")
    hours_open = fields.Float(
        string="Hours until Acknowledged",
        compute="_compute_hours_open",
        store=True,
        aggregator="avg",
    )

    # --- what follows from it
    complaint_ids = fields.One2many("logistics.complaint", "urgent_id", string="Cases")
    improvement_ids = fields.One2many("logistics.improvement", "urgent_id", string="Improvements")
    action_ids = fields.One2many("logistics.visit.action", "urgent_id", string="Actions")
    complaint_count = fields.Integer(string="Number of Cases", compute="_compute_follow_ups")
    improvement_count = fields.Integer(
        string="Number of Improvements", compute="_compute_follow_ups"
    )
    action_count = fields.Integer(string="Actions That Followed", compute="_compute_follow_ups")

    _number_unique = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL", "The number is taken."
    )
    _remind_idx = models.Index("(remind_at) WHERE remind_at IS NOT NULL")

    # === COMPUTE METHODS ===#

    @api.depends("name", "reason")
    @api.depends_context("lang")
    def _compute_display_name(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for report in self:
            parts = (report.name, reasons.get(report.reason))
            report.display_name = " · ".join(filter(None, parts)) or self.env._("Urgent Report")

    @api.depends("acknowledged_at", "reported_at")
    def _compute_hours_open(self):
        for report in self:
            taken = report.acknowledged_at and report.acknowledged_at - report.reported_at
            report.hours_open = taken.total_seconds() / 3600 if taken else 0.0

    @api.depends("complaint_ids", "improvement_ids", "action_ids")
    def _compute_follow_ups(self):
        for report in self:
            report.action_count = len(report.action_ids)
            report.complaint_count = len(report.complaint_ids)
            report.improvement_count = len(report.improvement_ids)

    def _read_group_select(self, aggregate_spec, query):
        """What nobody has acknowledged took no time yet, not none."""
        selected = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec != "hours_open:avg":
            return selected
        acknowledged = self._field_to_sql(self._table, "acknowledged_at", query)
        return SQL("%s FILTER (WHERE %s IS NOT NULL)", selected, acknowledged)

    # === CRUD METHODS ===#

    def _is_frozen(self):
        return self.state != DRAFT

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "name",
            "reported_at",
            "manager_id",
            "remind_at",
            "notice_count",
            "acknowledged_at",
            "acknowledged_by_id",
            # these follow from others
            "team_id",
            "hours_open",
        }

    @api.model
    def _get_content_fields(self):
        return frozenset(
            ("company_id", "user_id", "visit_id", "partner_id", "competitor")
            + ("reason", "what", "photo")
        )

    @api.model_create_multi
    def create(self, vals_list):
        """A draft that nobody sends is brought to its writer's mind; nobody has answered it."""
        vals_list = [
            {name: value for name, value in vals.items() if name != "answer" or self.env.su}
            for vals in vals_list
        ]
        reports = super().create(vals_list)
        for report in reports.filtered(lambda report: report.state == DRAFT):
            report._note_course({"remind_at": report._get_next_reminder(0)})
        return reports

    def write(self, vals):
        if "answer" in vals:
            self._ensure_may_answer()
        return super().write(vals)

    # === BUSINESS METHODS ===#

    def action_send(self):
        """Send the report to the manager at once: by mail and as an activity."""
        self.check_access("write")
        if any(report.state != DRAFT for report in self):
            raise UserError(self.env._("This report has been sent already."))
        now = fields.Datetime.now()
        for report, number in zip(self, self._draw_numbers(), strict=True):
            report._note_course(
                {
                    "name": number,
                    "state": SENT,
                    "reported_at": now,
                    "manager_id": report._get_manager().id,
                }
            )
            report._drop_activities()
            report._tell()
        return True

    def _draw_numbers(self):
        """Return a number for each report."""
        drawn = [{"company_id": report.company_id.id} for report in self]
        # numbers are drawn for whoever may report
        sequences = self.env["ir.sequence"].sudo()
        sequences._number_logistics_vals(
            SEQUENCE_CODE, "name", drawn, lambda _company: self._tell_missing_sequence()
        )
        return [vals["name"] for vals in drawn]

    @api.model
    def _tell_missing_sequence(self):
        return self.env._(
            "There is no sequence for the numbers of urgent reports. An "
            "administrator makes one with the code “%s”.",
            SEQUENCE_CODE,
        )

    def _get_manager(self):
        """Return who has to know: the service manager, or who stands next where none is named."""
        report = self.sudo()  # persons and levels are the company's
        company = report.company_id
        return report._choose_reader(
            [
                company.logistics_manager_id,
                company.logistics_general_manager_id,
                report.team_id.user_id,
            ]
        )

    def _tell(self):
        """Tell the manager, from the second time on the general manager, too."""
        report = self.sudo()  # persons and settings are the company's
        if not report.manager_id.active:
            # whoever was told first has left without an answer
            report._note_course({"manager_id": report._get_manager().id})
        readers = report.manager_id
        if report.notice_count:
            general = report.company_id.logistics_general_manager_id
            readers |= general.filtered("active")
        for user in readers:
            self._schedule(user, type(self)._get_summary)
        self._queue_mail("mail_template_visit_urgent", readers.partner_id)
        count = report.notice_count + 1
        self._note_course({"notice_count": count, "remind_at": self._get_next_reminder(count)})

    def _get_summary(self):
        return self.env._("Urgent report: %s", self.display_name)

    def _process_attachments_for_template_post(self, mail_template):
        """Add the photo to what is mailed of a report."""
        result = super()._process_attachments_for_template_post(mail_template)
        for report in self.filtered("photo"):
            file = (f"{(report.name or '').replace('/', '-')}.jpg", report.photo)
            result.setdefault(report.id, {}).setdefault("attachments", []).append(file)
        return result

    def _get_next_reminder(self, count):
        """Return when to tell again what was told so many times, or False."""
        company = self.company_id.sudo()  # settings of the company
        if not company.logistics_urgent_hours or count > company.logistics_urgent_times:
            return False
        return fields.Datetime.now() + timedelta(hours=company.logistics_urgent_hours)

    def action_acknowledge(self):
        """Take note of the report; who wrote it is told, with the answer."""
        self._ensure_may_answer()
        self.check_access("write")
        if any(report.state != SENT for report in self):
            raise UserError(self.env._("Only a report that waits for it is acknowledged."))
        for report in self:
            report._note_course(
                {
                    "state": ACKNOWLEDGED,
                    "acknowledged_at": fields.Datetime.now(),
                    "acknowledged_by_id": self.env.uid,
                    "remind_at": False,
                }
            )
            report._drop_activities()
            report._tell_reporter()
        return True

    def _ensure_may_answer(self):
        if not self.env.su and not self.env.user.has_group(
            "logistics_customer_service.group_supervisor"
        ):
            raise AccessError(
                self.env._("Supervisors and managers acknowledge urgent reports.")
            )

    def _drop_activities(self):
        # whoever they belong to: the matter is in hand
        self.sudo().activity_ids.unlink()

    def _tell_reporter(self):
        user = self.user_id
        if user == self.env.user:
            return
        report = self.with_context(lang=user.lang or self.env.lang)
        report.message_notify(
            partner_ids=user.partner_id.ids,
            subject=report.env._("Acknowledged: %s", report.display_name),
            body=report.answer
            or report.env._("%s has taken note of your report.", self.env.user.name),
        )

    def action_open_case(self):
        """Open the intake dialogue; the case keeps where it came from."""
        self.ensure_one()
        return self.partner_id._get_intake_action(
            default_choice_id=self.partner_id.id,
            default_company_id=self.company_id.id,
            default_description=self.what,
            default_urgent_id=self.id,
        )

    def action_new_improvement(self):
        """Open a new improvement with what was reported."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Improvement"),
            "res_model": "logistics.improvement",
            "views": [(False, "form")],
            "context": {
                "default_name": self.what.splitlines()[0][:80],
                "default_what": self.what,
                "default_company_id": self.company_id.id,
                "default_urgent_id": self.id,
            },
        }

    def action_new_action(self):
        """Open a new action of the visit: what is done, by whom, until when."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Action"),
            "res_model": "logistics.visit.action",
            "views": [
                (
                    self.env.ref(
                        "logistics_customer_service.logistics_visit_action_view_form_urgent"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
            "context": {
                "default_visit_id": self.visit_id.id,
                "default_urgent_id": self.id,
            },
        }

    def action_view_actions(self):
        """Open the actions that followed."""
        return self.action_ids._get_records_action(name=self.env._("Agreed Actions"))

    def action_view_cases(self):
        """Open the cases that followed."""
        return self.complaint_ids._get_records_action(name=self.env._("Cases"))

    def action_view_improvements(self):
        """Open the improvements that followed."""
        return self.improvement_ids._get_records_action(name=self.env._("Improvements"))

    # === CRON METHODS ===#

    @api.model
    @of_part("visits")
    def _cron_remind(self):
        """Tell again what nobody has acknowledged, and remind of what was not sent."""
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self._count_due())
        while batch := self._get_due(BATCH).try_lock_for_update():
            isolate(batch, type(batch)._remind, partial(type(self)._leave_out, self))
            if not cron._commit_progress(len(batch), remaining=self._count_due()):
                return
        # what others hold now is theirs, or the next run's
        cron._commit_progress(remaining=0)

    @api.model
    def _get_due_domain(self):
        return [("remind_at", "<=", fields.Datetime.now())]

    @api.model
    def _get_due(self, limit):
        return self.search(self._get_due_domain(), order="remind_at, id", limit=limit)

    @api.model
    def _count_due(self):
        return self.search_count(self._get_due_domain())

    def _leave_out(self, report, error):
        """One that cannot be told is not looked at for ever."""
        _logger.warning("Urgent report %s could not be told again: %s", report.id, error)
        report._note_course({"remind_at": False})

    def _remind(self):
        for report in self:
            if report.state == SENT:
                report._tell()
            else:
                report._note_course({"remind_at": False})
                if report.state == DRAFT:
                    report._schedule(report.user_id, type(report)._get_unsent_summary)

    def _get_unsent_summary(self):
        return self.env._("Your urgent report has not been sent yet")
