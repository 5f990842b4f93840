from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

MODULE = "logistics_customer_service"
KINDS = [
    ("acknowledgement", "Acknowledgement"),
    ("notice", "Notice"),
    ("survey", "Survey"),
    ("callback", "Letter Instead of a Call"),
    ("greeting", "Greeting"),
]
# kind: the part that it belongs to
PARTS = {
    "acknowledgement": "cases",
    "notice": "shipments",
    "survey": "surveys",
    "callback": "callbacks",
    "greeting": "care",
}
# kind: by which field of the company nothing of it is sent, whatever its rules say
GATES = {"notice": "logistics_notify", "survey": "logistics_survey", "greeting": "logistics_care"}
# kind: what is sent, by which field it names its rule, and when it went out
SENT = {
    "notice": ("logistics.notice", "rule_id", "sent_at", [("state", "=", "sent")]),
    "survey": ("logistics.survey.request", "policy_id", "sent_at", [("sent_at", "!=", False)]),
    "greeting": ("logistics.greeting", "occasion_id", "sent_at", [("state", "=", "sent")]),
    "acknowledgement": (
        "logistics.complaint",
        "team_id",
        "received_at",
        [("acknowledgement", "in", ("sending", "sent"))],
    ),
    "callback": (
        "logistics.callback",
        "purpose_id",
        "ended_at",
        [("state", "=", "no_answer"), ("ended_at", "!=", False)],
    ),
}
# kind: the field with its template, and the one that comes along
TEXTS = {
    "acknowledgement": ("acknowledgement_template_id", f"{MODULE}.mail_template_acknowledgement"),
    "callback": ("mail_template_id", f"{MODULE}.mail_template_callback_missed"),
}


class LogisticsOutgoing(models.Model):
    """Every rule by which customers are written to, one row each, switched on and off here.

    Read from where each is kept, see :meth:`_get_parts`; rules of parts that are off are left out.
    """

    _name = "logistics.outgoing"
    _inherit = ["logistics.union.mixin"]
    _description = "What Customers Receive"
    _auto = False
    _order = "kind_order, sequence, id"
    _depends = {
        "logistics.service.team": ["active", "company_id", "sequence", "acknowledgement_template_id"],
        "logistics.notice.rule": ["active", "company_id", "sequence"],
        "logistics.survey.policy": ["active", "company_id", "sequence"],
        "logistics.callback.purpose": ["active", "sequence", "mail_template_id"],
        "logistics.care.occasion": ["active", "company_id", "sequence", "action"],
    }

    kind = fields.Selection(KINDS, readonly=True)
    kind_order = fields.Integer(readonly=True)
    sequence = fields.Integer(readonly=True)
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Integer(string="Document", readonly=True, aggregator=False)
    company_id = fields.Many2one("res.company", readonly=True)
    is_on = fields.Boolean(string="Switched On", help="Whether customers are written to by this rule.")

    name = fields.Char(compute="_compute_texts")
    audience = fields.Char(string="Who Gets It", compute="_compute_texts")
    moment = fields.Char(string="When", compute="_compute_texts")
    way = fields.Char(compute="_compute_texts")
    state = fields.Selection(
        [("on", "On"), ("held", "Held"), ("off", "Off")],
        string="Status",
        compute="_compute_state",
        help="Held: the rule is on, but the company sends nothing of the kind.",
    )
    last_at = fields.Datetime(string="Last Sent", compute="_compute_sent")
    sent_count = fields.Integer(string="Sent So Far", compute="_compute_sent")

    # === COMPUTE METHODS ===#

    @api.depends("kind", "res_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for row in self:
            rule = row._get_rule()
            row.name = rule.display_name
            row.audience, row.moment, row.way = getattr(self, f"_describe_{row.kind}")(rule)

    @api.model
    def _describe_acknowledgement(self, team):
        return self.env._("Whoever has a mail address"), self.env._("Turns to the team"), self.env._("Mail")

    @api.model
    def _describe_notice(self, rule):
        return self._name_tiers(rule), self._label(rule, "occasion"), self._label(rule, "channel_order")

    @api.model
    def _describe_survey(self, policy):
        return self._name_tiers(policy), self._label(policy, "trigger"), self._label(policy, "channel_order")

    @api.model
    def _describe_callback(self, purpose):
        return self.env._("All customers"), self.env._("Nobody was reached by phone"), self.env._("Mail")

    @api.model
    def _describe_greeting(self, occasion):
        way = self._label(occasion, "channel_order")
        return self._name_tiers(occasion), self._label(occasion, "kind"), way

    @api.model
    def _name_tiers(self, rule):
        return ", ".join(rule.tier_ids.mapped("name")) or self.env._("All customers")

    @api.model
    def _label(self, record, name):
        return dict(record._fields[name]._description_selection(self.env)).get(record[name])

    @api.depends("is_on", "kind", "company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_state(self):
        for row in self:
            row.state = ("on" if row._is_gate_open() else "held") if row.is_on else "off"

    @api.depends("kind", "res_id")
    def _compute_sent(self):
        """One grouped read for each kind."""
        for kind, rows in self.grouped("kind").items():
            model, rule, at, domain = SENT[kind]
            # a manager is told how many; whom, the list says to who may see it
            found = self.env[model].sudo()._read_group(
                [(rule, "in", rows.mapped("res_id")), ("company_id", "in", self.env.companies.ids), *domain],
                [rule],
                [f"{at}:max", "__count"],
            )
            sent = {one.id: rest for one, *rest in found}
            for row in rows:
                row.last_at, row.sent_count = sent.get(row.res_id, (False, 0))

    # === BUSINESS METHODS ===#

    @api.model
    def _get_parts(self):
        """Return the kinds in an order that stays: each its table, who it is of, and when it is on."""
        own, shared = SQL("r.company_id"), SQL("NULL::integer")
        active, living = SQL("r.active"), SQL("r.active")
        return [
            (
                "acknowledgement",
                "logistics.service.team",
                own,
                SQL("r.acknowledgement_template_id IS NOT NULL"),
                living,
            ),
            ("notice", "logistics.notice.rule", own, active, SQL("TRUE")),
            ("survey", "logistics.survey.policy", own, active, SQL("TRUE")),
            (
                "callback",
                "logistics.callback.purpose",
                shared,
                SQL("r.mail_template_id IS NOT NULL"),
                living,
            ),
            ("greeting", "logistics.care.occasion", own, active, SQL("r.action = 'send'")),
        ]

    @api.model
    def _select(self, part, number, rows=None):
        kind, model, company, is_on, where = part
        if not self.env["res.groups"]._has_logistics_part(PARTS[kind]):
            where = SQL("FALSE")
        return SQL(
            """SELECT %(id)s AS id, %(kind)s::varchar AS kind, %(order)s AS kind_order, r.sequence,
                      %(model)s::varchar AS res_model, r.id AS res_id, %(company)s AS company_id,
                      %(is_on)s AS is_on
                 FROM %(table)s r WHERE %(where)s AND %(asked)s""",
            id=self._get_id_sql(SQL("r.id"), number),
            kind=kind,
            order=number,
            model=model,
            company=company,
            is_on=is_on,
            table=SQL.identifier(self.env[model]._table),
            where=where,
            asked=SQL("TRUE") if rows is None else SQL("r.id = ANY(%s)", rows),
        )

    def _get_rule(self):
        return self.env[self.res_model].browse(self.res_id)

    def _get_company(self):
        return self.company_id or self.env.company

    def _is_gate_open(self):
        """Tell whether the company sends what is of the row's kind."""
        gate = GATES.get(self.kind)
        return not gate or self._get_company()[gate]

    # there is no table to write to
    def write(self, vals):  # pylint: disable=method-required-super
        """Switch rules on or off, which is all that can be written here.

        :raises AccessError: if anything else is written, or the user may not change the rules
        """
        if set(vals) != {"is_on"}:
            raise AccessError(self.env._("What is sent is changed where it is kept."))
        self.check_access("write")
        for row in self:
            row._switch(bool(vals["is_on"]))
        self.invalidate_model()
        return True

    def _switch(self, on):
        rule = self._get_rule()
        if self.kind in TEXTS:
            name, text = TEXTS[self.kind]
            rule[name] = rule[name] or self.env.ref(text, raise_if_not_found=False) if on else False
        else:
            if on and not self._is_gate_open() and not self._get_held():
                self._open_gate()
            rule.active = on
        self.env.flush_all()

    def _get_held(self):
        """Return the rules that would send, too, if the company sent what is of this kind."""
        return self.env[self.res_model].search(
            [("company_id", "in", (self._get_company().id, False))], limit=1
        )

    def _open_gate(self):
        # whoever decides on the rules decides on what they wait for; nothing else of a company is his
        self._get_company().sudo()[GATES[self.kind]] = True

    # === ACTION METHODS ===#

    def action_start(self):
        """Let a company send by all rules of a kind that are on."""
        self.browse().check_access("write")  # of the company, whomever the rules serve
        for row in self:
            if not row._is_gate_open():
                row._open_gate()
        self.invalidate_model()
        return True

    def action_preview(self):
        """Show what a customer would get."""
        self.ensure_one()
        rule = self._get_rule()
        if self.kind not in TEXTS:
            return rule.action_preview()
        name, text = TEXTS[self.kind]
        template = rule[name] or self.env.ref(text)
        action = self.env["ir.actions.act_window"]._for_xml_id("mail.mail_template_preview_action")
        return {**action, "context": {"default_mail_template_id": template.id}}

    def action_view_sent(self):
        """List what was sent by the rule, the last first."""
        self.ensure_one()
        model, rule, at, domain = SENT[self.kind]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sent: %s", self.name),
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "domain": [(rule, "=", self.res_id), ("company_id", "in", self.env.companies.ids), *domain],
            "context": {"create": False},
        }
