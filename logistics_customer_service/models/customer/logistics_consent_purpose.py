from odoo import fields, models


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
    description = fields.Text(translate=True)

    _code_unique = models.UniqueIndex("(code)", "Another purpose has the same code.")
