from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext, is_html_empty, plaintext2html

from ....tools.foundation.said import is_said

ASKED, ANSWERED, CANCELLED = "asked", "answered", "cancelled"
# what somebody who is asked, and no agent, may write
ANSWER_FIELDS = {"answer"}


class LogisticsInvestigation(models.Model):
    """A question about a case to a colleague, or by mail to an outside party such as a carrier."""

    _name = "logistics.investigation"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.course.mixin",
        "logistics.told.mixin",
    ]
    _description = "Investigation"
    _order = "date_due, id"
    _rec_name = "question"
    _check_company_auto = True

    complaint_id = fields.Many2one(
        "logistics.complaint", string="Case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, index=True)
    question = fields.Char(required=True, tracking=True)
    detail = fields.Text(help="What the person asked has to know; it is part of the mail.")
    party_id = fields.Many2one(
        "logistics.responsible.party",
        string="Asked Party",
        ondelete="restrict",
        check_company=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Asked Colleague",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain=[("share", "=", False)],
        check_company=True,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Asked by Mail",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="A carrier, supplier or other outside party; the answer comes back by mail.",
    )
    date_due = fields.Date(
        string="Answer Due",
        required=True,
        default=lambda self: fields.Date.add(
            fields.Date.context_today(self), days=self.env.company.logistics_investigation_days
        ),
    )
    asked_by_id = fields.Many2one(
        "res.users",
        string="Asked By",
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    answer = fields.Html()
    answered_at = fields.Datetime(string="Answered", readonly=True, copy=False)
    state = fields.Selection(
        [(ASKED, "Asked"), (ANSWERED, "Answered"), (CANCELLED, "Cancelled")],
        default=ASKED,
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    mail_state = fields.Selection(
        [("sending", "On Its Way"), ("sent", "Sent"), ("failed", "Not Delivered")],
        string="Mail",
        readonly=True,
        copy=False,
        help="Sent is a question by mail once the outgoing server has taken it.",
    )
    mail_failure = fields.Text(string="Failure", readonly=True, copy=False)
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    _open_idx = models.Index("(date_due) WHERE state = 'asked'")
    _check_asked = models.Constraint(
        "CHECK (user_id IS NOT NULL OR partner_id IS NOT NULL)",
        "Say who is asked: a colleague, or an outside party by mail.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("party_id")
    def _compute_user_id(self):
        for task in self:
            task.user_id = task.user_id or task.party_id.user_id

    @api.depends("state", "date_due")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for task in self:
            task.is_overdue = task.state == ASKED and bool(task.date_due) and task.date_due < today

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = fields.Domain("state", "=", ASKED) & fields.Domain(
            "date_due", "<", fields.Date.context_today(self)
        )
        return overdue if True in value else ~overdue

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        for task in tasks:
            task._ask()
        return tasks

    def write(self, vals):
        self._ensure_may_write(vals)
        return super().write(vals)

    def _ensure_may_write(self, vals):
        """People who are asked answer; what was asked is the agent's."""
        agent = self.env.user.has_group("logistics_customer_service.group_agent")
        if not self.env.su and not agent and set(vals) - ANSWER_FIELDS:
            raise AccessError(self.env._("You can answer the question; an agent changes it."))

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "state",
            "answered_at",
            "asked_by_id",
            "mail_state",
            "mail_failure",
        }

    @api.model
    def _get_course_error(self, labels):
        return AccessError(
            self.env._("Questions go on by their buttons, not by writing: %s", labels)
        )

    # === BUSINESS METHODS ===#

    def _ask(self):
        """Bring the question to whoever is asked: an activity inside, a mail outside."""
        self.ensure_one()
        if self.partner_id:
            self._ask_by_mail()
        if self.user_id:
            self._ask_colleague()

    def _ask_colleague(self):
        self.activity_schedule(
            "logistics_customer_service.activity_investigation",
            date_deadline=self.date_due,
            summary=self.question,
            note=plaintext2html(self.detail or ""),
            user_id=self.user_id.id,
        )

    def _ask_by_mail(self):
        if not self.partner_id.email:
            raise UserError(self.env._("%s has no mail address.", self.partner_id.display_name))
        asked = self.with_context(lang=self.partner_id.lang)
        # agents do not read templates' sources
        template = self.env.ref("logistics_customer_service.mail_template_investigation").sudo()
        rendered = {
            name: template._render_field(name, asked.ids, compute_lang=True)[self.id]
            for name in ("subject", "body_html", "email_from")
        }
        self._note_course({"mail_state": "sending", "mail_failure": False})
        self.message_post(
            body=rendered["body_html"],
            subject=rendered["subject"],
            author_id=self.env.user.partner_id.id,
            email_from=rendered["email_from"] or self.env.user.email_formatted,
            partner_ids=self.partner_id.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid=template.email_layout_xmlid or "mail.mail_notification_light",
        )

    def _note_arrived(self, message, at):
        result = super()._note_arrived(message, at)
        if self._get_told(message):
            self._note_course({"mail_state": "sent", "mail_failure": False})
        return result

    def _note_not_arrived(self, message, text):
        """Nobody outside was asked: lay it before whoever wanted to know."""
        result = super()._note_not_arrived(message, text)
        if self._get_told(message):
            self._note_course({"mail_state": "failed", "mail_failure": text})
            user = self.asked_by_id.filtered("active") or self.complaint_id.user_id
            what = self.env._("The question did not arrive")
            self._lay_undelivered(self, user, what, text)
        return result

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        """Take a mail that comes back for the answer, and tell the case."""
        result = super().message_update(msg_dict, update_vals=update_vals)
        author = self.env["res.partner"].browse(msg_dict.get("author_id"))
        body = msg_dict.get("body") or ""
        own = author.user_ids.filtered(lambda user: not user.share)
        automatic = is_said(self.env, "logistics_mail_automatic")  # out of office, say
        if self.state == ASKED and not own and not automatic and not is_html_empty(body):
            # the gateway brings the answer of somebody who has no user
            self.sudo()._take_answer(body)
        return result

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Answers go to the address of the case's team, and find the question by what they answer."""
        found = {}
        for case, tasks in self.grouped("complaint_id").items():
            reply_to = case._notify_get_reply_to(default=default, author_id=author_id)[case.id]
            found.update(dict.fromkeys(tasks.ids, reply_to))
        return found or super()._notify_get_reply_to(default=default, author_id=author_id)

    def _take_answer(self, body):
        """Keep an answer and tell the case's agent; the first is shown on the task, all below it.

        :param body: HTML as the sender wrote it, cleaned by the field
        """
        self.write({"answer": body, "answered_at": fields.Datetime.now(), "state": ANSWERED})
        self.activity_feedback(["logistics_customer_service.activity_investigation"])
        for task in self:
            task._tell_case()

    def _tell_case(self):
        case = self.complaint_id
        short = html2plaintext(self.answer or "")[:500]
        case.message_post(
            body=plaintext2html(
                self.env._(
                    "%(who)s answered “%(question)s”: %(answer)s",
                    who=(self.partner_id or self.user_id).display_name,
                    question=self.question,
                    answer=short,
                )
            ),
            subtype_xmlid="mail.mt_note",
        )
        if case.user_id:
            case.activity_schedule(
                "logistics_customer_service.activity_investigation_answered",
                summary=self.question,
                user_id=case.user_id.id,
            )

    # === ACTION METHODS ===#

    def action_answer(self):
        """Hand in the answer that stands in the field."""
        for task in self:
            if task.state != ASKED:
                raise UserError(self.env._("This question is not open any more."))
            if is_html_empty(task.answer):
                raise UserError(self.env._("Write the answer first."))
        self.check_access("write")
        # who is asked need not have rights on the case that is told
        tasks = self.sudo()
        for task in tasks:
            task._take_answer(task.answer)
        return True

    def action_remind(self):
        """Ask once more."""
        for task in self.filtered(lambda task: task.state == ASKED and task.partner_id):
            task._ask_by_mail()
        return True

    def action_cancel(self):
        """Withdraw the question."""
        withdrawn = self.filtered(lambda task: task.state == ASKED)
        withdrawn._note_course({"state": CANCELLED})
        self.activity_unlink(["logistics_customer_service.activity_investigation"])
        return True
