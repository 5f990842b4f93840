from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ....tools.foundation.periods import local_date
from ...foundation.logistics_sending_mixin import keep_rows

PURPOSE = "satisfaction_survey"
# where somebody has the question and may answer
OUT = ("sent", "partial")
# what a person may be asked about anew, when somebody wants it
AGAIN = ("waiting", "failed", "suppressed", "sent", "expired", "revoked")


class LogisticsSurveyRequest(models.Model):
    """That a customer is asked about one occasion, or why not; never twice about the same.

    Planned with the occasion, as an intention; a scheduled action decides when it is due, writes
    mail or SMS into Odoo's queue, reminds once and lets it expire.
    """

    _name = "logistics.survey.request"
    _inherit = [
        "logistics.sending.mixin",
        "logistics.reaction.mixin",
        "logistics.survey.occasion.mixin",
    ]
    _description = "Survey Request"
    _order = "id desc"
    _check_company_auto = True

    _sending_cron = "logistics_customer_service.ir_cron_send_survey_requests"
    _sending_purpose = PURPOSE
    _refuse_path = "/q"
    _sending_layout = "logistics_customer_service.survey_mail_layout"
    _sending_batch_parameter = "logistics_customer_service.survey_batch_size"

    policy_id = fields.Many2one(
        "logistics.survey.policy", required=True, index=True, readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(string="Person Asked", required=True)

    # --- the occasion
    occasion = fields.Char(
        required=True,
        readonly=True,
        help="What the request is about, in one word for programs; unique within the policy.",
    )
    occurred_at = fields.Datetime(required=True, readonly=True)

    # --- its course
    state = fields.Selection(
        selection_add=[
            ("sent",),
            ("partial", "Partly Answered"),
            ("answered", "Answered"),
            ("expired", "Expired"),
            ("failed",),
            ("suppressed",),
            ("revoked", "Revoked"),
        ],
        ondelete=dict.fromkeys(("partial", "answered", "expired", "revoked"), keep_rows),
        index=True,
    )
    reason = fields.Selection(
        selection_add=[
            ("refused", "Customer refused surveys"),
            ("cooldown", "Asked not long ago"),
            ("sample", "Not in the sample"),
            ("enough", "Enough answers"),
            ("budget", "Enough contacts"),
            ("overtaken", "Overtaken by events"),
            ("switched_off", "Policy switched off"),
        ]
    )
    channel = fields.Selection(
        selection_add=[
            ("portal", "Portal"),
            ("qr", "QR code"),
            ("phone", "Phone"),
            ("counter", "Counter"),
            ("import", "Import"),
        ]
    )
    sms_ids = fields.One2many(inverse_name="survey_request_id")
    reminded_at = fields.Datetime(readonly=True)
    reminder_held_back_at = fields.Datetime(
        string="Reminder Held Back",
        readonly=True,
        copy=False,
        help="When the budget of contacts left no room for the reminder.",
    )
    expires_at = fields.Datetime(string="Link Expires", readonly=True)
    answered_at = fields.Datetime(string="Answered On", readonly=True)
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="First Answer",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )

    # --- for the texts, in the customer's language and time zone
    number = fields.Char(compute="_compute_number")
    occurred_day = fields.Char(string="Day It Happened", compute="_compute_days")
    expires_day = fields.Char(string="Last Day to Answer", compute="_compute_days")
    is_reminder = fields.Boolean(string="Reminder", compute="_compute_is_reminder")
    has_scale = fields.Boolean(
        compute="_compute_has_scale", help="The questionnaire asks for an overall score."
    )
    answer_url = fields.Char(
        string="Link",
        compute="_compute_answer_url",
        help="As staff see it: what goes to the customer bears the link itself.",
    )

    _once_per_occasion = models.UniqueIndex(
        "(policy_id, occasion)", "This occasion has been asked about already."
    )
    _due_idx = models.Index("(due_at, id) WHERE due_at IS NOT NULL")
    _address_idx = models.Index("(address) WHERE address IS NOT NULL")

    # === COMPUTE METHODS ===#

    @api.depends("picking_id", "order_id", "complaint_id", "partner_id")
    def _compute_display_name(self):
        for request in self:
            request.display_name = " · ".join(
                filter(None, [request.number, request.partner_id.display_name])
            )

    @api.depends("picking_id", "order_id", "complaint_id")
    def _compute_number(self):
        for request in self:
            request.number = (
                request.complaint_id.number or request.order_id.name or request.picking_id.name
            )

    @api.depends("occurred_at", "expires_at", "lang", "tz")
    @api.depends_context("template_preview_lang")
    def _compute_days(self):
        for request in self:
            request.occurred_day = request._format_day(request.occurred_at)
            request.expires_day = request._format_day(request.expires_at)

    def _format_day(self, instant):
        return instant and format_date(self.env, local_date(instant, self.tz), lang_code=self.lang)

    @api.depends("reminded_at")
    def _compute_is_reminder(self):
        for request in self:
            request.is_reminder = bool(request.reminded_at)

    @api.depends("survey_id")
    def _compute_has_scale(self):
        # who sends need not read questionnaires
        questions = self.env["survey.question"].sudo()
        asking = questions.search_fetch(
            [("survey_id", "in", self.survey_id.ids), ("logistics_part", "=", "overall")],
            ["survey_id"],
        ).survey_id
        for request in self:
            request.has_scale = request.survey_id in asking

    def _compute_answer_url(self):
        for request in self:
            request.answer_url = request._get_masked_answer_url()

    def _get_masked_answer_url(self):
        """Return that address as staff see it."""
        return False

    def _get_answer_url(self):
        """Return the address at which the customer answers; whoever has such a page overrides it."""
        return False

    def write(self, vals):
        result = super().write(vals)
        self._react(vals)
        return result

    # === BUSINESS METHODS ===#

    @api.model
    def _plan(self, trigger, facts):
        """Plan requests about occasions, by every active policy that asks about them.

        Occasions known already are not asked about again; those that wait for what has happened now
        are due again.

        :param trigger: the trigger of the policies
        :param facts: dicts of ``occasion`` (a word for programs), ``occurred_at`` (naive UTC),
            ``company_id``, ``partner_id`` (the person), ``of`` (sets of ids by the name of the
            policies' filters), and of ``picking_id``, ``order_id``, ``complaint_id`` as far as
            known; ``assumed`` where nobody has said that it happened
        """
        known = [fact for fact in facts if fact["partner_id"] and self._is_asked(trigger, fact)]
        if known:
            company_ids = {fact["company_id"] for fact in known}
            # whoever delivers goods or closes a case sees no policies
            policies = self.env["logistics.survey.policy"].sudo()
            self._plan_by(policies._search_fitting(trigger, company_ids), known)

    @api.model
    def _plan_by(self, policies, facts):
        """Plan requests by those of some policies that ask about the occasions.

        :param facts: as :meth:`_plan` takes them
        """
        # whoever delivers goods or closes a case writes no requests
        requests = self.sudo()
        planned = requests._choose_policies(policies, facts)
        if not planned:
            return
        inserted = requests._insert_new(
            [requests._prepare_row(policy, fact, profile) for policy, fact, profile in planned]
        )
        requests._take_up([(policy, fact) for policy, fact, _profile in planned], inserted)
        self._forget_counts()
        if any(due_at for _request_id, due_at in inserted):
            self._wake_at(min(due_at for _request_id, due_at in inserted if due_at))

    @api.model
    def _is_asked(self, trigger, fact):
        """Tell whether a company asks on a trigger at all, without a query."""
        # whoever delivers goods need not see the company's settings
        company = self.env["res.company"].sudo().browse(fact["company_id"])
        policies = self.env["logistics.survey.policy"]
        asks = company.logistics_survey and self.env["res.groups"]._has_logistics_part("surveys")
        return asks and trigger in policies._get_covered_triggers(company.id)

    @api.model
    def _choose_policies(self, policies, facts):
        """Return tuples of policy, fact and profile for all that the policies ask about."""
        wanted = {policy: policy._get_wanted() for policy in policies}
        profiles = self._find_profiles(facts)
        return [
            (policy, fact, profile)
            for fact, profile in zip(facts, profiles, strict=True)
            for policy in policies
            if policy._fits(fact, profile.tier_id, wanted[policy])
        ]

    @api.model
    def _find_profiles(self, facts):
        """Return the profile (or none) of each occasion's person, with one query."""
        partners = self.env["res.partner"].sudo()  # profiles are the service's
        people = partners.browse(fact["partner_id"] for fact in facts)
        # all at once: records that are prefetched in thousands would be read one by one after that
        people.fetch(["commercial_partner_id", "tz"])
        profiles = (
            self.env["logistics.profile"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", people.commercial_partner_id.ids),
                    ("company_id", "in", list({fact["company_id"] for fact in facts})),
                ]
            )
        )
        held = {(profile.partner_id.id, profile.company_id.id): profile for profile in profiles}
        return [
            held.get((person.commercial_partner_id.id, fact["company_id"]), profiles.browse())
            for person, fact in zip(people, facts, strict=True)
        ]

    @api.model
    def _prepare_row(self, policy, fact, profile):
        """Return the columns of a request that is planned, or of one that will not be sent."""
        now = fields.Datetime.now()
        start = policy._get_asking_time(fact)
        company = self.env["res.company"].browse(fact["company_id"])
        reason = None
        if not fact.get("insisted"):
            if start < company._get_survey_limit(now):
                reason = "too_old"
            elif not policy._draws(fact["occasion"]):
                reason = "sample"
        zone = self._get_zone_of(company, fact["partner_id"], profile)
        return {
            **self._prepare_base_row(policy, fact, profile),
            "state": "suppressed" if reason else "waiting",
            "reason": reason,
            "due_at": None if reason else policy._get_start(max(start, now), zone),
            "expires_at": None,
        }

    @api.model
    def _prepare_spot_row(self, policy, fact, profile):
        """Return the columns of a request that is answered on the spot and never sent."""
        expires = fields.Datetime.now() + timedelta(days=policy.expiry_days)
        return {
            **self._prepare_base_row(policy, fact, profile),
            "state": "waiting",
            "reason": None,
            "due_at": expires,
            "expires_at": expires,
        }

    @api.model
    def _prepare_base_row(self, policy, fact, profile):
        return {
            **self._prepare_default_row(),
            "policy_id": policy.id,
            "survey_id": policy.survey_id.id,
            "company_id": fact["company_id"],
            "partner_id": fact["partner_id"],
            "profile_id": profile.id or None,
            "tier_id": profile.tier_id.id or None,
            "occasion": fact["occasion"],
            "occurred_at": fact["occurred_at"],
            **{
                name: fact.get(name) or None for name in ("picking_id", "order_id", "complaint_id")
            },
            "insisted": bool(fact.get("insisted")),
            "attempts": 0,
        }

    @api.model
    def _prepare_default_row(self):
        """Return the columns that have a default, as ``create`` fills them."""
        return {
            name: field.convert_to_column_insert(field.default(self), self)
            for name, field in self._fields.items()
            if field.store and field.column_type and field.default
        }

    @api.model
    def _get_zone_of(self, company, partner_id, profile):
        person = self.env["res.partner"].browse(partner_id)
        return profile.contact_tz or person.tz or company._get_logistics_tz()

    @api.model
    def _take_up(self, planned, inserted):
        """Let requests that were known before be due again, now that it has happened.

        Such is one of a delivery that was only assumed, or of a case that was opened again.

        :param planned: pairs of policy and fact
        :param inserted: pairs of id and due time of the requests that are new
        """
        if len(inserted) == len(planned):
            return
        facts = {(policy.id, fact["occasion"]): (policy, fact) for policy, fact in planned}
        held = self.search(
            [
                ("occasion", "in", [occasion for _policy_id, occasion in facts]),
                ("policy_id", "in", [policy_id for policy_id, _occasion in facts]),
                ("id", "not in", [request_id for request_id, _due_at in inserted]),
                ("state", "=", "waiting"),
            ]
        )
        for request in held:
            policy, fact = facts.get((request.policy_id.id, request.occasion), (None, None))
            if fact and not fact.get("assumed"):
                request._bring_forward(policy, fact)

    def _bring_forward(self, policy, fact):
        """Be due by what is known now; a row that says so already is left to who works on it."""
        start = max(policy._get_asking_time(fact), fields.Datetime.now())
        due = policy._get_start(start, self.tz)
        if self.occurred_at != fact["occurred_at"] or not self.due_at or self.due_at > due:
            vals = {"occurred_at": fact["occurred_at"], "due_at": due, "expires_at": False}
            self.write(vals)
            self._wake_at(due)

    @api.model
    def _wake_at(self, instant):
        """Have the requests processed when the first of them is due."""
        # scheduled actions are the administrator's
        job = self.env.ref(self._sending_cron, raise_if_not_found=False)
        if job:
            job.sudo()._trigger(at=instant)

    @api.model
    def _forget_counts(self):
        for name in ("stock.picking", "logistics.complaint", "logistics.profile"):
            self.env[name].invalidate_model(["survey_request_count"], flush=False)

    @api.model
    def _ask(self, policy, facts):
        """Plan requests for now, whatever the policy's sample and filters; ask those known again.

        :param policy: the policy; its hours of sending count, and people's refusals
        :param facts: as :meth:`_plan` takes them
        :return: the requests
        """
        profiles = self._find_profiles(facts)
        now = fields.Datetime.now()
        rows = [
            {**self._prepare_row(policy, fact, profile), "due_at": now}
            for fact, profile in zip(facts, profiles, strict=True)
        ]
        inserted = [request_id for request_id, _due_at in self._insert_new(rows)]
        asked = self.search(
            [
                ("policy_id", "=", policy.id),
                ("occasion", "in", [fact["occasion"] for fact in facts]),
            ]
        )
        known = asked.filtered(lambda one: one.id not in inserted and one.state in AGAIN)
        known._start_anew()
        self._forget_counts()
        self._wake_up(self._sending_cron)
        return asked

    @api.model
    def _get_or_plan(self, policy, partner, vals):
        """Return the request of an occasion that is answered on the spot, made where there is none.

        What stands against sending (rest, sample, consent) does not stand against answering. Its
        link is open afterwards; nothing is sent that would not have been sent anyway.

        :param policy: the policy; see :meth:`LogisticsSurveyPolicy._find_for`
        :param partner: the person who answers
        :param vals: dict of ``picking_id``, ``order_id``, ``complaint_id``, ``company_id``,
            ``occurred_at`` (naive UTC), ``occasion`` (a word for programs), as far as known. Without
            an occasion, delivery or case it is about the person and the day.
        :return: the request, whatever its state, or none if it was revoked
        """
        # customers and agents answer; requests are written by the program alone
        requests = self.sudo()
        fact = requests._prepare_spot_fact(partner.sudo(), vals)
        found = requests._find_by_occasion(policy, fact)
        if not found:
            [profile] = requests._find_profiles([fact])
            # of two at once the database lets one in, and the other is tried again and finds it
            row = requests._prepare_spot_row(policy.sudo(), fact, profile)
            found = requests.browse(
                [request_id for request_id, _due in requests._insert_new([row])]
            )
            self._forget_counts()
        if found.state == "revoked":
            return self.browse()
        found._keep_open()
        return self.browse(found.ids)

    @api.model
    def _prepare_spot_fact(self, partner, vals):
        record = self._get_occasion_record(vals)
        fact = record._prepare_survey_fact() if record else {}
        company_id = fact.get("company_id") or vals.get("company_id") or self.env.company.id
        company = self.env["res.company"].browse(company_id)
        day = company._get_logistics_today().isoformat()
        return {
            "occasion": f"spot:{company_id}:{partner.id}:{day}",
            "occurred_at": fields.Datetime.now(),
            **{name: value for name, value in fact.items() if value},
            **{name: value for name, value in vals.items() if value},
            "company_id": company_id,
            "partner_id": partner.id,
        }

    @api.model
    def _get_occasion_record(self, vals):
        """Return the case or the delivery that an occasion is about, or None."""
        for name, model in (
            ("complaint_id", "logistics.complaint"),
            ("picking_id", "stock.picking"),
        ):
            if vals.get(name):
                return self.env[model].browse(vals[name])
        return None

    @api.model
    def _find_by_occasion(self, policy, fact):
        return self.search(
            [("policy_id", "=", policy.id), ("occasion", "=", fact["occasion"])], limit=1
        )

    def _keep_open(self):
        """Let the link of these requests open the questions now, for as long as a new one would."""
        now = fields.Datetime.now()
        for request in self.filtered(lambda one: one.state != "answered"):
            if request.expires_at and request.expires_at > now:
                continue
            expires = now + timedelta(days=request.policy_id.expiry_days)
            vals = {"expires_at": expires}
            if request.state == "expired":
                vals |= {"state": "sent" if request.sent_at else "waiting", "due_at": expires}
            request.write(vals)

    # === ACTION METHODS ===#

    def _ensure_agent(self):
        """Raise for people who are not customer service, or may not see these requests."""
        if not self.env.user.has_group("logistics_customer_service.group_agent"):
            raise AccessError(self.env._("Only customer service asks customers."))
        self.check_access("read")

    def action_resend(self):
        """Send these requests again, whatever their age and the person's rest.

        What stands against them otherwise still does: a refusal, a blacklist, a missing address.

        :raise AccessError: for people who are not customer service
        """
        self._ensure_agent()
        # agents ask; requests are written by the program alone
        again = self.sudo().filtered(lambda request: request.state in AGAIN)
        again._start_anew()

    def _prepare_anew_vals(self):
        return {**super()._prepare_anew_vals(), "reminded_at": False, "expires_at": False}

    def action_revoke(self):
        """Close the links of these requests, and send nothing more about them.

        :raise AccessError: for people who are not customer service
        :raise UserError: for what has been answered
        """
        self._ensure_agent()
        if self.filtered(lambda request: request.state == "answered"):
            raise UserError(self.env._("What has been answered is not revoked."))
        # as in action_resend
        requests = self.sudo()
        requests._cancel_queued()
        requests.write({"state": "revoked", "due_at": False, "failure_text": False})

    def action_renew(self):
        """Open the links of these requests for as long as new ones would be.

        :raise AccessError: for people who are not customer service
        """
        self._ensure_agent()
        # as in action_resend
        for request in self.sudo().filtered(lambda one: one.state in ("expired", *OUT)):
            expires = fields.Datetime.now() + timedelta(days=request.policy_id.expiry_days)
            request.write({"expires_at": expires, "due_at": expires})
            if request.state == "expired":
                request.state = "sent" if request.sent_at else "waiting"

    def action_open_occasion(self):
        """Open what the request is about."""
        self.ensure_one()
        record = self.complaint_id or self.picking_id or self.order_id or self.partner_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
