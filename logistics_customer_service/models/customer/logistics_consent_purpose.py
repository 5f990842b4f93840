from odoo import api, fields, models

ALL_WAYS = (True, True, True)
# by mail, SMS, phone
USUAL_WAYS = {
    "service_notice": (True, True, False),
    "callback": (False, False, True),
    "locker_drop": (False, False, False),
    "sign_by_other": (False, False, False),
}


class LogisticsConsentPurpose(models.Model):
    _name = "logistics.consent.purpose"
    _description = "Consent Purpose"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    consent_required = fields.Boolean(
        default=True,
        help="Ticked: the customer is contacted for this purpose only after having agreed. "
        "Not ticked: the customer is contacted until having refused.",
    )
    # what may be chosen; none of them: no contact, the customer says how goods may be handed over
    by_mail = fields.Boolean(
        string="Mail",
        compute="_compute_ways",
        store=True,
        readonly=False,
        precompute=True,
        help="Customers are written to for it, and may say whether by mail.",
    )
    by_sms = fields.Boolean(
        string="SMS",
        compute="_compute_ways",
        store=True,
        readonly=False,
        precompute=True,
        help="Customers are written to for it, and may say whether by SMS.",
    )
    by_phone = fields.Boolean(
        string="Phone",
        compute="_compute_ways",
        store=True,
        readonly=False,
        precompute=True,
        help="Customers are called for it, and may say whether they want that.",
    )
    description = fields.Text(translate=True)

    _code_unique = models.UniqueIndex("(code)", "Another purpose has the same code.")

    @api.depends("code")
    def _compute_ways(self):
        for purpose in self:
            ways = USUAL_WAYS.get(purpose.code, ALL_WAYS)
            purpose.by_mail, purpose.by_sms, purpose.by_phone = ways
