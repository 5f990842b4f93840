from odoo import api, fields, models

from ..callback.logistics_callback_purpose import USED


class LogisticsCallbackPurpose(models.Model):
    _inherit = "logistics.callback.purpose"

    in_budget = fields.Boolean(
        string="Counts in the Budget",
        compute="_compute_in_budget",
        store=True,
        readonly=False,
        precompute=True,
        help="Ticked: these calls count, and wait for a day on which the contact budget has room. "
        "Not ticked: they are made whatever was before, as what the customer is owed.",
    )

    @api.depends("consent_purpose_id", "code")
    def _compute_in_budget(self):
        """What needs no consent has to be said; who brought a matter up is owed the answer."""
        for purpose in self:
            purpose.in_budget = purpose.consent_purpose_id and purpose.code not in USED
