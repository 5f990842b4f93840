import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, is_html_empty, plaintext2html, split_every

from ....tools.foundation.parts import of_part
from ....tools.foundation.periods import local_date
from .logistics_compensation_kinds import COUNTED

_logger = logging.getLogger(__name__)

DRAFT, TOLD, ACCEPTED, REFUSED = "draft", "told", "accepted", "refused"
SENDING, UNDELIVERED, NO_ANSWER = "sending", "undelivered", "no_answer"
# whoever answers has the letter, whatever servers say
ANSWERABLE = (SENDING, UNDELIVERED, TOLD, NO_ANSWER)
UNTOLD = (DRAFT, SENDING, UNDELIVERED)
MAX_NOTE = 2000
BATCH = 200

# what was told is told
TEXT_FIELDS = frozenset(
    ("found", "offer", "objection", "compensation_ids", "complaint_id", "partner_id")
)


class LogisticsResultLetter(models.Model):
    """What a customer is told of a case's outcome, and what the customer says to it."""

    _name = "logistics.result.letter"
    _inherit = ["logistics.course.mixin", "logistics.case.document.mixin", "logistics.secret.mixin"]
    _description = "Result Letter"
    _order = "id desc"
    _rec_name = "complaint_id"
    _course_open_to_su = False

    # whoever has it answers for the customer
    _link_paths = ("/logistics/result/{id}",)

    partner_id = fields.Many2one(
        "res.partner",
        string="Addressee",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    lang = fields.Selection(related="complaint_id.lang")
    found = fields.Html(string="What We Found", required=True)
    offer = fields.Html(string="What We Do", required=True)
    compensation_ids = fields.Many2many(
        "logistics.compensation",
        "logistics_result_letter_compensation_rel",
        string="Compensations",
        compute="_compute_compensation_ids",
        store=True,
        readonly=False,
        help="What was approved, with its worth and how it came about.",
    )
    objection = fields.Html(
        string="How to Object",
        compute="_compute_objection",
        store=True,
        readonly=False,
        precompute=True,
    )
    state = fields.Selection(
        [
            (DRAFT, "Draft"),
            (SENDING, "On Its Way"),
            (UNDELIVERED, "Not Delivered"),
            (TOLD, "Told"),
            (ACCEPTED, "Accepted"),
            (REFUSED, "Refused"),
            (NO_ANSWER, "No answer"),
        ],
        default=DRAFT,
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    written_at = fields.Datetime(
        string="Written",
        readonly=True,
        copy=False,
        help="When the agent sent it. The customer is told once the outgoing server has taken it.",
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    failure_text = fields.Text(string="Failure", readonly=True, copy=False)
    told_at = fields.Datetime(string="Told", readonly=True, copy=False)
    told_by_id = fields.Many2one("res.users", string="Told By", readonly=True, copy=False)
    told_by_channel = fields.Selection(
        [
            ("mail", "Mail"),
            ("phone", "Phone"),
            ("letter", "Letter"),
            ("person", "In person"),
            ("other", "Otherwise"),
        ],
        string="Told Through",
        readonly=True,
        copy=False,
    )
    answer_due = fields.Date(readonly=True, copy=False)
    answered_at = fields.Datetime(string="Answered", readonly=True, copy=False)
    answer_channel = fields.Selection(
        [("link", "Link in the letter"), ("agent", "Noted by an agent")],
        string="Answered Through",
        readonly=True,
        copy=False,
    )
    answer_note = fields.Text(string="Customer's Words", readonly=True, copy=False)
    expires_at = fields.Datetime(string="Link Expires", readonly=True, copy=False)

    _waiting_idx = models.Index("(answer_due) WHERE state = 'told'")

    # === COMPUTE METHODS ===#

    @api.depends("complaint_id")
    def _compute_partner_id(self):
        for letter in self:
            case = letter.complaint_id
            letter.partner_id = letter.partner_id or case.contact_id or case.partner_id

    @api.depends("complaint_id")
    def _compute_compensation_ids(self):
        for letter in self:
            letter.compensation_ids = letter.complaint_id.compensation_ids.filtered(
                lambda compensation: compensation.state in COUNTED
            )

    @api.depends("complaint_id.resolution_level")
    def _compute_objection(self):
        """The company's words for the level; what somebody wrote, and what was told, stays."""
        for letter in self:
            case = letter.complaint_id
            company = case.company_id or self.env.company
            words = [company._get_objection_text(case.lang, last) for last in (False, True)]
            known = ("", *(html2plaintext(text or "").strip() for text in words))
            own = html2plaintext(letter.objection or "").strip() not in known
            if own or letter.state not in (DRAFT, False):
                letter.objection = letter.objection
            else:
                letter.objection = words[case._is_past_first_level()]

    # === CRUD METHODS ===#

    def write(self, vals):
        texts = self._get_text_fields() & vals.keys() and not self._is_by_method()
        if texts and any(letter.state != DRAFT for letter in self):
            raise self._get_course_error("")
        return super().write(vals)

    @api.model
    def _get_text_fields(self):
        """Return the fields that are fixed once the customer was told."""
        return TEXT_FIELDS

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "state",
            "handle",
            "generation",
            "old_link_digest",
            "expires_at",
            "written_at",
            "message_id",
            "failure_text",
            "told_at",
            "told_by_id",
            "told_by_channel",
            "answer_due",
            "answered_at",
            "answer_note",
            "answer_channel",
        }

    @api.model
    def _get_course_error(self, labels):
        return UserError(
            self.env._("What a customer was told cannot be changed; write a new letter.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(letter.state != DRAFT for letter in self):
            raise UserError(self.env._("What a customer was told is kept."))

    def _by_method(self):
        # what makes the link is nobody's to write; whoever comes here has been checked
        return super()._by_method().sudo()

    # === BUSINESS METHODS ===#

    def action_send(self):
        """Mail the letter with its PDF and the link for the answer, also once more.

        The customer is told when the outgoing server has taken it; see :meth:`_note_told`.
        """
        self._prepare_telling((DRAFT, UNDELIVERED))
        self.env["logistics.database"]._check_original()
        for letter in self.sorted("id"):
            if not letter.partner_id.email:
                raise UserError(self.env._("The customer has no mail address."))
            letter._send()
        return True

    def action_mark_told(self, way="other", at=None):
        """Note that the customer was told by phone, on paper or in person.

        :param way: value of ``told_by_channel``
        :param at: naive UTC instant, by default now
        :raise UserError: for times to come
        """
        now = fields.Datetime.now()
        at = fields.Datetime.to_datetime(at) or now
        if at > now:
            raise UserError(self.env._("Nobody is told in the future."))
        self._prepare_telling(UNTOLD)
        for letter in self.sorted("id"):
            letter._note_course(letter._prepare_written_vals(way))
            letter._note_told(at)
        return True

    def action_tell_otherwise(self):
        """Ask when and by which way the customer was told."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_result_letter_told_action"
        )
        return {**action, "context": {"default_letter_id": self.id}}

    def _prepare_telling(self, states):
        """Refuse to tell what was told or says nothing; override to complete the letter.

        :param states: those in which it may be told
        """
        self.check_access("write")
        for letter in self:
            if letter.state not in states:
                raise UserError(self.env._("The customer has been told already."))
            if is_html_empty(letter.found) or is_html_empty(letter.offer):
                raise UserError(self.env._("Say what was found and what we do."))

    def _prepare_written_vals(self, channel):
        """Return what is kept when an agent tells the customer, who may answer for so long."""
        now = fields.Datetime.now()
        days = self.company_id.logistics_answer_days
        return {
            "told_by_id": self.env.uid,
            "told_by_channel": channel,
            "failure_text": False,
            "written_at": channel == "mail" and now,
            "expires_at": now + timedelta(days=days + 1),
        }

    def _send(self):
        """Queue the mail to the customer, and nobody else: whoever has the link answers."""
        self._note_course(self._prepare_written_vals("mail"))
        template = self.env.ref("logistics_customer_service.mail_template_result").sudo()
        letter = self.sudo()  # the link is in the mail, and agents do not read it
        rendered = template._render_logistics_mail(letter)
        # the case keeps the letter and shows what was written, without the link
        mail = letter.env["mail.mail"].create(letter._prepare_mail_vals(rendered))
        mail._note_recipients()
        self._note_course(
            {
                "state": SENDING,
                "message_id": mail.mail_message_id.id,
            }
        )
        self.complaint_id._note_result_written(letter)
        letter.complaint_id._answered(mail.mail_message_id)
        self.env["ir.cron"]._wake("mail.ir_cron_mail_scheduler_action")

    def _note_told(self, at):
        """The customer has the letter, or was told otherwise; what was answered already stays.

        :param at: naive UTC instant
        """
        for letter in self.filtered(lambda one: one.state in UNTOLD):
            company = letter.company_id
            days = timedelta(days=company.logistics_answer_days)
            letter._note_course(
                {
                    "state": TOLD,
                    "told_at": at,
                    "failure_text": False,
                    "answer_due": local_date(at, company._get_logistics_tz()) + days,
                    "expires_at": max(letter.expires_at, at + days + timedelta(days=1)),
                }
            )
            letter.complaint_id._note_result_told(letter)

    def _note_undelivered(self, text):
        """The letter did not arrive, or came back: unless the customer answered, nobody was told.

        :param text: what the server said
        """
        if self.state not in (SENDING, TOLD, NO_ANSWER) or self.told_by_channel != "mail":
            return
        self._note_course(
            {"state": UNDELIVERED, "told_at": False, "answer_due": False, "failure_text": text}
        )
        self.complaint_id._take_result_back(self.env._("The result letter did not arrive"))

    def _prepare_mail_vals(self, rendered):
        case = self.complaint_id
        return {
            "model": case._name,
            "res_id": case.id,
            "body": Markup("%s%s") % (self.found, self.offer),
            **rendered,
            "author_id": self.env.user.partner_id.id,
            "reply_to": case._notify_get_reply_to()[case.id],
            "recipient_ids": [fields.Command.set(self.partner_id.ids)],
            "message_type": "email_outgoing",
            "is_notification": True,
            "attachment_ids": [fields.Command.create(self._prepare_attachment_vals())],
        }

    def _prepare_attachment_vals(self):
        case = self.complaint_id
        reports = self.env["ir.actions.report"]
        # a server that cannot print must not keep the customer waiting
        printable = reports.get_wkhtmltopdf_state() in ("ok", "upgrade", "workers")
        render = reports._render_qweb_pdf if printable else reports._render_qweb_html
        content, kind = render("logistics_customer_service.action_report_result_letter", self.ids)
        return {
            "name": f"{case.number.replace('/', '-')}.{kind}",
            "raw": content,
            "res_model": case._name,
            "res_id": case.id,
        }

    def _get_answer_url(self):
        """Return the address at which the customer answers."""
        self.ensure_one()
        return f"{self.get_base_url()}/logistics/result/{self.id}/{self._get_token()}"

    def _get_copied_link(self):
        return self._get_answer_url()

    def _get_link_log(self):
        return self.complaint_id

    @api.model
    def _find_by_token(self, letter_id, token):
        """Return the letter of a link that is right and has not expired, or an empty set.

        :param letter_id: id from the link, trusted in nothing
        :param token: text from the link
        """
        letter = self.sudo()._find(token)  # the token is the right to it
        return letter if letter.id == letter_id else self.browse()

    def _is_open(self):
        """Tell whether the customer may answer by the link now."""
        return bool(self.expires_at) and self.expires_at > fields.Datetime.now()

    def _can_be_answered(self):
        """Tell whether the customer has not answered yet, and still may."""
        return self.state in ANSWERABLE

    def _answer(self, accepted, note="", channel="link"):
        """Keep the customer's answer; the first stands.

        :param accepted: whether the customer agrees
        :param note: the customer's words, as text
        :return: whether this answer was the first
        """
        self.ensure_one()
        if not self._can_be_answered():
            return False
        self._note_told(fields.Datetime.now())
        self._note_course(
            {
                "state": ACCEPTED if accepted else REFUSED,
                "answered_at": fields.Datetime.now(),
                "answer_channel": channel,
                "answer_note": (note or "").replace("\0", "")[:MAX_NOTE],
            }
        )
        self._tell_case()
        if not accepted:
            self.complaint_id._take_refusal(self)
        return True

    def _tell_case(self):
        label = dict(self._fields["state"]._description_selection(self.env))[self.state]
        body = plaintext2html(self.env._("The customer's answer to the result: %s", label))
        if self.answer_note:
            body += Markup("<blockquote>%s</blockquote>") % self.answer_note
        self.complaint_id._get_kept().message_post(body=body, subtype_xmlid="mail.mt_note")

    def action_note_accepted(self):
        """Note that the customer agreed, on the phone say."""
        return self._note(True)

    def action_note_refused(self):
        """Note that the customer did not agree."""
        return self._note(False)

    def _note(self, accepted):
        self.check_access("write")
        for letter in self:
            if not letter._answer(accepted, channel="agent"):
                raise UserError(self.env._("The customer's first answer stands."))
        return True

    @api.model
    @of_part("cases")
    def _cron_note_silence(self):
        """Letters whose time has run out without an answer, batch by batch."""
        cron = self.env["ir.cron"]
        # looked up once: one that fails, or is not late where its company is, waits for tomorrow
        late = self.search(
            [("state", "=", TOLD), ("answer_due", "<", fields.Date.today())],
            order="answer_due, id",
        )
        remaining = len(late)
        for batch in split_every(BATCH, late.ids, self.browse):
            for letter in batch:
                try:
                    with self.env.cr.savepoint():
                        letter._note_silence()
                except Exception:  # one letter's trouble is not the others'
                    _logger.exception("Letter %s could not be marked as unanswered", letter.id)
            remaining -= len(batch)
            if not cron._commit_progress(len(batch), remaining=remaining):
                return

    def _note_silence(self):
        letter = self.try_lock_for_update().filtered(lambda letter: letter.state == TOLD)
        if letter and letter.answer_due < letter.company_id._get_logistics_today():
            letter._note_course({"state": NO_ANSWER})
            letter._tell_case()
