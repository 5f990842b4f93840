from odoo import fields, models


class LogisticsRemedy(models.Model):
    """What a customer asks for, or is given, to put a matter right."""

    _name = "logistics.remedy"
    _description = "Remedy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex("(code)", "Two remedies cannot have the same code.")
