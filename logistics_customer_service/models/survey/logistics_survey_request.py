from odoo import fields, models


class LogisticsSurveyRequest(models.Model):
    """That a customer is asked about one occasion, or why not; never twice about the same."""

    _name = "logistics.survey.request"
    _description = "Survey Request"
    _order = "id desc"
    _check_company_auto = True

    policy_id = fields.Many2one(
        "logistics.survey.policy", required=True, index=True, readonly=True, ondelete="restrict"
    )
    survey_id = fields.Many2one(
        "survey.survey",
        string="Questionnaire",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    # cascade: what a person was asked goes with the person
    partner_id = fields.Many2one(
        "res.partner",
        string="Person Asked",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    profile_id = fields.Many2one(
        "logistics.profile", index="btree_not_null", readonly=True, ondelete="set null"
    )
    tier_id = fields.Many2one(
        "logistics.tier", string="Tier Then", readonly=True, ondelete="set null"
    )

    # --- the occasion
    occasion = fields.Char(
        required=True,
        readonly=True,
        help="What the request is about, in one word for programs; unique within the policy.",
    )
    occurred_at = fields.Datetime(required=True, readonly=True)
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    order_id = fields.Many2one(
        "sale.order", index="btree_not_null", readonly=True, ondelete="set null"
    )
    complaint_id = fields.Many2one(
        "logistics.complaint",
        string="Case",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )

    # --- its course
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("queued", "In Queue"),
            ("sent", "Sent"),
            ("partial", "Partly Answered"),
            ("answered", "Answered"),
            ("expired", "Expired"),
            ("failed", "Failed"),
            ("not_sent", "Not Sent"),
            ("revoked", "Revoked"),
        ],
        required=True,
        readonly=True,
        default="planned",
        index=True,
    )
    reason = fields.Selection(
        [
            ("refused", "Customer refused surveys"),
            ("cooldown", "Asked not long ago"),
            ("sample", "Not in the sample"),
            ("enough", "Enough answers"),
            ("budget", "Enough contacts"),
            ("no_address", "No address"),
            ("blacklisted", "Address blacklisted"),
            ("not_customer", "Not a customer"),
            ("too_old", "Too old"),
            ("overtaken", "Overtaken by events"),
        ],
        string="Why Not Sent",
        readonly=True,
    )
    failure_text = fields.Text(string="Failure", readonly=True)
    attempts = fields.Integer(string="Failed Attempts", readonly=True)
    due_at = fields.Datetime(
        string="Next Step", readonly=True, help="When the request is looked at: sent, or reminded."
    )
    channel = fields.Selection(
        [
            ("mail", "Mail"),
            ("sms", "SMS"),
            ("portal", "Portal"),
            ("qr", "QR code"),
            ("phone", "Phone"),
            ("counter", "Counter"),
            ("import", "Import"),
        ],
        readonly=True,
    )
    address = fields.Char(readonly=True)
    sent_at = fields.Datetime(readonly=True)
    reminded_at = fields.Datetime(readonly=True)
    expires_at = fields.Datetime(string="Link Expires", readonly=True)
    answered_at = fields.Datetime(string="Answered", readonly=True)
    mail_id = fields.Many2one(
        "mail.mail", index="btree_not_null", readonly=True, ondelete="set null"
    )
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="First Answer",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    feedback_id = fields.Many2one(
        "logistics.feedback", index="btree_not_null", readonly=True, ondelete="set null"
    )

    _once_per_occasion = models.UniqueIndex(
        "(policy_id, occasion)", "This occasion has been asked about already."
    )
    _due_idx = models.Index("(due_at, id) WHERE due_at IS NOT NULL")
