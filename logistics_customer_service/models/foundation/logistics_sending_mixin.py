import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...tools.foundation import channels
from ...tools.foundation.foresight import GOES, HELD_BACK, Fate
from . import bulk
from .isolation import isolate

_logger = logging.getLogger(__name__)

# a mail that failed so must not go out a second time, whoever asks
FINAL_FAILURES = {"mail_bl", "mail_optout", "mail_dup"}
# so late something put off may be looked at that is judged by when it was put off
LATE = timedelta(hours=1)


def keep_rows(records):
    """What becomes of records when a state that a model adds is gone: nothing, their table goes, too."""


class LogisticsSendingMixin(models.AbstractModel):
    """Something that a customer is to get by mail or SMS, and what became of it.

    A record is an intention. A scheduled action takes those that are due, batch by batch, decides
    on each (``_decide``), and writes the texts into Odoo's queues of mails and SMS; what becomes of
    them there is told to ``_succeed``, ``_fail`` and ``_come_back``, and brought here by a scheduled
    action: the course is waiting → in queue → sent, and from there back where it came back. What is
    refused for a while is tried again, with growing distance; what is refused for good goes another
    way where one is open, or is laid before a person.

    A model that uses this says by which field of SMS they point to it (``sms_ids``), adds states,
    reasons and channels of its own, and sends by rules (``logistics.sending.rule.mixin``).
    """

    _name = "logistics.sending.mixin"
    _inherit = ["logistics.told.mixin"]
    _description = "Sent by Mail or SMS"

    # XML ids of the scheduled action and of the layout of mails without one; the batch's parameter
    _sending_cron = None
    _sending_layout = None
    _sending_batch_parameter = None
    # what customers answer to it is a case's, or becomes one
    _answers_open_cases = True

    # cascade: what was told to somebody goes with the person
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("queued", "In Queue"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("suppressed", "Not Sent"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    reason = fields.Selection(
        [
            ("refused", "Refused"),
            ("no_address", "No address"),
            ("blacklisted", "Address blacklisted"),
            ("undeliverable", "Address does not work"),
            ("not_customer", "Not a customer"),
            ("too_old", "Too old"),
        ],
        string="Why Not Sent",
        readonly=True,
    )
    failure_text = fields.Text(string="Failure", readonly=True)
    attempts = fields.Integer(string="Failed Attempts", readonly=True)
    failure_kind = fields.Selection(
        [
            ("for_a_while", "For a while"),
            ("refused", "For good"),
            ("bounced", "Came back"),
        ],
        string="Refused",
        readonly=True,
    )
    failed_channels = fields.Char(readonly=True)  # values of ``channel``
    failed_ways = fields.Char(
        string="Ways That Failed",
        compute="_compute_failed_ways",
        help="By these it was tried and did not arrive.",
    )
    put_off_at = fields.Datetime(
        readonly=True, help="When it was put off so as not to disturb: by then it was not too late."
    )
    insisted = fields.Boolean(
        string="Sent on Request", readonly=True, help="Somebody asked for it, whatever its age."
    )
    due_at = fields.Datetime(
        string="Next Step",
        readonly=True,
        help="When it is looked at: sent, reminded of, or tried again.",
    )
    channel = fields.Selection([(channels.MAIL, "Mail"), (channels.SMS, "SMS")], readonly=True)
    address = fields.Char(readonly=True, help="The mail address or phone number told.")
    sent_at = fields.Datetime(readonly=True)
    mail_id = fields.Many2one(
        "mail.mail", index="btree_not_null", readonly=True, ondelete="set null"
    )
    # each model names the field of the SMS by which they point to its records
    sms_ids = fields.One2many("sms.sms", string="SMS", readonly=True)

    # --- for the texts, in the customer's language and time zone
    lang = fields.Char(string="Language", compute="_compute_lang")
    tz = fields.Char(string="Time Zone", compute="_compute_tz")
    customer_name = fields.Char(compute="_compute_customer_name")

    # === COMPUTE METHODS ===#

    @api.depends("failed_channels")
    def _compute_failed_ways(self):
        labels = dict(self._fields["channel"]._description_selection(self.env))
        for record in self:
            ways = (record.failed_channels or "").split()
            record.failed_ways = ", ".join(labels[way] for way in ways)

    @api.depends("partner_id")
    @api.depends_context("template_preview_lang")
    def _compute_lang(self):
        wanted = self.env.context.get("template_preview_lang")
        for record in self:
            company = record.company_id.partner_id
            record.lang = wanted or record.partner_id.lang or company.lang or "en_US"

    @api.depends("partner_id", "company_id")
    def _compute_tz(self):
        for record in self:
            record.tz = record.partner_id.tz or record.company_id._get_logistics_tz()

    @api.depends("partner_id")
    def _compute_customer_name(self):
        for record in self:
            record.customer_name = record.partner_id.name

    # === CRON METHODS ===#

    @api.model
    def _wake_up(self, cron):
        """Have a scheduled action run as soon as this transaction is through."""
        self.env["ir.cron"]._wake(cron)

    @api.model
    def _process_due(self):
        """Process what is due, batch by batch, and commit after each; in a copy it waits."""
        if not self.env["logistics.database"]._is_original():
            return
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self._count_due())
        while count := self._advance_or_rest():
            if not cron._commit_progress(count, remaining=self._count_due()):
                return
        # what others hold now is theirs, or the next run's
        cron._commit_progress(remaining=0)

    @api.model
    def _advance_or_rest(self):
        """Process one batch; return its size, 0 when there is none or others were faster."""
        try:
            batch = self._lock_due()
            isolate(batch, lambda part: part._process(), lambda one, error: one._leave_out(error))
            self.env.flush_all()
            return len(batch)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            _logger.info("%s wait for the next run: %s", self._description, error)
            self.env.cr.rollback()
            return 0

    @api.model
    def _lock_due(self):
        """Return the next batch of records that are due and that nobody else works on."""
        domain = [("due_at", "<=", fields.Datetime.now())]
        batch = self.search(domain, order="due_at, id", limit=self._get_batch_size())
        return batch.try_lock_for_update()

    @api.model
    def _count_due(self):
        limit = 20 * self._get_batch_size()
        return self.search_count([("due_at", "<=", fields.Datetime.now())], limit=limit)

    @api.model
    def _get_batch_size(self):
        """Return the number of records of a batch, a system parameter."""
        size = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param(  # parameters are admin-only
                self._sending_batch_parameter
            )
        )
        return int(size or 200)

    def _leave_out(self, error):
        """Note that a record cannot be processed; whatever its state, it is not due for ever."""
        _logger.warning("%s is left out: %s", self, error)
        self._note_failure((str(error) or repr(error)).strip(), "refused")
        now = fields.Datetime.now()
        self.filtered(lambda record: record.due_at and record.due_at <= now).due_at = False

    def _process(self):
        """Try again what failed, and decide on the others of these records, which are due."""
        failed = self.filtered(lambda record: record.state == "failed")
        failed._try_again()
        (self - failed)._decide()

    def _decide(self):
        """Send each of these records, and how; put it off; or hold it back, and why."""
        raise NotImplementedError

    # === BUSINESS METHODS ===#

    @api.model
    def _insert_new(self, rows):
        """Insert the rows that are new; whoever came first, maybe elsewhere, has kept the others.

        :param rows: dicts of the same columns and their values
        :return: the ids and due times of those inserted
        """
        return bulk.insert(self, rows, bulk.ANY, returning=["due_at"])

    def _suppress_those(self, reasons):
        """Hold back the records that there is a reason against; return the others.

        :param reasons: the reason, or None, of each record
        """
        batches = self.grouped(reasons.get)
        wanted = batches.pop(None, self.browse())
        for reason, batch in batches.items():
            batch._suppress(reason)
        return wanted

    def _is_to_ourselves(self):
        """Tell whether no customer is told: nobody, or the company itself."""
        customer = self.partner_id.commercial_partner_id
        return not customer or customer == self.company_id.partner_id

    def _get_address(self, way):
        """Return the address of the customer's contact, else of the customer, or False."""
        field = {channels.MAIL: "email_normalized", channels.SMS: "phone_sanitized"}[way]
        partner = self.partner_id
        return partner[field] or partner.commercial_partner_id[field]

    def _get_addresses(self):
        """Return the addresses and numbers by which the customers are told."""
        partners = self.partner_id | self.partner_id.commercial_partner_id
        names = ("email_normalized", "phone_sanitized")
        known = [address for name in names for address in partners.mapped(name)]
        return {*self.mapped("address"), *known} - {False}

    def _get_undeliverable(self):
        """Return the addresses and numbers that do not work, as far as servers said so."""
        # agents may forget such addresses, whoever sends goes by them
        held = self.env["logistics.undeliverable.address"].sudo()
        return set(
            held.search_fetch(
                [
                    ("address", "in", list(self._get_addresses())),
                    ("company_id", "in", self.company_id.ids),
                ],
                ["address"],
            ).mapped("address")
        )

    def _get_age_moment(self, now):
        """Return the instant by which to judge whether it is too late.

        What we put off ourselves is not too late for that; what waited longer is.
        """
        self.ensure_one()
        punctual = self.put_off_at and self.due_at and now - self.due_at < LATE
        return self.put_off_at if punctual else now

    def _get_blocked(self):
        """Return why addresses and numbers must not be used any more, by address."""
        addresses = list(self._get_addresses())
        # blacklists are the administrator's
        mails = self.env["mail.blacklist"].sudo()
        numbers = self.env["phone.blacklist"].sudo()
        refused = {
            *mails.search_fetch([("email", "in", addresses)], ["email"]).mapped("email"),
            *numbers.search_fetch([("number", "in", addresses)], ["number"]).mapped("number"),
        }
        return {
            **dict.fromkeys(self._get_undeliverable(), "undeliverable"),
            **dict.fromkeys(refused, "blacklisted"),
        }

    def _queue(self, rule, channel):
        """Write mails or SMS into their queue."""
        if self:
            self.channel = channel
            getattr(self, f"_queue_{channel}")(rule)

    def _queue_mail(self, rule):
        """Write the mails, each in its customer's language, into the queue of mails."""
        template = rule.mail_template_id
        layout = template.email_layout_xmlid or self._sending_layout
        # a mail is kept until nothing comes back any more, neither a bounce nor an answer
        kept = {"auto_delete": False}
        mails = template.send_mail_batch(self.ids, email_values=kept, email_layout_xmlid=layout)
        for record, mail in zip(self, mails, strict=True):
            record.write(record._prepare_mailed_vals(mail))
        self._wake_up("mail.ir_cron_mail_scheduler_action")

    def _queue_sms(self, rule):
        """Write the messages, each in its customer's language, into the queue of SMS."""
        bodies = rule.sms_template_id._render_field("body", self.ids, compute_lang=True)
        messages = self.env["sms.sms"].create(
            [record._prepare_sms_vals(bodies[record.id]) for record in self]
        )
        messages._follow_reports()
        for record in self:
            record.write(record._prepare_texted_vals(bodies[record.id]))

    def _prepare_mailed_vals(self, mail):
        """Return what is kept of a mail that waits in the queue."""
        return {"mail_id": mail.id, **self._prepare_queued_vals()}

    def _prepare_sms_vals(self, body):
        return {
            self._fields["sms_ids"].inverse_name: self.id,
            "number": self.address,
            "body": body,
            "partner_id": self.partner_id.id,
        }

    def _prepare_texted_vals(self, body):
        """Return what is kept of an SMS that waits in the queue."""
        return self._prepare_queued_vals()

    def _prepare_queued_vals(self):
        return {
            "put_off_at": False,
            "state": "queued",
            "reason": False,
            "failure_text": False,
            "failure_kind": False,
            "due_at": False,
        }

    def _render(self, rule, lang):
        """Return the texts of a rule for a record as dict of ``subject``, ``body`` and ``sms``.

        :param lang: code of the language, whatever the customer's is
        """
        self.ensure_one()
        record = self.with_context(lang=lang, template_preview_lang=lang)
        texts = {"subject": False, "body": False, "sms": False}
        if rule.mail_template_id:
            template = rule.mail_template_id.with_context(template_preview_lang=lang, lang=lang)
            texts.update(record._render_mail(template))
        if rule.sms_template_id:
            template = rule.sms_template_id.with_context(template_preview_lang=lang, lang=lang)
            texts["sms"] = template._render_field("body", self.ids, set_lang=lang)[self.id]
        return texts

    def _render_mail(self, template):
        values = template._generate_template(self.ids, ("subject", "body_html"))[self.id]
        body = template._render_encapsulate(
            template.email_layout_xmlid or self._sending_layout,
            values["body_html"],
            add_context={"company": self.company_id},
            context_record=self,
        )
        return {"subject": values["subject"], "body": body}

    def _suppress(self, reason):
        """Keep why these records are not sent."""
        if self:
            self.write({"state": "suppressed", "reason": reason, "due_at": False})

    def _get_sendable_again(self):
        """Return the records whose last mail may be followed by another."""
        return self.filtered(lambda record: record.mail_id.failure_type not in FINAL_FAILURES)

    def _start_anew(self):
        """Have the records written anew, to the address the customer has now."""
        self.env["logistics.database"]._check_original()
        again = self._get_sendable_again()
        again._cancel_queued()
        # whoever asks for it has the address tried once more
        self.env["logistics.undeliverable.address"].sudo()._forget(again._get_addresses())
        again.write(self._prepare_anew_vals())
        if again:
            self._wake_up(self._sending_cron)

    def _prepare_anew_vals(self):
        return {
            "state": "waiting",
            "reason": False,
            "failure_text": False,
            "failure_kind": False,
            "failed_channels": False,
            "put_off_at": False,
            "mail_id": False,
            "insisted": True,
            "due_at": fields.Datetime.now(),
        }

    def _prepare_foresight(self):
        """Return whatever :meth:`_foresee` has to know about these records, which are planned."""

    def _foresee(self, at, kind, known, take):
        """Return what will become of the record, as :class:`Fate`.

        :param at: naive UTC instant at which it will be looked at
        :param kind: as what it is planned: what was sent may be reminded of
        :param known: what :meth:`_prepare_foresight` returned; what is foreseen may be noted in it
        :param take: function that counts it as gone and returns None, or returns the limit that
            leaves no room for it (:class:`Full`); ``take(True)`` counts whatever the limits
        """
        full = take()
        return Fate(HELD_BACK, full.name) if full else Fate(GOES)

    @api.model
    def _get_reason_label(self, reason):
        return dict(self._fields["reason"]._description_selection(self.env))[reason]
