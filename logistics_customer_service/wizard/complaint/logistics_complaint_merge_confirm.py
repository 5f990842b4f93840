from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsComplaintMergeConfirm(models.TransientModel):
    _name = "logistics.complaint.merge.confirm"
    _description = "Merge Cases"

    complaint_ids = fields.Many2many(
        "logistics.complaint",
        string="Cases",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    kept_id = fields.Many2one(
        "logistics.complaint",
        string="Keep",
        required=True,
        compute="_compute_kept_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', complaint_ids)]",
        help="The others are merged into this one: the oldest, unless you choose another.",
    )
    several_customers = fields.Boolean(compute="_compute_several_customers")

    @api.depends("complaint_ids")
    def _compute_kept_id(self):
        for wizard in self:
            cases = wizard.complaint_ids._origin
            if wizard.kept_id not in cases:
                wizard.kept_id = cases.sorted(lambda case: (case.received_at, case.id))[:1]

    @api.depends("complaint_ids")
    def _compute_several_customers(self):
        for wizard in self:
            wizard.several_customers = len(wizard.complaint_ids.partner_id) > 1

    def action_merge(self):
        """Merge the cases and open the one that is kept."""
        self.ensure_one()
        if len(self.complaint_ids) < 2:
            raise UserError(self.env._("Choose two cases or more."))
        (self.complaint_ids - self.kept_id)._merge_into(self.kept_id)
        return self.kept_id.action_open()
