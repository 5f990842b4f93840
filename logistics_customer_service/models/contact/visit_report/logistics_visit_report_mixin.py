import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class LogisticsVisitReportMixin(models.AbstractModel):
    """What reports of visits have in common: who hears of them, in which language, and when
    nothing may be changed any more."""

    _name = "logistics.visit.report.mixin"
    _inherit = ["mail.thread", "mail.activity.mixin", "logistics.course.mixin"]
    _description = "Report of Visits"
    _check_company_auto = True
    # who reads a report may answer it
    _mail_post_access = "read"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )

    # === BUSINESS METHODS ===#

    def _is_frozen(self):
        """Tell whether the report has left the hands of who wrote it."""
        raise NotImplementedError

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {"state"}

    @api.model
    def _get_course_error(self, labels):
        return UserError(self.env._("What becomes of a report is noted by its buttons."))

    @api.model
    def _get_content_fields(self):
        """Return the names of the fields that freeze with the report."""
        return frozenset()

    def write(self, vals):
        frozen = not self._is_by_method() and self._get_content_fields() & vals.keys()
        if frozen and any(report._is_frozen() for report in self):
            raise UserError(self.env._("A report that was sent is not changed any more."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(report._is_frozen() for report in self):
            raise UserError(self.env._("A report that was sent is kept."))

    def _by_method(self):
        return super()._by_method().sudo()  # who may was checked by the button

    @api.model
    def _get_teams(self, pairs):
        """Return the team of each person in a company: where a member, else the leader, else the
        company's first: one query.

        :param pairs: tuples of res.users and res.company
        :return: mapping of the pair to a logistics.service.team, which may be empty
        """
        companies = self.env["res.company"].union(*(company for _user, company in pairs))
        # which team one belongs to is no secret; teams are not everybody's to read
        teams = self.env["logistics.service.team"].sudo()
        by_company = teams.search([("company_id", "in", companies.ids)]).grouped("company_id")
        found = {}
        for user, company in pairs:
            own = by_company.get(company, teams)
            member = own.filtered(lambda team, user=user: user in team.member_ids)
            leader = own.filtered(lambda team, user=user: user == team.user_id)
            found[user, company] = (member or leader or own)[:1].with_env(self.env)
        return found

    def _choose_reader(self, named):
        """Return the first of some people who is there and did not write the report himself;
        where nobody is, a manager of the company.

        :param named: list of res.users, each of one person or empty, in order
        """
        self.ensure_one()
        for user in named:
            if user.active and user != self.user_id:
                return user
        # groups are the administrator's
        managers = self.env.ref("logistics_customer_service.group_manager").sudo().all_user_ids
        able = managers.filtered(lambda user: user.active and self.company_id in user.company_ids)
        people = able.filtered(lambda user: not user._is_superuser()) or able
        return (people - self.user_id or people)[:1]

    def _schedule(self, user, summary, note=""):
        """Give somebody an activity for today, in the place of one that is still open.

        :param summary: function of a report in the reader's language, returning text
        """
        # persons and activities are not the writer's to read
        for report in self.sudo().with_context(lang=user.lang or self.env.lang):
            report.activity_ids.filtered(lambda activity: activity.user_id == user).unlink()
            report.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=report.company_id._get_logistics_today(),
                summary=summary(report),
                note=note,
                user_id=user.id,
            )

    def _queue_mail(self, template_xmlid, partners, get_attachments=None):
        """Queue a mail about the report to each of some people, in the language of each.

        :param template_xmlid: the template's external id, without the module
        :param partners: res.partner
        :param get_attachments: function of the report in a language → values of attachments
        """
        self.ensure_one()
        # templates are the administrator's; whoever sends a report sends what they say
        template = self.env.ref(
            f"logistics_customer_service.{template_xmlid}", raise_if_not_found=False
        )
        if not template:
            return
        # templates are the manager's; who may send a report may send what they put down
        template = template.sudo()
        readers = partners.filtered("email").grouped(lambda partner: self._get_lang(partner))
        for lang, group in readers.items():
            # the mail says what its reader may read, whoever sends it
            report = self.sudo().with_context(lang=lang)
            rendered = template._render_logistics_mail(report, lang)
            attachments = get_attachments(report) if get_attachments else []
            report.env["mail.mail"].create(
                report._prepare_mail_vals(group, rendered, attachments)
            )
        # scheduled actions are the administrator's
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _get_lang(self, partner):
        return partner.lang or self.company_id.partner_id.lang or self.env.lang

    def _prepare_mail_vals(self, partners, rendered, attachments):
        return {
            "model": self._name,
            "res_id": self.id,
            "body": self.env._("Mailed to %s.", ", ".join(partners.mapped("name"))),
            **rendered,
            "author_id": self.env.user.partner_id.id,
            "reply_to": self._notify_get_reply_to()[self.id],
            "recipient_ids": [fields.Command.set(partners.ids)],
            "message_type": "email_outgoing",
            "is_notification": True,
            "attachment_ids": [fields.Command.create(vals) for vals in attachments],
        }

    def _prepare_print_vals(self, report_xmlid):
        """Return the values of an attachment with the printed form, in the reader's language."""
        content, kind = self._print(f"logistics_customer_service.{report_xmlid}")
        return {
            "name": f"{self.display_name.replace('/', '-')}.{kind}",
            "raw": content,
            "res_model": self._name,
            "res_id": self.id,
        }

    def _print(self, report_xmlid):
        """Return the printed form and its kind: PDF, or HTML where the server cannot print."""
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() in ("ok", "upgrade", "workers"):
            try:
                return reports._render_qweb_pdf(report_xmlid, self.ids)
            except UserError as error:
                # a printer's trouble must not keep a report from being sent
                _logger.warning("%s could not be printed: %s", self, error)
        return reports._render_qweb_html(report_xmlid, self.ids)
