from odoo import fields, models
from odoo.tools import SQL

from ....tools.foundation.periods import local_date, local_hour


class LogisticsVisitDailyReportMissing(models.Model):
    """Who made visits on a day and has sent no daily report of it: a row for each."""

    _name = "logistics.visit.daily.report.missing"
    _description = "Missing Daily Report"
    _auto = False
    _order = "date desc, user_id"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", string="Visitor", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("logistics.service.team", string="Team", readonly=True)
    date = fields.Date(string="Day", readonly=True)
    visit_count = fields.Integer(string="Visits", readonly=True)
    daily_id = fields.Many2one("logistics.visit.daily.report", string="Report", readonly=True)
    state = fields.Selection(
        [("draft", "Draft"), ("returned", "Returned")],
        string="Current Status",
        readonly=True,
        help="Empty: not begun.",
    )

    @property
    def _table_query(self):
        return SQL(
            """SELECT made.id, made.user_id, made.company_id, made.team_id, made.date,
                      made.visit_count, daily.id AS daily_id, daily.state
                 FROM (SELECT MIN(visit.id) AS id, visit.user_id, visit.company_id,
                              MIN(visit.team_id) AS team_id, COUNT(*) AS visit_count,
                              COALESCE(visit.visited_on, visit.planned_on) AS date
                         FROM logistics_visit visit
                        WHERE visit.state IN ('under_way', 'done')
                     GROUP BY visit.user_id, visit.company_id,
                              COALESCE(visit.visited_on, visit.planned_on)) made
            LEFT JOIN logistics_visit_daily_report daily
                   ON daily.user_id = made.user_id AND daily.company_id = made.company_id
                  AND daily.date = made.date
                WHERE daily.id IS NULL OR daily.state IN ('draft', 'returned')"""
        )

    def _is_due(self, now):
        """Tell whether the report should have been sent, by the visitor's clock.

        :param now: naive UTC instant
        """
        self.ensure_one()
        zone = self.user_id.tz or self.company_id._get_logistics_tz()
        today = local_date(now, zone)
        if self.date != today:
            return self.date < today
        return local_hour(now, zone) >= self.company_id.logistics_daily_hour

    def action_open(self):
        """Open the report, made where there is none yet."""
        self.ensure_one()
        return self.env["logistics.visit.daily.report"]._open_of(
            self.user_id, self.company_id, self.date
        )
