from odoo import api, fields, models

# no contacts: the customer says how goods may be handed over
HANDOVERS = {"locker_drop", "sign_by_other"}


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
    by_ways = fields.Boolean(
        string="A Contact",
        compute="_compute_by_ways",
        store=True,
        readonly=False,
        precompute=True,
        help="The customer is written to or called for it, and says by which ways. Not ticked: it is "
        "about something else, as about how goods are handed over.",
    )
    description = fields.Text(translate=True)

    _code_unique = models.UniqueIndex("(code)", "Another purpose has the same code.")

    @api.depends("code")
    def _compute_by_ways(self):
        for purpose in self:
            purpose.by_ways = purpose.code not in HANDOVERS
