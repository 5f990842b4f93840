from odoo import fields, models


class LogisticsReason(models.Model):
    """Why something went otherwise than promised, as it is recorded where it happens.

    The kind decides which indicator a reason counts in (formulas 7 and 8), so that a company may
    name as many reasons of a kind as it wants to tell apart.
    """

    _name = "logistics.reason"
    _description = "Logistics Reason"
    _order = "kind, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Short name for imports and interfaces; stays the same in every language.",
    )
    kind = fields.Selection(
        [
            ("damage", "Damage"),
            ("invoice_error", "Invoice error"),
            ("substitution", "Substitution"),
            ("reroute", "Change of route"),
            ("return_adjust", "Return or adjustment of transport"),
            ("short_handling", "Short loading or unloading"),
        ],
        required=True,
        index=True,
        help="The indicator that the reason counts in.",
    )
    side = fields.Selection(
        [
            ("warehouse", "Warehouse"),
            ("transport", "Transport"),
            ("sales", "Sales"),
            ("accounting", "Accounting"),
            ("supplier", "Supplier"),
            ("customer", "Customer"),
            ("other", "Other"),
        ],
        string="Responsible Side",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: for every company."
    )

    _code_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), code)", "Another reason has the same code."
    )
