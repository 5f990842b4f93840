from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

CLAIMED, ACCEPTED, REJECTED, RECEIVED = "claimed", "accepted", "rejected", "received"


class LogisticsRecovery(models.Model):
    """What is claimed back from a carrier, insurer or supplier for a case."""

    _name = "logistics.recovery"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.course.mixin",
        "logistics.case.document.mixin",
        "logistics.past.mixin",
    ]
    _description = "Recovery"
    _order = "id desc"
    _past_fields = ("received_on",)

    compensation_id = fields.Many2one(
        "logistics.compensation",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('complaint_id', '=', complaint_id)]",
    )
    carrier_id = fields.Many2one(
        related="complaint_id.carrier_id", store=True, index="btree_not_null"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Claimed From",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    kind = fields.Selection(
        [("carrier", "Carrier"), ("insurer", "Insurer"), ("supplier", "Supplier")],
        required=True,
        default="carrier",
    )
    reference = fields.Char(string="Their Reference")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    claimed_amount = fields.Monetary(string="Claimed", required=True, tracking=True)
    claimed_on = fields.Date(readonly=True, copy=False)
    date_due = fields.Date(string="Answer Due")
    accepted_amount = fields.Monetary(string="Accepted", copy=False, tracking=True)
    answered_on = fields.Date(readonly=True, copy=False)
    answer = fields.Text(copy=False)
    received_amount = fields.Monetary(string="Received", copy=False, tracking=True)
    received_on = fields.Date(copy=False)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    claimed_company = fields.Monetary(
        string="Claimed (Company Currency)",
        currency_field="company_currency_id",
        compute="_compute_company_amounts",
        store=True,
    )
    received_company = fields.Monetary(
        string="Received (Company Currency)",
        currency_field="company_currency_id",
        compute="_compute_company_amounts",
        store=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            (CLAIMED, "Claimed"),
            (ACCEPTED, "Accepted"),
            (REJECTED, "Rejected"),
            (RECEIVED, "Received"),
            ("given_up", "Given up"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )

    _check_amounts = models.Constraint(
        "CHECK (claimed_amount > 0 AND accepted_amount >= 0 AND received_amount >= 0)",
        "A claim is of more than nothing, and no amount is negative.",
    )

    @api.depends("complaint_id.number", "partner_id")
    def _compute_display_name(self):
        for record in self:
            parts = (record.complaint_id.number, record.partner_id.display_name)
            record.display_name = ", ".join(filter(None, parts))

    @api.depends("claimed_amount", "received_amount", "currency_id", "received_on", "claimed_on")
    def _compute_company_amounts(self):
        """At the rate of the day claimed, and of the day received."""
        today = fields.Date.context_today(self)
        for record in self:
            company = record.company_id or self.env.company
            for field, amount, day in (
                ("claimed_company", record.claimed_amount, record.claimed_on),
                ("received_company", record.received_amount, record.received_on),
            ):
                record[field] = (record.currency_id or company.currency_id)._convert(
                    amount, company.currency_id, company, day or today
                )

    @api.constrains("currency_id", "claimed_on", "received_on")
    def _check_currency(self):
        today = fields.Date.context_today(self)
        for record in self:
            days = filter(None, (record.claimed_on or today, record.received_on))
            if not all(record.currency_id._has_logistics_rate(record.company_id, d) for d in days):
                raise ValidationError(
                    self.env._(
                        "%s is not active, or has no rate on the day.", record.currency_id.name
                    )
                )

    # === CRUD METHODS ===#

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "state",
            "claimed_on",
            "answered_on",
            # follow from others
            "claimed_company",
            "received_company",
            "company_id",
            "carrier_id",
        }

    @api.model
    def _get_course_error(self, labels):
        return AccessError(
            self.env._("Claims go on by their buttons, not by writing: %s", labels)
        )

    # === ACTION METHODS ===#

    def action_claim(self):
        """Note that the claim went out today."""
        self._move("draft", {"state": CLAIMED, "claimed_on": fields.Date.context_today(self)})
        return True

    def action_accept(self):
        """Note that they will pay; empty, the accepted amount is what was claimed."""
        for record in self:
            record._move(
                CLAIMED,
                {
                    "state": ACCEPTED,
                    "answered_on": fields.Date.context_today(self),
                    "accepted_amount": record.accepted_amount or record.claimed_amount,
                },
            )
        return True

    def action_reject(self):
        """Note that they will not pay."""
        self._move(CLAIMED, {"state": REJECTED, "answered_on": fields.Date.context_today(self)})
        return True

    def action_receive(self):
        """Note that the money came; empty, the received amount is what was accepted."""
        for record in self:
            record._move(
                ACCEPTED,
                {
                    "state": RECEIVED,
                    "received_on": record.received_on or fields.Date.context_today(self),
                    "received_amount": record.received_amount or record.accepted_amount,
                },
            )
        return True

    def action_give_up(self):
        """Give a claim up."""
        self.filtered(lambda record: record.state != RECEIVED)._note_course({"state": "given_up"})
        return True

    def _move(self, expected, vals):
        for record in self:
            if record.state != expected:
                raise UserError(self.env._("%s is not at this point.", record.display_name))
        self._note_course(vals)
