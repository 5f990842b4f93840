from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsTouchpoint(models.Model):
    """Every contact with a person: made, planned, or held back and why.

    Read from where each is kept; a part per kind and state of contact, see :meth:`_get_parts`.
    """

    _name = "logistics.touchpoint"
    _inherit = ["logistics.union.mixin"]
    _description = "Contact with a Customer"
    _auto = False
    _order = "at desc, id desc"
    _depends = {
        "logistics.notice": ["partner_id", "company_id", "state", "reason", "due_at", "sent_at"],
        "logistics.survey.request": [
            "partner_id",
            "company_id",
            "policy_id",
            "state",
            "reason",
            "due_at",
            "sent_at",
            "reminded_at",
            "reminder_held_back_at",
            "expires_at",
        ],
        "logistics.survey.policy": ["reminder_days"],
        "logistics.callback": [
            "partner_id",
            "customer_id",
            "company_id",
            "purpose_id",
            "state",
            "main_id",
            "next_at",
            "taken_at",
            "ended_at",
            "is_wanted",
            "put_off_at",
        ],
        "logistics.callback.attempt": ["callback_id", "called_at", "result"],
        "logistics.callback.purpose": ["consent_purpose_id", "in_budget"],
        "logistics.consent.purpose": ["code", "budget_exempt"],
        "res.partner": ["commercial_partner_id"],
    }

    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    purpose_id = fields.Many2one(
        "logistics.consent.purpose",
        readonly=True,
        help="Empty: what the law or the contract demands.",
    )
    kind = fields.Selection(selection="_get_kinds", readonly=True)
    channel = fields.Selection(selection="_get_channels", readonly=True)
    at = fields.Datetime(
        string="When",
        readonly=True,
        help="When it was made, when it is due, or when it was held back.",
    )
    state = fields.Selection(
        [("made", "Contacted"), ("planned", "Planned"), ("suppressed", "Held Back")],
        readonly=True,
        help="Contacted: gone out, on its way in a queue, or a call that is being made.",
    )
    reason = fields.Selection(
        selection="_get_reasons", string="Why Not", readonly=True, help="Why it was held back."
    )
    is_exempt = fields.Boolean(
        string="Exempt", readonly=True, help="Neither counted by the budget nor held back by it."
    )
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Integer(string="Document", readonly=True, aggregator=False)

    # === SELECTION METHODS ===#

    @api.model
    def _get_kinds(self):
        return [
            ("notice", self.env._("Notice")),
            ("survey", self.env._("Survey")),
            ("reminder", self.env._("Reminder of a Survey")),
            ("call", self.env._("Call")),
            ("greeting", self.env._("Greeting")),
            ("visit", self.env._("Visit")),
        ]

    @api.model
    def _get_channels(self):
        return [
            *self._get_labels("logistics.survey.request", "channel"),
            ("visit", self.env._("Visit")),
        ]

    @api.model
    def _get_reasons(self):
        """Return the reasons of every part; a key that several have means the same in all."""
        reasons = {
            **dict(self._get_labels("logistics.notice", "reason")),
            **dict(self._get_labels("logistics.survey.request", "reason")),
            "failed": self.env._("Failed"),
            "revoked": self.env._("Revoked"),
            "cancelled": self.env._("Cancelled"),
            "put_off": self.env._("Put off: enough contacts"),
            "no_answer": self.env._("Nobody answered"),
            "wrong_number": self.env._("Wrong number"),
        }
        return list(reasons.items())

    @api.model
    def _get_labels(self, model, field):
        return self.env[model]._fields[field]._description_selection(self.env)

    # === COMPUTE METHODS ===#

    @api.depends("kind", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._get_kinds())
        for contact in self:
            contact.display_name = " · ".join(
                filter(None, [kinds.get(contact.kind), contact.partner_id.display_name])
            )

    # === BUSINESS METHODS ===#

    @api.model
    def _select(self, part, number, rows=None):
        """What is exempt by its purpose is exempt."""
        return SQL(
            """SELECT %(id)s AS id, part.partner_id,
                      part.customer_id, part.company_id, part.purpose_id, part.kind,
                      part.channel, part.at, part.state, part.reason,
                      part.is_exempt OR COALESCE(purpose.budget_exempt, TRUE) AS is_exempt,
                      part.res_model, part.res_id
                 FROM (%(part)s) part (row, partner_id, customer_id, company_id, purpose_id, kind,
                                       channel, at, state, reason, is_exempt, res_model, res_id)
            LEFT JOIN logistics_consent_purpose purpose ON purpose.id = part.purpose_id
                WHERE %(asked)s""",
            id=self._get_id_sql(SQL("part.row"), number),
            part=part,
            asked=SQL("TRUE") if rows is None else SQL("part.row = ANY(%s)", rows),
        )

    @api.model
    def _get_parts(self):
        """Return the parts of the query, a select each, of these columns in this order.

        - ``row``: a number that no other row of the select has, as a primary key;
        - ``partner_id``: the person; ``customer_id``: the customer as a legal entity;
          ``company_id``;
        - ``purpose_id``: of ``logistics.consent.purpose``, NULL for what the law or the contract
          demands;
        - ``kind``: see ``_get_kinds``; ``channel``: see ``_get_channels``, may be NULL;
        - ``at``: naive UTC instant; the plain column, so that its index serves;
        - ``state``: ``made`` (or in a queue), ``planned`` or ``suppressed``; one for the select;
        - ``reason``: see ``_get_reasons``, else NULL;
        - ``is_exempt``: boolean; a purpose that is exempt need not be said here;
        - ``res_model`` and ``res_id``: the document to open.

        ``partner_id`` and ``customer_id`` have to be indexed columns: a customer's contacts are
        looked up in every part. Whoever adds parts appends them and names what they read in
        ``_depends``.
        """
        return [
            *self._get_notice_parts(),
            *self._get_survey_parts(),
            *self._get_reminder_parts(),
            *self._get_call_parts(),
        ]

    # --- notices

    @api.model
    def _get_notice_parts(self):
        sent = SQL("CASE WHEN r.state = 'sent' THEN r.sent_at ELSE r.write_date END")
        queued = SQL(
            "r.state IN ('sent', 'queued') OR r.state = 'failed' AND r.due_at IS NOT NULL"
        )
        none = SQL("NULL::varchar")
        failed = SQL("CASE WHEN r.state = 'failed' THEN 'failed' ELSE r.reason END")
        held_back = SQL("r.state = 'suppressed' OR r.state = 'failed' AND r.due_at IS NULL")
        columns = [
            ("made", sent, none, queued),
            ("planned", SQL("r.due_at"), none, SQL("r.state = 'waiting'")),
            ("suppressed", SQL("r.write_date"), failed, held_back),
        ]
        head = ("logistics.notice", "notice", "service_notice", SQL("TRUE"))
        return [self._get_sending_part(*head, *column) for column in columns]

    @api.model
    def _get_sending_part(
        self, res_model, kind, purpose, is_exempt, state, at, reason, condition, *, channel=None
    ):
        """Return what of one kind was sent, is to be sent or is not sent, ``r`` in its SQL."""
        return SQL(
            """SELECT r.id, r.partner_id, person.commercial_partner_id, r.company_id,
                      (SELECT id FROM logistics_consent_purpose WHERE code = %(purpose)s),
                      %(kind)s, %(channel)s, %(at)s, %(state)s, %(reason)s, %(is_exempt)s,
                      %(res_model)s, r.id
                 FROM %(table)s r
                 JOIN res_partner person ON person.id = r.partner_id
                WHERE %(condition)s""",
            purpose=purpose,
            kind=kind,
            channel=channel or SQL("r.channel"),
            at=at,
            state=state,
            reason=reason,
            is_exempt=is_exempt,
            res_model=res_model,
            table=SQL.identifier(self.env[res_model]._table),
            condition=condition,
        )

    # --- surveys

    @api.model
    def _get_survey_parts(self):
        sent = SQL(
            "CASE WHEN r.state IN ('queued', 'failed') THEN r.write_date ELSE r.sent_at END"
        )
        under_way = SQL(
            """r.sent_at IS NOT NULL OR r.state = 'queued'
               OR r.state = 'failed' AND r.due_at IS NOT NULL"""
        )
        # what is answered on the spot waits for the end of its link, and is never sent
        due = SQL(
            """r.state = 'waiting' AND r.due_at IS NOT NULL
               AND (r.expires_at IS NULL OR r.due_at < r.expires_at)"""
        )
        why = SQL("CASE WHEN r.state = 'suppressed' THEN r.reason ELSE r.state END")
        held_back = SQL(
            """r.state = 'suppressed' OR r.state = 'revoked' AND r.sent_at IS NULL
               OR r.state = 'failed' AND r.due_at IS NULL AND r.sent_at IS NULL"""
        )
        none = SQL("NULL::varchar")
        return [
            self._get_survey_part("survey", "made", sent, none, under_way),
            self._get_survey_part("survey", "planned", SQL("r.due_at"), none, due),
            self._get_survey_part("survey", "suppressed", SQL("r.write_date"), why, held_back),
        ]

    @api.model
    def _get_reminder_parts(self):
        due = SQL(
            """r.state = 'sent' AND r.reminded_at IS NULL AND r.due_at < r.expires_at
               AND EXISTS (SELECT 1 FROM logistics_survey_policy policy
                            WHERE policy.id = r.policy_id AND policy.reminder_days > 0)"""
        )
        columns = [
            ("made", SQL("r.reminded_at"), SQL("NULL::varchar"), SQL("r.reminded_at IS NOT NULL")),
            ("planned", SQL("r.due_at"), SQL("NULL::varchar"), due),
            (
                "suppressed",
                SQL("r.reminder_held_back_at"),
                SQL("'budget'"),
                SQL("r.reminder_held_back_at IS NOT NULL"),
            ),
        ]
        return [self._get_survey_part("reminder", *column) for column in columns]

    @api.model
    def _get_survey_part(self, kind, *column):
        head = ("logistics.survey.request", kind, "satisfaction_survey", SQL("FALSE"))
        return self._get_sending_part(*head, *column)

    # --- calls

    @api.model
    def _get_call_parts(self):
        """Calls that were joined with another are that one; it counts by its own purpose."""
        exempt = SQL("NOT purpose.in_budget OR COALESCE(c.is_wanted, FALSE)")
        attempts = SQL(
            "JOIN logistics_callback_attempt a ON a.callback_id = c.id AND a.result <> 'cancelled'"
        )
        missed = SQL("a.result IN ('no_answer', 'wrong_number')")
        none = SQL("NULL::varchar")
        waiting = SQL(
            """c.next_at IS NOT NULL AND c.main_id IS NULL
               AND c.state IN ('planned', 'postponed', 'no_answer')"""
        )
        return [
            # nobody was spoken to: shown, not counted
            self._get_call_part(
                SQL("a.id"),
                "made",
                SQL("a.called_at"),
                SQL("CASE WHEN %s THEN a.result END", missed),
                SQL("%s OR %s", exempt, missed),
                SQL("TRUE"),
                attempts,
            ),
            self._get_call_part(
                SQL("c.id"),
                "made",
                SQL("c.taken_at"),
                none,
                exempt,
                SQL("c.state = 'in_call' AND c.main_id IS NULL"),
            ),
            self._get_call_part(SQL("c.id"), "planned", SQL("c.next_at"), none, exempt, waiting),
            self._get_call_part(
                SQL("c.id"),
                "suppressed",
                SQL("COALESCE(c.ended_at, c.write_date)"),
                SQL("'cancelled'"),
                exempt,
                SQL("c.state = 'cancelled'"),
            ),
            self._get_call_part(
                SQL("c.id"),
                "suppressed",
                SQL("c.put_off_at"),
                SQL("'put_off'"),
                exempt,
                SQL("c.put_off_at IS NOT NULL"),
            ),
        ]

    @api.model
    def _get_call_part(self, row, state, at, reason, exempt, condition, attempts=None):
        return SQL(
            """SELECT %(row)s, c.partner_id, c.customer_id, c.company_id,
                      purpose.consent_purpose_id, 'call', 'phone', %(at)s, %(state)s, %(reason)s,
                      %(exempt)s, 'logistics.callback', c.id
                 FROM logistics_callback c
                 JOIN logistics_callback_purpose purpose ON purpose.id = c.purpose_id
                 %(attempts)s
                WHERE %(condition)s""",
            row=row,
            state=state,
            at=at,
            reason=reason,
            exempt=exempt,
            condition=condition,
            attempts=attempts or SQL(),
        )
