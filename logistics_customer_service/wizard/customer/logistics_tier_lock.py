from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsTierLock(models.TransientModel):
    _name = "logistics.tier.lock"
    _description = "Lock Tier"

    profile_ids = fields.Many2many("logistics.profile", string="Customers", required=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    scheme_id = fields.Many2one("logistics.tier.scheme", compute="_compute_company_id")
    tier_id = fields.Many2one("logistics.tier", required=True)
    reason = fields.Char(required=True)
    until = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self) + relativedelta(months=3),
        help="The last day of the lock; from the next day on the score decides again.",
    )

    @api.depends("profile_ids")
    def _compute_company_id(self):
        for lock in self:
            lock.company_id = lock.profile_ids.company_id[:1]
            lock.scheme_id = self.env["logistics.tier.scheme"]._get_in_force(lock.company_id)

    def action_lock(self):
        """Lock the customers' tier."""
        self.ensure_one()
        if len(self.profile_ids.company_id) > 1:
            raise UserError(self.env._("Lock the tiers of one company at a time."))
        if self.tier_id.scheme_id != self.scheme_id:
            raise UserError(self.env._("Choose a tier of the scheme in force."))
        if self.until < fields.Date.context_today(self):
            raise UserError(self.env._("A lock cannot end in the past."))
        if not self.reason.strip():
            raise UserError(self.env._("Give a reason: it is shown to whoever asks why."))
        self.profile_ids._lock_tier(self.tier_id, self.reason.strip(), self.until)
        return {"type": "ir.actions.act_window_close"}
