from odoo import fields, models


class LogisticsAspect(models.Model):
    """A side of the service that customers judge: timeliness, intactness, the courier's attitude."""

    _name = "logistics.aspect"
    _description = "Aspect of the Service"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Programs and files name the aspect by it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    description = fields.Text(
        translate=True, help="What belongs to it, for those who ask and read."
    )

    _code_unique = models.UniqueIndex("(code)", "Another aspect has the same code.")
