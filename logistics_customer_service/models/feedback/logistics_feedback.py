from odoo import fields, models


class LogisticsFeedback(models.Model):
    """What a customer said to one request, and the facts it is about, as they were then."""

    _name = "logistics.feedback"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Customer Feedback"
    _order = "answered_at desc, id desc"

    request_id = fields.Many2one(
        "logistics.survey.request", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    survey_id = fields.Many2one(
        "survey.survey",
        string="Questionnaire",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="Answer",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Person", index=True, readonly=True, ondelete="cascade"
    )
    profile_id = fields.Many2one(
        "logistics.profile", index="btree_not_null", readonly=True, ondelete="set null"
    )
    state = fields.Selection(
        [("partial", "Partly answered"), ("done", "Answered")],
        required=True,
        readonly=True,
        default="done",
    )
    answered_at = fields.Datetime(required=True, readonly=True, index=True)
    channel = fields.Selection(
        selection=lambda self: self._get_channels(), required=True, readonly=True
    )
    lang = fields.Char(string="Language", readonly=True)

    # --- what was said; the first answer stands
    overall = fields.Integer(
        string="Overall Score", readonly=True, aggregator=None, help="1 to 5; 0: not said."
    )
    recommend = fields.Integer(string="Recommendation", readonly=True, aggregator=None)
    recommends = fields.Selection(
        [("promoter", "Promoter"), ("passive", "Passive"), ("detractor", "Detractor")],
        readonly=True,
        help="9–10, 7–8 or 0–6; empty: not said.",
    )
    effort = fields.Integer(readonly=True, aggregator=None, help="1 to 7; 0: not said.")
    score_ids = fields.One2many("logistics.feedback.score", "feedback_id", readonly=True)
    comment = fields.Text(readonly=True)
    no_contact = fields.Boolean(
        string="Wants No Contact", readonly=True, help="The person does not want to be called."
    )
    revision_count = fields.Integer(
        string="Later Answers", readonly=True, help="What was sent again later; the first stands."
    )

    # --- what it is about, as it was then
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
    carrier_id = fields.Many2one("delivery.carrier", readonly=True, ondelete="set null")
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, ondelete="set null")
    state_id = fields.Many2one(
        "res.country.state", string="Region", readonly=True, ondelete="set null"
    )
    tier_id = fields.Many2one(
        "logistics.tier", string="Tier Then", readonly=True, ondelete="set null"
    )
    agent_id = fields.Many2one("res.users", string="Agent", readonly=True, ondelete="set null")
    punctuality = fields.Selection(
        [("on_time", "On time"), ("late", "Late"), ("unknown", "Not judged")],
        readonly=True,
        default="unknown",
        help="The delivery against the promise as first given, by calendar day.",
    )
    days_late = fields.Integer(
        readonly=True, aggregator=None, help="Calendar days after the promised one; negative: before."
    )

    # --- what became of it
    is_low = fields.Boolean(string="Bad Answer", readonly=True)
    reaction_state = fields.Selection(
        [
            ("none", "None needed"),
            ("open", "To do"),
            ("done", "Done"),
            ("declined", "Customer wants no contact"),
        ],
        string="Reaction",
        readonly=True,
        default="none",
    )
    reaction_complaint_id = fields.Many2one(
        "logistics.complaint",
        string="Case Opened",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )

    _request_unique = models.UniqueIndex(
        "(request_id) WHERE request_id IS NOT NULL", "This request has been answered already."
    )
    _low_idx = models.Index("(company_id, answered_at) WHERE reaction_state = 'open'")

    def _get_channels(self):
        return self.env["logistics.survey.request"]._fields["channel"]._description_selection(
            self.env
        )
