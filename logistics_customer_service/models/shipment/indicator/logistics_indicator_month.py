import logging
from datetime import timedelta

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import get_lang
from odoo.tools.misc import babel_locale_parse

from ....tools.shipment import goals

_logger = logging.getLogger(__name__)


class LogisticsIndicatorMonth(models.Model):
    """The figures of a company's month: open and worked out nightly, or frozen as reported.

    Freezing and unfreezing are on record here; nobody writes a month by hand.
    """

    _name = "logistics.indicator.month"
    _inherit = ["mail.thread"]
    _description = "Month of Figures"
    _order = "month desc, company_id"
    _rec_name = "month"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    month = fields.Date(required=True, readonly=True, help="The first day of the month.")
    frozen = fields.Boolean(
        readonly=True, tracking=True, help="The figures stay, whatever happens to the documents."
    )
    frozen_at = fields.Datetime(readonly=True)
    frozen_by = fields.Many2one("res.users", readonly=True)
    computed_at = fields.Datetime(string="Worked Out", readonly=True)
    computed_on = fields.Date(readonly=True, help="Day of the company's calendar.")
    figure_ids = fields.One2many("logistics.indicator.figure", "month_id", string="Figures")

    _company_month_unique = models.UniqueIndex("(company_id, month)")

    # === COMPUTE METHODS ===#

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        locale = babel_locale_parse(get_lang(self.env).code)
        for record in self:
            record.display_name = record.month and format_skeleton(
                "yMMMM", record.month, locale=locale
            )

    # === CRUD METHODS ===#

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        if any(self.mapped("frozen")):
            raise UserError(self.env._("A frozen month cannot be deleted."))

    # === BUSINESS METHODS ===#

    @api.model
    def _ensure_for(self, company, firsts):
        """Return the months of a company, made where they are missing.

        :param firsts: first days of the months
        """
        months = self.sudo().search(  # months are made for whoever asks for their figures
            [("company_id", "=", company.id), ("month", "in", list(firsts))]
        )
        missing = sorted(set(firsts) - set(months.mapped("month")))
        made = months.with_context(mail_create_nolog=True, mail_create_nosubscribe=True).create(
            [{"company_id": company.id, "month": first} for first in missing]
        )
        return (months + made.with_env(months.env)).sorted("month")

    def _refresh(self):
        """Work the figures out anew, of all that happened by now; frozen months stay as they are."""
        self.env["logistics.outcome.judge"]._judge_all_marked()
        open_months = self.sudo().filtered(lambda month: not month.frozen)
        for company, months in open_months.grouped("company_id").items():
            months._refresh_of(company)

    def _refresh_of(self, company):
        indicators = self.env["logistics.indicator"].search([])
        read, sums = indicators._read_sums(company, set(self.mapped("month")))
        self.env["logistics.indicator.figure"]._keep(self, read, sums)
        self.write(
            {
                "computed_at": fields.Datetime.now(),
                "computed_on": company._get_logistics_today(),
            }
        )

    @api.model
    def _get_running(self, company):
        """Return the month before and the running month, made where they are missing."""
        running = goals.month_of(company._get_logistics_today())
        return self._ensure_for(company, [goals.month_before(running), running])

    # === CRON METHODS ===#

    @api.model
    def _cron_refresh_figures(self):
        """Work out last month's and this month's figures, company by company."""
        cron = self.env["ir.cron"]
        due = self._get_due_companies()
        cron._commit_progress(remaining=len(due))
        for number, company in enumerate(due, 1):
            try:
                self._refresh_company(company)
                self.env.flush_all()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()  # due again in the next hour
            except Exception:  # one company's trouble is not the others'
                self.env.cr.rollback()
                _logger.exception("Figures of company %s", company.id)
            if not cron._commit_progress(1, remaining=len(due) - number):
                return

    @api.model
    def _get_due_companies(self):
        """Return the companies whose hour has come and whose figures are of another day."""
        done = dict(self._read_group([], ["company_id"], ["computed_on:max"]))
        return (
            self.env["res.company"]
            .search([], order="id")
            .filtered(
                lambda company: (
                    company._is_logistics_job_due()
                    and done.get(company) != company._get_logistics_today()
                )
            )
        )

    @api.model
    def _refresh_company(self, company):
        """Bring a company up to date and freeze the months whose time has come."""
        self._get_running(company)._refresh()
        self._freeze_due(company)

    @api.model
    def _freeze_due(self, company):
        if not company.logistics_freeze_days:
            return
        day = company._get_logistics_today() - timedelta(days=company.logistics_freeze_days)
        self.search(
            [
                ("company_id", "=", company.id),
                ("frozen", "=", False),
                ("month", "<=", goals.month_before(goals.month_of(day))),
            ]
        )._freeze(automatic=True)

    # === BUSINESS METHODS ===#

    def action_freeze(self):
        """Work the months out a last time and freeze them."""
        self._check_manager()
        self._freeze()

    def _freeze(self, automatic=False):
        """Freeze closed months; those frozen already stay as they are.

        :raise UserError: a month has not ended yet
        """
        months = self.sudo().filtered(lambda month: not month.frozen)  # see _check_manager
        for month in months:
            if goals.next_month(month.month) > month.company_id._get_logistics_today():
                raise UserError(
                    self.env._(
                        "%s has not ended yet: only closed months are frozen.",
                        month.display_name,
                    )
                )
        months._refresh()
        months.write(
            {
                "frozen": True,
                "frozen_at": fields.Datetime.now(),
                "frozen_by": False if automatic else self.env.uid,
            }
        )

    def _unfreeze(self, reason):
        """Open frozen months again and keep the reason.

        :param reason: why, in a person's words
        """
        self._check_manager()
        months = self.sudo().filtered("frozen")  # see _check_manager
        months.write({"frozen": False, "frozen_at": False, "frozen_by": False})
        for month in months:
            month.message_post(
                body=self.env._("Opened again: %s", reason),
                author_id=self.env.user.partner_id.id,
            )

    def _check_manager(self):
        """Months have no rights to write: freezing is a manager's act on months they can read."""
        if not self.env.user.has_group("logistics_customer_service.group_manager"):
            raise AccessError(self.env._("Only a service manager freezes and opens months."))
        self.check_access("read")

    # === ACTION METHODS ===#

    def action_refresh(self):
        """Work the figures of these months out now."""
        if not self.env.user.has_group("logistics_customer_service.group_supervisor"):
            raise AccessError(self.env._("Only a supervisor has figures worked out."))
        self.check_access("read")
        self._refresh()

    def action_open_figures(self):
        """Open the figures of the month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_indicator_figure_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [("month_id", "=", self.id)],
            "context": {"search_default_whole": 1},
        }
