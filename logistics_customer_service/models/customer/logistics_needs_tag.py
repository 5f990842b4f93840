from odoo import fields, models
from odoo.fields import Domain


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

    def write(self, vals):
        if "complexity" in vals:
            self._get_profiles()._mark(["rates"])
        return super().write(vals)

    def unlink(self):
        self._get_profiles()._mark(["rates"])
        return super().unlink()

    def _get_profiles(self):
        """Return the profiles of all companies that have these needs."""
        profiles = self.env["logistics.profile"].sudo()  # whoever changes a need changes their scores
        names = [
            name
            for name in ("time_class_id", "cargo_nature_ids", "special_service_ids")
            if profiles._fields[name].comodel_name == self._name
        ]
        return profiles.search(Domain.OR([(name, "in", self.ids)] for name in names))
