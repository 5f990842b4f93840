from odoo import api, fields, models
from odoo.exceptions import UserError

# points of a visit's findings, each with its column
TOPICS = ("opinion", "suggestion", "wish", "market", "competitor", "effect", "matter", "other")


class LogisticsVisitDailyReportLine(models.Model):
    """A visit or a call of a daily report, as it was when the report was drawn."""

    _name = "logistics.visit.daily.report.line"
    _description = "Line of a Daily Report"
    _order = "daily_id, time_in, id"

    daily_id = fields.Many2one(
        "logistics.visit.daily.report", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="daily_id.company_id", store=True, index=True)
    kind = fields.Selection([("visit", "Visit"), ("call", "Call")], required=True, readonly=True)
    visit_id = fields.Many2one(
        "logistics.visit", readonly=True, index="btree_not_null", ondelete="set null"
    )
    attempt_id = fields.Many2one(
        "logistics.callback.attempt", readonly=True, index="btree_not_null", ondelete="set null"
    )
    # cascade: what was said by a person goes with the person
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="cascade"
    )
    tier_id = fields.Many2one("logistics.tier", readonly=True, ondelete="set null")
    contact_name = fields.Char(string="Spoken To", readonly=True)
    time_in = fields.Datetime(string="Came At", readonly=True)
    time_out = fields.Datetime(string="Left At", readonly=True)
    visit_state = fields.Selection(
        selection=lambda self: self.env["logistics.visit"]._get_states(),
        string="Result of the Visit",
        readonly=True,
    )
    purpose_id = fields.Many2one(
        "logistics.callback.purpose", string="Purpose of the Call", readonly=True, ondelete="set null"
    )
    result = fields.Selection(
        selection=lambda self: self.env["logistics.callback"]._get_results(), readonly=True
    )
    opinion = fields.Text(string="Opinions", readonly=True)
    suggestion = fields.Text(string="Suggestions", readonly=True)
    wish = fields.Text(string="Wishes", readonly=True)
    market = fields.Text(readonly=True)
    competitor = fields.Text(string="Competitors", readonly=True)
    effect = fields.Text(readonly=True)
    matter = fields.Text(string="Matters Handled", readonly=True)
    other = fields.Text(readonly=True)
    heard = fields.Text(string="Heard and Seen", compute="_compute_heard")
    agreed = fields.Text(readonly=True, help="What was agreed: what, who, until when.")
    note = fields.Text(readonly=True)
    remark = fields.Text(help="What there is to add; drawing the report again leaves it alone.")
    gone = fields.Boolean(
        string="Not of This Day Any More",
        readonly=True,
        help="The visit was moved or deleted since; the line is kept for its remark.",
    )

    _visit_unique = models.UniqueIndex(
        "(daily_id, visit_id) WHERE visit_id IS NOT NULL", "The visit is in the report already."
    )
    _attempt_unique = models.UniqueIndex(
        "(daily_id, attempt_id) WHERE attempt_id IS NOT NULL",
        "The call is in the report already.",
    )

    @api.depends("partner_id", "kind")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.partner_id.display_name or ""

    @api.depends(*TOPICS)
    @api.depends_context("lang")
    def _compute_heard(self):
        labels = {name: self._fields[name]._description_string(self.env) for name in TOPICS}
        for line in self:
            line.heard = "\n".join(
                f"{labels[name]}: {line[name]}" for name in TOPICS if line[name]
            )

    def write(self, vals):
        """Nothing but a remark is written by hand, and that only until the report is sent."""
        if not self.env.su:
            if vals.keys() - {"remark"}:
                raise UserError(
                    self.env._("The lines of a report are drawn; write what is to add beside them.")
                )
            if any(line.daily_id._is_frozen() for line in self):
                raise UserError(self.env._("A report that was sent is not changed any more."))
        return super().write(vals)

    # === BUSINESS METHODS ===#

    @api.model
    def _prepare_vals(self, record):
        """Return the values of a line.

        :param record: a logistics.visit or a logistics.callback.attempt
        """
        is_visit = record._name == "logistics.visit"
        return self._prepare_visit_vals(record) if is_visit else self._prepare_call_vals(record)

    @api.model
    def _prepare_visit_vals(self, visit):
        findings = visit.finding_ids.grouped("topic")
        return {
            "kind": "visit",
            "visit_id": visit.id,
            "partner_id": visit.partner_id.id,
            "tier_id": visit.tier_id.id,
            "contact_name": visit.contact_name,
            "time_in": visit.checked_in_at or visit.planned_at,
            "time_out": visit.checked_out_at,
            "visit_state": visit.state,
            "note": "\n".join(filter(None, [visit.cancel_reason, visit.note])) or False,
            "agreed": "\n".join(map(self._describe_action, visit.action_ids)) or False,
            **{topic: self._describe(findings.get(topic, ())) for topic in TOPICS},
        }

    @api.model
    def _describe(self, findings):
        texts = (
            ": ".join(filter(None, [finding.competitor, finding.text])) for finding in findings
        )
        return "\n".join(texts) or False

    @api.model
    def _describe_action(self, action):
        return f"{action.name} ({action.user_id.name}, {action.date_deadline})"

    @api.model
    def _prepare_call_vals(self, attempt):
        callback = attempt.callback_id
        return {
            "kind": "call",
            "attempt_id": attempt.id,
            "partner_id": callback.partner_id.id,
            "tier_id": callback.tier_id.id,
            "time_in": attempt.called_at,
            "purpose_id": callback.purpose_id.id,
            "result": attempt.result,
            "note": attempt.note,
        }

    def _bring_up(self, vals):
        """Write what is new of a line, and nothing where nothing is."""
        changed = {
            name: value
            for name, value in {**vals, "gone": False}.items()
            if (self[name].id if isinstance(self[name], models.BaseModel) else self[name]) != value
        }
        if changed:
            self.write(changed)

    def _drop(self):
        """Take lines away that are not of the day any more; one with a remark stays, and says so."""
        kept = self.filtered("remark")
        kept.write({"gone": True})
        (self - kept).unlink()

    def action_open(self):
        """Open the visit or the callback."""
        self.ensure_one()
        return (self.visit_id or self.attempt_id.callback_id)._get_records_action()
