from odoo import api, fields, models
from odoo.exceptions import UserError


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

    def _queue_mail(self, template_xmlid, partners):
        """Queue a mail about the report to each of some people, in the language of each.

        :param template_xmlid: the template's external id, without the module
        :param partners: res.partner
        """
        self.ensure_one()
        template = self.env.ref(f"logistics_customer_service.{template_xmlid}", raise_if_not_found=False)
        if not template:
            return
        # templates are the administrator's; whoever sends a report sends what they say, and what
        # its reader may read
        template = template.sudo()
        for lang, readers in partners.filtered("email").grouped(self._get_lang).items():
            mail = template.with_context(lang=lang, template_preview_lang=lang).send_mail_batch(
                self.ids, email_values=self.sudo()._prepare_email_values(readers)
            )
            mail.body = mail.env._("Mailed to %s.", ", ".join(readers.mapped("name")))
            # what was made for this mail is kept with the report
            mail.attachment_ids.filtered(lambda file: file.res_model == "mail.message").write(
                {"res_model": self._name, "res_id": self.id}
            )
        self.env["ir.cron"]._wake("mail.ir_cron_mail_scheduler_action")

    def _get_lang(self, partner):
        return partner.lang or self.company_id.partner_id.lang or self.env.lang

    def _prepare_email_values(self, partners):
        return {
            "author_id": self.env.user.partner_id.id,
            "reply_to": self._notify_get_reply_to()[self.id],
            "recipient_ids": [fields.Command.set(partners.ids)],
            # the note in the report stays when the mail is gone
            "is_notification": True,
        }
