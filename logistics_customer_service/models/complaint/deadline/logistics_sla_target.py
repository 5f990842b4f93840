from odoo import api, fields, models

ACKNOWLEDGE, FIRST_RESPONSE, NEXT_REPLY, RESOLUTION, STATUTORY, CONTRACTUAL, EXTERNAL = (
    "acknowledge",
    "first_response",
    "next_reply",
    "resolution",
    "statutory",
    "contractual",
    "external",
)
TARGETS = [
    (ACKNOWLEDGE, "Acknowledgement"),
    (FIRST_RESPONSE, "First response"),
    (NEXT_REPLY, "Next reply"),
    (RESOLUTION, "Resolution"),
    (STATUTORY, "Statutory"),
    (CONTRACTUAL, "Contractual"),
    (EXTERNAL, "External answer"),
]
# what settling the matter stops; an answer to the customer stops the others
SETTLED = (RESOLUTION, STATUTORY, CONTRACTUAL)
# what the first answer stops
ANSWERED = (ACKNOWLEDGE, FIRST_RESPONSE)
# what an answer stops
REPLIES = (*ANSWERED, NEXT_REPLY)
HOURS, DAYS = "hours", "days"
# what laws and contracts count
IN_DAYS = (STATUTORY, CONTRACTUAL, EXTERNAL)


class LogisticsSlaTarget(models.Model):
    """What a policy promises for one target."""

    _name = "logistics.sla.target"
    _description = "SLA Target"
    _order = "policy_id, id"
    _rec_name = "target"

    policy_id = fields.Many2one(
        "logistics.sla.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    target = fields.Selection(TARGETS, required=True)
    value = fields.Float(
        string="Within",
        required=True,
        help="Zero: there is no such deadline, whatever less specific policies say.",
    )
    unit = fields.Selection(
        [(HOURS, "Working hours"), (DAYS, "Calendar days")],
        compute="_compute_unit",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Calendar days never pause: the day itself does not count, the last one counts to "
        "its end.",
    )
    pauses = fields.Boolean(
        string="May Pause",
        compute="_compute_pauses",
        store=True,
        readonly=False,
        precompute=True,
        help="The clock stands still in the phases that pause by the policy.",
    )

    _target_unique = models.UniqueIndex(
        "(policy_id, target)", "A policy has each target once."
    )
    _check_value = models.Constraint(
        "CHECK (value >= 0)", "The time of a target cannot be negative."
    )
    _check_days = models.Constraint(
        "CHECK (unit != 'days' OR value = floor(value))", "Calendar days are whole days."
    )

    @api.depends("target", "value", "unit")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Say the promise in short: Resolution 24 h."""
        labels = dict(self._fields["target"]._description_selection(self.env))
        for line in self:
            short = self.env._("d") if line.unit == DAYS else self.env._("h")
            line.display_name = f"{labels.get(line.target, '')} {line.value:g} {short}"

    @api.depends("target")
    def _compute_unit(self):
        for line in self:
            line.unit = DAYS if line.target in IN_DAYS else HOURS

    @api.depends("target", "unit")
    def _compute_pauses(self):
        """Only the work on the matter waits for others; an answer does not."""
        for line in self:
            line.pauses = line.target == RESOLUTION and line.unit == HOURS

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.policy_id._after_change()
        return lines

    def write(self, vals):
        result = super().write(vals)
        self.policy_id._after_change()
        return result

    def unlink(self):
        policies = self.policy_id
        result = super().unlink()
        policies._after_change()
        return result

    def _prepare_offer_vals(self, policy):
        self.ensure_one()
        return {
            "target": self.target,
            "value": self.value,
            "unit": self.unit,
            # the time of the law waits for nobody, whatever is set
            "pauses": policy._get_pausing_phases()
            if self.pauses and self.target != STATUTORY
            else frozenset(),
        }
