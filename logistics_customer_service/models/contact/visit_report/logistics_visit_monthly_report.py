import logging
from functools import partial

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import babel_locale_parse, get_lang

from ....tools.contact import months
from ....tools.foundation.parts import of_part
from ....tools.foundation.periods import local_date, local_midnight
from ...foundation.isolation import isolate

_logger = logging.getLogger(__name__)

DRAFT, ISSUED = "draft", "issued"
VOICES = ("opinion", "suggestion", "wish")
# texts that are drawn once and then the manager's
TEXTS = ("opinions", "competition", "problems")


class LogisticsVisitMonthlyReport(models.Model):
    """What a team's visits of a month came to (每月巡访情况报告书)."""

    _name = "logistics.visit.monthly.report"
    _inherit = ["logistics.visit.report.mixin"]
    _description = "Monthly Report of Visits"
    _order = "month desc, team_id, id desc"

    team_id = fields.Many2one(
        "logistics.service.team",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        default=lambda self: self._get_default_team(),
    )
    month = fields.Date(
        required=True,
        index=True,
        default=lambda self: months.previous_month(self.env.company._get_logistics_today()),
        help="Any day of the month that is reported on.",
    )
    month_name = fields.Char(string="Month in Words", compute="_compute_month_name")
    is_month_over = fields.Boolean(compute="_compute_is_month_over")
    user_id = fields.Many2one(
        "res.users",
        string="Written By",
        required=True,
        default=lambda self: self.env.user,
        check_company=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        [(DRAFT, "Draft"), (ISSUED, "Issued")],
        required=True,
        readonly=True,
        default=DRAFT,
        index=True,
        copy=False,
        tracking=True,
    )

    # --- drawn, and kept so
    figure_ids = fields.One2many("logistics.visit.monthly.report.figure", "report_id", string="Figures")
    coverage_ids = fields.One2many(
        "logistics.visit.monthly.report.figure",
        "report_id",
        string="Coverage by Tier",
        domain=[("section", "=", "coverage")],
    )
    visit_ids = fields.One2many(
        "logistics.visit.monthly.report.figure",
        "report_id",
        string="Visits",
        domain=[("section", "=", "visit")],
    )
    visitor_ids = fields.One2many(
        "logistics.visit.monthly.report.figure",
        "report_id",
        string="By Visitor",
        domain=[("section", "=", "visitor")],
    )
    topic_ids = fields.One2many(
        "logistics.visit.monthly.report.figure",
        "report_id",
        string="By Point",
        domain=[("section", "=", "topic")],
    )
    theme_ids = fields.One2many(
        "logistics.visit.monthly.report.figure",
        "report_id",
        string="By Theme",
        domain=[("section", "=", "theme")],
    )
    competitor_ids = fields.One2many(
        "logistics.visit.monthly.report.figure",
        "report_id",
        string="Competitors",
        domain=[("section", "=", "competitor")],
    )
    problem_ids = fields.One2many(
        "logistics.visit.monthly.report.figure",
        "report_id",
        string="Problems",
        domain=[("section", "=", "problem")],
    )
    action_ids = fields.One2many(
        "logistics.visit.monthly.report.figure",
        "report_id",
        string="Agreed Actions",
        domain=[("section", "=", "action")],
    )
    drawn_at = fields.Datetime(string="Drawn", readonly=True, copy=False)

    # --- the manager's
    overview = fields.Html(help="The month in a few words.")
    opinions = fields.Html(string="Opinions and Wishes")
    competition = fields.Html(string="Market and Competition")
    problems = fields.Html(string="What Went Wrong")
    measures = fields.Html(
        string="Measures for Next Month", help="What is done about it next month, by whom."
    )
    # what was drawn into them, to know what the manager has changed
    opinions_drawn = fields.Html(readonly=True, copy=False)
    competition_drawn = fields.Html(readonly=True, copy=False)
    problems_drawn = fields.Html(readonly=True, copy=False)

    # --- its course
    recipient_ids = fields.Many2many(
        "res.users",
        string="Recipients",
        domain=[("share", "=", False)],
        default=lambda self: self._get_default_recipients(),
        help="Each gets the report by mail when it is issued, in their own language.",
    )
    issued_at = fields.Datetime(string="Issued On", readonly=True, copy=False)
    issued_by_id = fields.Many2one(
        "res.users", string="Issued By", readonly=True, copy=False, ondelete="restrict"
    )

    _once_a_month = models.UniqueIndex(
        "(team_id, month)", "There is a report of the team's month already."
    )

    # === DEFAULT METHODS ===#

    @api.model
    def _get_default_team(self):
        company = self.env.company
        return self._get_teams([(self.env.user, company)])[self.env.user, company]

    @api.model
    def _get_default_recipients(self):
        company = self.env.company.sudo()  # persons and levels are the company's
        people = company.logistics_manager_id | company.logistics_general_manager_id
        return people.filtered("active").with_env(self.env)

    # === COMPUTE METHODS ===#

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_name(self):
        locale = babel_locale_parse(get_lang(self.env).code)
        for report in self:
            day = report.month
            report.month_name = day and format_skeleton("yMMMM", day, locale=locale)

    @api.depends("month", "company_id")
    def _compute_is_month_over(self):
        now = fields.Datetime.now()
        for report in self:
            report.is_month_over = bool(report.month) and report._get_end_of_month() <= now

    @api.depends("team_id", "month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for report in self:
            parts = (self.env._("Visits"), report.month_name, report.team_id.name)
            report.display_name = " ".join(filter(None, parts))

    # === CRUD METHODS ===#

    def _is_frozen(self):
        return self.state == ISSUED

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {"drawn_at", "issued_at", "issued_by_id", "figure_ids"}

    @api.model
    def _get_content_fields(self):
        names = {name for name, field in self._fields.items() if field.type == "one2many"}
        names &= {name for name in self._fields if name.endswith("_ids")} - {"activity_ids"}
        figures = {
            name
            for name in names
            if self._fields[name].comodel_name == "logistics.visit.monthly.report.figure"
        }
        texts = {"overview", "measures", *TEXTS, *(f"{text}_drawn" for text in TEXTS)}
        return figures | texts | {"company_id", "team_id", "month", "user_id"}

    @api.model_create_multi
    def create(self, vals_list):
        """A report is of a whole month and of its team's company, and is drawn when it is made."""
        reports = super().create([self._complete(vals) for vals in vals_list])
        reports._draw()
        return reports

    def write(self, vals):
        result = super().write(self._complete(vals))
        if {"team_id", "month"} & vals.keys():
            self._draw()
        return result

    @api.model
    def _complete(self, vals):
        vals = dict(vals)
        if vals.get("month"):
            vals["month"] = months.first_day(fields.Date.to_date(vals["month"]))
        if vals.get("team_id"):
            team = self.env["logistics.service.team"].browse(vals["team_id"])
            vals["company_id"] = team.company_id.id
        return vals

    # === BUSINESS METHODS ===#

    def action_issue(self):
        """Issue the report: it stays as it is, and its recipients get it by mail.

        Drafted while the month went on, it is drawn once more, so that the whole month is in it.
        """
        self._ensure_manager()
        self.check_access("write")
        if any(report._is_frozen() for report in self):
            raise UserError(self.env._("This report has been issued already."))
        self._check_month_over()
        self.filtered(lambda report: not report._is_of_whole_month())._draw()
        self._note_course(
            {"state": ISSUED, "issued_at": fields.Datetime.now(), "issued_by_id": self.env.uid}
        )
        # whoever they belong to: there is nothing left to do
        self.sudo().activity_ids.unlink()
        for report in self:
            report._mail()
        return True

    def _check_month_over(self):
        if going_on := self.filtered(lambda report: not report.is_month_over)[:1]:
            raise UserError(
                self.env._(
                    "%s: the month is not over yet. The report is issued after it.",
                    going_on.display_name,
                )
            )

    def _get_end_of_month(self):
        """Return when the month was over by the company's clock, as a naive UTC instant."""
        zone = self.company_id._get_logistics_tz()
        return local_midnight(months.next_month(self.month), zone)

    def _is_of_whole_month(self):
        """Tell whether all of the month was there when the report was drawn."""
        return bool(self.drawn_at) and self.drawn_at >= self._get_end_of_month()

    def action_mail_again(self):
        """Mail an issued report to its recipients, those named since among them."""
        self._ensure_manager()
        if any(not report._is_frozen() for report in self):
            raise UserError(self.env._("Issue the report first."))
        for report in self:
            report._mail()
        return True

    def _mail(self):
        self._queue_mail("mail_template_visit_monthly", self.recipient_ids.partner_id)

    def _ensure_manager(self):
        if not self.env.su and not self.env.user.has_group(
            "logistics_customer_service.group_manager"
        ):
            raise AccessError(self.env._("Service managers issue monthly reports."))

    # === CRON METHODS ===#

    @api.model
    @of_part("visits")
    def _cron_draw(self):
        """Draw the last month's report of each team that made visits, once a month."""
        cron = self.env["ir.cron"]
        waiting = self._get_waiting_companies()
        remaining = len(waiting)
        cron._commit_progress(remaining=remaining)
        for company in waiting:
            isolate(company, self._draw_for, partial(type(self)._leave_out, self))
            remaining -= 1
            if not cron._commit_progress(1, remaining=remaining):
                return

    @api.model
    def _get_waiting_companies(self):
        """Return the companies for which a month has ended whose reports are not drawn yet."""
        now = fields.Datetime.now()

        def waits(company):
            today = local_date(now, company._get_logistics_tz())
            return company.logistics_visit_month != months.previous_month(today)

        return self.env["res.company"].search([]).filtered(waits)

    def _leave_out(self, company, error):
        """A company whose reports cannot be drawn is tried again tomorrow."""
        _logger.warning("Reports of %s could not be drawn: %s", company.name, error)

    @api.model
    def _draw_for(self, company):
        """Draw the last month's reports of a company's teams."""
        month = months.previous_month(company._get_logistics_today())
        teams = self.env["logistics.service.team"].search([("company_id", "=", company.id)])
        there = self.search([("team_id", "in", teams.ids), ("month", "=", month)])
        left_out = []

        def draw(some):
            for team in some:
                self._draw_for_team(team, month)

        def leave_out(left, error):
            name = left.display_name
            _logger.warning("The report of %s could not be drawn: %s", name, error)
            left_out.append(left)

        isolate(teams - there.team_id, draw, leave_out)
        isolate(there._get_drafted_early(), type(self)._draw_again, leave_out)
        if not left_out:  # tomorrow those are tried again
            company.logistics_visit_month = month

    def _get_drafted_early(self):
        return self.filtered(
            lambda report: not report._is_frozen() and not report._is_of_whole_month()
        )

    def _draw_again(self):
        """Draw what was drafted while the month went on, and have its writer issue it."""
        for report in self:
            report.with_context(lang=report.user_id.lang or self.env.lang)._draw()
            report._schedule(report.user_id, type(report)._get_drawn_summary)

    @api.model
    def _draw_for_team(self, team, month):
        blank = self.new({"team_id": team.id, "company_id": team.company_id.id, "month": month})
        if not self.env["logistics.visit"].search_count(blank._get_visits_domain(month), limit=1):
            return
        # who manages the service stands in settings that supervisors do not read
        manager = team.company_id.sudo().logistics_manager_id
        writer = blank._choose_reader([team.user_id, manager])
        reports = self.with_context(lang=writer.lang or self.env.lang).with_company(
            team.company_id
        )
        report = reports.create(
            {"team_id": team.id, "month": month, "user_id": writer.id or self.env.uid}
        )
        report._schedule(writer, type(report)._get_drawn_summary)

    def _get_drawn_summary(self):
        return self.env._("Edit and issue the monthly report of visits")
