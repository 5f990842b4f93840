from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class LogisticsTierChange(models.Model):
    """A move of a customer from one tier to another: proposed or made, with its reason."""

    _name = "logistics.tier.change"
    _description = "Tier Change"
    _order = "date desc, id desc"
    _rec_name = "profile_id"

    profile_id = fields.Many2one(
        "logistics.profile", required=True, index=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="profile_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    old_tier_id = fields.Many2one("logistics.tier", string="Old Tier", readonly=True, index=True)
    new_tier_id = fields.Many2one(
        "logistics.tier", string="New Tier", readonly=True, required=True, index=True
    )
    direction = fields.Selection(
        [("first", "First"), ("up", "Up"), ("down", "Down"), ("same", "Sideways")],
        compute="_compute_direction",
        store=True,
    )
    score = fields.Float(
        readonly=True, aggregator="avg", help="The score that day; 0 without a score."
    )
    cause = fields.Selection(
        selection="_selection_cause", required=True, readonly=True, default="score"
    )
    reason = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, default=lambda self: self.env.user
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("applied", "In Effect"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="applied",
        index=True,
    )
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decided_at = fields.Datetime(string="Decided on", readonly=True)

    _one_open_proposal = models.UniqueIndex("(profile_id) WHERE state = 'proposed'")
    # which tier somebody had at some time is asked for each order that is judged
    _then_idx = models.Index(
        "(profile_id, (COALESCE(decided_at, date)), id) WHERE state = 'applied'"
    )

    @api.model
    def _selection_cause(self):
        return self.env["logistics.profile"]._get_tier_causes()

    @api.depends("old_tier_id", "new_tier_id")
    def _compute_direction(self):
        for change in self:
            old, new = change.old_tier_id, change.new_tier_id
            if not old:
                change.direction = "first"
            elif old.scheme_id != new.scheme_id or old.threshold == new.threshold:
                change.direction = "same"
            else:
                change.direction = "up" if new.threshold > old.threshold else "down"

    def action_accept(self):
        """Make the proposed changes."""
        self._ensure_decidable()
        for (tier, cause), changes in self.grouped(lambda c: (c.new_tier_id, c.cause)).items():
            changes.profile_id._write_tier(tier, cause)
        self.profile_id._mark(["rates"])  # by now the score may say something else
        self._decide("applied")

    def action_reject(self):
        """Turn the proposed changes down; each customer keeps the tier."""
        self._ensure_decidable()
        self._decide("rejected")

    def _ensure_decidable(self):
        """Raise unless a manager decides on proposals that are still open."""
        self.check_access("read")
        if not self.env.user.has_group("logistics_customer_service.group_manager"):
            raise AccessError(self.env._("Only a service manager decides on proposed tiers."))
        self.lock_for_update()
        if self.filtered(lambda change: change.state != "proposed"):
            raise UserError(self.env._("Only proposals that are still open can be decided."))

    def _decide(self, state):
        now = fields.Datetime.now()
        self.sudo().write(  # history is written by rules; the right was checked before
            {
                "state": state,
                "date": now,
                "decided_by_id": self.env.uid,
                "decided_at": now,
            }
        )
