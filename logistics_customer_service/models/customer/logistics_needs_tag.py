from odoo import fields, models


class LogisticsNeedsTag(models.AbstractModel):
    """What cargo natures, special services and time classes have in common."""

    _name = "logistics.needs.tag"
    _description = "Logistics Need"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Short name for imports and interfaces; stays the same in every language.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    complexity = fields.Integer(
        default=1,
        help="How much this need adds to the complexity of serving a customer. "
        "The metric “Complexity of needs” is the sum over all needs of the customer.",
    )

    _check_complexity = models.Constraint(
        "CHECK (complexity >= 0)", "The complexity of a need cannot be negative."
    )
    _code_unique = models.UniqueIndex("(code)", "Another need of this kind has the same code.")
