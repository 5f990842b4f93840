from odoo import fields, models

PARTY_KINDS = [
    ("warehouse", "Warehouse"),
    ("transport", "Transport"),
    ("carrier", "Carrier"),
    ("supplier", "Supplier"),
    ("sales", "Sales"),
    ("service", "Customer Service"),
    ("customer", "Customer"),
    ("nobody", "Nobody (force majeure)"),
]


class LogisticsResponsibleParty(models.Model):
    """Who answers for what went wrong: a department, an outside party, or nobody."""

    _name = "logistics.responsible.party"
    _description = "Responsible Party"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(PARTY_KINDS, required=True, default="warehouse")
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users",
        string="Asked There",
        ondelete="set null",
        domain=[("share", "=", False)],
        help="Who gets the questions of an investigation that goes to this party.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: every company."
    )
    active = fields.Boolean(default=True)
