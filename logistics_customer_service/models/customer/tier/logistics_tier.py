from odoo import api, fields, models, tools


class LogisticsTier(models.Model):
    _name = "logistics.tier"
    _inherit = ["logistics.tier.scheme.part.mixin", "logistics.cached.mixin"]
    _description = "Customer Tier"
    _order = "scheme_id, sequence, threshold desc, id"

    # the default tier, who has priority; rooms above keep tiers by their codes
    _cached_fields = {"code", "threshold", "sequence", "scheme_id", "delivery_priority"}

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Tiers of two schemes with the same code are taken for the same tier.",
    )
    scheme_id = fields.Many2one(
        "logistics.tier.scheme", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10, help="The best tier comes first.")
    color = fields.Integer()
    threshold = fields.Float(
        string="From Score",
        help="Score from which a customer earns the tier. The tier with threshold 0 is the "
        "default tier: everybody else, and customers without orders.",
    )
    delivery_priority = fields.Boolean(
        string="Priority Delivery",
        help="Deliveries of these customers are reserved and handled first.",
    )
    dedicated_agent_required = fields.Boolean(string="Dedicated Agent")
    packing = fields.Text(
        string="Packing Standard", translate=True, help="Shown to packers on the delivery."
    )
    customer_note = fields.Text(
        string="What the Customer Gets",
        translate=True,
        help="In the customer's words: what this tier promises.",
    )

    _code_unique = models.UniqueIndex(
        "(scheme_id, code)", "Two tiers of a scheme cannot have the same code."
    )
    _threshold_unique = models.UniqueIndex(
        "(scheme_id, threshold)", "Two tiers of a scheme cannot start at the same score."
    )
    _check_threshold = models.Constraint(
        "CHECK (threshold >= 0 AND threshold <= 100)", "A threshold lies between 0 and 100."
    )

    @api.model
    def _is_measured(self, vals):
        return bool({"code", "threshold", "scheme_id"} & vals.keys())

    @api.model
    @tools.ormcache()
    def _get_urgent_ids(self):
        """Return the ids of the tiers whose deliveries come first."""
        # whoever confirms a transfer need not see the tiers
        return frozenset(self.sudo()._search([("delivery_priority", "=", True)]))
