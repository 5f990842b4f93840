import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...tools.shipment import notices
from . import bulk
from .isolation import isolate

_logger = logging.getLogger(__name__)

# a mail that failed so must not go out a second time, whoever asks
FINAL_FAILURES = {"mail_bl", "mail_optout", "mail_dup"}
# the server was not reached: nothing went out
CONNECTION_FAILURES = {"mail_smtp", "sms_server"}
# an SMS in one of these states has reached the gateway
TEXTED = {"process", "pending", "sent"}


class LogisticsSendingMixin(models.AbstractModel):
    """Something that a customer is to get by mail or SMS, and what became of it.

    A record is an intention. A scheduled action takes those that are due, batch by batch, decides
    on each (``_process``), and writes the texts into Odoo's queues of mails and SMS; what becomes of
    them there is told to ``_succeed`` and ``_fail``.

    A model that uses this has the fields ``partner_id``, ``company_id``, ``state`` (with ``queued``,
    ``sent`` and ``failed``), ``reason``, ``channel``, ``address``, ``due_at``, ``attempts``,
    ``failure_text``, ``sent_at``, ``mail_id`` and ``sms_ids``. Rules and policies have
    ``_get_ways``, ``mail_template_id`` and ``sms_template_id``.
    """

    _name = "logistics.sending.mixin"
    _description = "Sent by Mail or SMS"

    # the state of what is not sent, the layout of mails without one, the parameter of the batch
    _sending_held_back = "suppressed"
    _sending_layout = "logistics_customer_service.notice_mail_layout"
    _sending_batch_parameter = "logistics_customer_service.notice_batch_size"

    # --- for the texts, in the customer's language and time zone
    lang = fields.Char(string="Language", compute="_compute_lang")
    tz = fields.Char(string="Time Zone", compute="_compute_tz")
    customer_name = fields.Char(compute="_compute_customer_name")
    contact_email = fields.Char(compute="_compute_contact")
    contact_phone = fields.Char(compute="_compute_contact")

    # === COMPUTE METHODS ===#

    @api.depends("partner_id")
    @api.depends_context("template_preview_lang")
    def _compute_lang(self):
        wanted = self.env.context.get("template_preview_lang")
        for record in self:
            company = record.company_id.partner_id
            record.lang = wanted or record.partner_id.lang or company.lang or "en_US"

    @api.depends("partner_id", "company_id")
    def _compute_tz(self):
        profiles = self._get_profiles()
        for record in self:
            record.tz = record._get_zone(profiles[record])

    @api.depends("partner_id")
    def _compute_customer_name(self):
        for record in self:
            record.customer_name = record.partner_id.name

    @api.depends("partner_id", "company_id")
    def _compute_contact(self):
        """The dedicated agent answers where there is one, else the company."""
        profiles = self._get_profiles()
        for record in self:
            agent = profiles[record].agent_id
            record.contact_email = agent.email_formatted or record.company_id.email_formatted
            record.contact_phone = agent.phone or record.company_id.phone

    # === SCHEDULED ACTION ===#

    @api.model
    def _wake_up(self, cron):
        """Have a scheduled action run as soon as this transaction is through."""
        # scheduled actions are the administrator's
        job = self.env.ref(cron, raise_if_not_found=False)
        if job:
            job.sudo()._trigger()

    @api.model
    def _process_due(self):
        """Process what is due, batch by batch, and commit after each."""
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
        self._fail((str(error) or repr(error)).strip())
        now = fields.Datetime.now()
        self.filtered(lambda record: record.due_at and record.due_at <= now).due_at = False

    def _process(self):
        """Decide on each of these records, which are due, and do what was decided."""
        raise NotImplementedError

    # === INTENTIONS ===#

    @api.model
    def _insert_new(self, rows):
        """Insert the rows that are new; whoever came first, maybe elsewhere, has kept the others.

        :param rows: dicts of the same columns and their values
        :return: the ids and due times of those inserted
        """
        return bulk.insert(self, rows, bulk.ANY, returning=["due_at"])

    def _suppress_those(self, get_reason):
        """Hold back the records that there is a reason against; return the others.

        :param get_reason: function of a record, which returns the reason or None
        """
        reasons = self.grouped(get_reason)
        wanted = reasons.pop(None, self.browse())
        for reason, batch in reasons.items():
            batch._suppress(reason)
        return wanted

    # === WHOM ===#

    def _get_profiles(self):
        """Return the profile (or none) of each record's customer, with one query."""
        # whatever is told depends on profiles that warehouse staff do not see
        profiles = (
            self.env["logistics.profile"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
        held = {(profile.partner_id.id, profile.company_id.id): profile for profile in profiles}
        return {
            record: held.get(
                (record.partner_id.commercial_partner_id.id, record.company_id.id),
                profiles.browse(),
            )
            for record in self
        }

    def _get_zone(self, profile):
        """Return the name of the time zone the customer lives in."""
        return profile.contact_tz or self.partner_id.tz or self.company_id._get_logistics_tz()

    def _is_to_ourselves(self):
        """Tell whether no customer is told: nobody, or the company itself."""
        customer = self.partner_id.commercial_partner_id
        return not customer or customer == self.company_id.partner_id

    # === WHICH WAY ===#

    def _group_by_way(self, rules, profiles):
        """Return the records by rule and channel; hold those back that find none.

        :param rules: the rule or policy of each record
        :param profiles: the profile of each record
        """
        blocked = self._get_blocked()
        found = {}
        for record in self:
            rule = rules[record]
            ways = rule._get_ways(profiles[record].preferred_channel)
            addresses = {way: record._get_address(way) for way in ways}
            usable = [way for way in ways if addresses[way] and addresses[way] not in blocked]
            if not usable:
                record._suppress("blacklisted" if any(addresses.values()) else "no_address")
                continue
            record.address = addresses[usable[0]]
            key = (rule, usable[0])
            found[key] = found.get(key, self.browse()) + record
        return found

    def _get_address(self, way):
        """Return the address of the customer's contact, else of the customer, or False."""
        field = {notices.MAIL: "email_normalized", notices.SMS: "phone_sanitized"}[way]
        partner = self.partner_id
        return partner[field] or partner.commercial_partner_id[field]

    def _get_blocked(self):
        """Return the addresses and numbers that must not be used any more."""
        partners = self.partner_id | self.partner_id.commercial_partner_id
        used = self.mapped("address")
        addresses = {*used, *partners.mapped("email_normalized")} - {False}
        phones = {*used, *partners.mapped("phone_sanitized")} - {False}
        # blacklists are the administrator's
        mails = (
            self.env["mail.blacklist"]
            .sudo()
            .search_fetch([("email", "in", list(addresses))], ["email"])
        )
        numbers = (
            self.env["phone.blacklist"]
            .sudo()
            .search_fetch([("number", "in", list(phones))], ["number"])
        )
        return set(mails.mapped("email")) | set(numbers.mapped("number"))

    # === QUEUES OF ODOO ===#

    def _queue_mail(self, rule):
        """Write the mails, each in its customer's language, into the queue of mails."""
        template = rule.mail_template_id
        layout = template.email_layout_xmlid or self._sending_layout
        mails = template.send_mail_batch(self.ids, email_layout_xmlid=layout)
        for record, mail in zip(self, mails, strict=True):
            record.write(record._prepare_mailed_vals(mail))
        self._wake_up("mail.ir_cron_mail_scheduler_action")

    def _queue_sms(self, rule):
        """Write the messages, each in its customer's language, into the queue of SMS."""
        bodies = rule.sms_template_id._render_field("body", self.ids, compute_lang=True)
        self.env["sms.sms"].create(
            [record._prepare_sms_vals(bodies[record.id]) for record in self]
        )
        for record in self:
            record.write(record._prepare_texted_vals(bodies[record.id]))

    def _prepare_mailed_vals(self, mail):
        """Return what is kept of a mail that waits in the queue."""
        return {"mail_id": mail.id, **self._prepare_queued_vals()}

    def _prepare_sms_vals(self, body):
        return {"number": self.address, "body": body, "partner_id": self.partner_id.id}

    def _prepare_texted_vals(self, body):
        """Return what is kept of an SMS that waits in the queue."""
        return self._prepare_queued_vals()

    def _prepare_queued_vals(self):
        return {"state": "queued", "reason": False, "failure_text": False, "due_at": False}

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

    # === WHAT BECAME OF IT ===#

    def _suppress(self, reason):
        """Keep why these records are not sent."""
        if self:
            self.write({"state": self._sending_held_back, "reason": reason, "due_at": False})

    def _succeed(self):
        """Keep that these records went out."""
        self.write(
            {
                "state": "sent",
                "reason": False,
                "failure_text": False,
                "due_at": False,
                "sent_at": fields.Datetime.now(),
            }
        )

    def _fail(self, text, failure_type=None):
        """Keep why these records did not go out; where no server was reached, try again later.

        :param text: what the server or the template said
        :param failure_type: as mails and SMS have it
        """
        for attempts, batch in self.grouped("attempts").items():
            batch.write(
                {
                    "state": "failed",
                    "failure_text": text,
                    "attempts": attempts + 1,
                    "due_at": self._get_retry_time(failure_type, attempts + 1),
                }
            )

    @api.model
    def _get_retry_time(self, failure_type, attempts):
        """Return when to try again after so many failures, or False where that is of no use."""
        if failure_type not in CONNECTION_FAILURES:
            return False
        return fields.Datetime.now() + notices.retry_delay(attempts)

    def _take_mail_result(self, failure_reason, failure_type):
        """Keep what became of the mails of these records.

        :param failure_reason: what the server said, where the mails have not kept it themselves
        :param failure_type: as mails have it, likewise
        """
        sent = self.filtered(lambda record: record.mail_id.state == "sent")
        sent._succeed()
        failures = (self - sent).grouped(
            lambda record: (
                failure_reason or record.mail_id.failure_reason,
                failure_type or record.mail_id.failure_type,
            )
        )
        for (text, kind), failed in failures.items():
            failed._fail(text, kind)

    def _take_sms_result(self, state, failure_type):
        """Keep what became of the SMS of these records.

        :param state: of the SMS
        :param failure_type: as SMS have it
        """
        if state in TEXTED:
            self._succeed()
        elif state == "error":
            messages = self.env["sms.sms"]
            labels = dict(messages._fields["failure_type"]._description_selection(self.env))
            self._fail(labels.get(failure_type, failure_type), failure_type)
        elif state == "canceled":
            self._fail(self.env._("The SMS was cancelled."))

    def _try_again(self):
        """Hand mails and SMS that did not reach a server back to their queue: no new ones."""
        fresh = self - self._give_up_retrying()
        fresh._requeue()
        fresh.write(self._prepare_queued_vals())

    def _give_up_retrying(self):
        """Hold back what must not go out any more; return it."""
        now = fields.Datetime.now()
        old = self.filtered(lambda record: record._is_too_old(now))
        old._cancel_queued()
        old._suppress("too_old")
        return old

    def _cancel_queued(self):
        """Take mails and SMS that did not go out yet back from their queues."""
        self.mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        self.sms_ids.filtered(lambda sms: sms.state in ("outgoing", "error")).action_set_canceled()

    def _requeue(self):
        mails = self.mail_id.filtered(
            lambda mail: mail.state == "exception" and mail.failure_type not in FINAL_FAILURES
        )
        messages = self.sms_ids.filtered(lambda sms: sms.state == "error" and not sms.to_delete)
        if mails:
            mails.mark_outgoing()
            self._wake_up("mail.ir_cron_mail_scheduler_action")
        if messages:
            messages.action_set_outgoing()
            self._wake_up("sms.ir_cron_sms_scheduler_action")

    def _get_sendable_again(self):
        """Return the records whose last mail may be followed by another."""
        return self.filtered(lambda record: record.mail_id.failure_type not in FINAL_FAILURES)
