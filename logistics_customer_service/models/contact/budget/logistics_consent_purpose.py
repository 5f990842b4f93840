from odoo import api, fields, models

# what the contract asks for, and what is no contact at all but a way of handing goods over
EXEMPT = {"service_notice", "locker_drop", "sign_by_other"}


class LogisticsConsentPurpose(models.Model):
    _inherit = "logistics.consent.purpose"

    budget_exempt = fields.Boolean(
        string="Exempt from the Budget",
        compute="_compute_budget_exempt",
        store=True,
        readonly=False,
        precompute=True,
        help="Contacts for this purpose are noted, but neither counted nor held back.",
    )

    @api.depends("code")
    def _compute_budget_exempt(self):
        for purpose in self:
            purpose.budget_exempt = purpose.code in EXEMPT
