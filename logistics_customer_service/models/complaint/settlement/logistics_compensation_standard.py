from decimal import Decimal

from odoo import api, fields, models

from ....tools.complaint import compensation
from .logistics_compensation_kinds import KINDS


class LogisticsCompensationStandard(models.Model):
    """What is paid for what, as published: by category and kind, with limits and source."""

    _name = "logistics.compensation.standard"
    _description = "Compensation Standard"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: every company."
    )
    category_id = fields.Many2one(
        "logistics.complaint.category",
        index=True,
        ondelete="restrict",
        check_company=True,
        help="Also for the categories below it; empty: for every category.",
    )
    kind = fields.Selection(KINDS, help="Empty: for every kind of compensation.")
    currency_id = fields.Many2one(
        "res.currency", help="Of the amounts below; empty: the company's."
    )
    method = fields.Selection(
        [
            (compensation.SHARE_OF_VALUE, "Share of the value"),
            (compensation.MULTIPLE_OF_FREIGHT, "Multiple of the freight"),
            (compensation.PER_KILOGRAM, "Per kilogram"),
            (compensation.FIXED, "Fixed amount"),
        ],
        required=True,
        default=compensation.SHARE_OF_VALUE,
    )
    share = fields.Float(string="Share", default=1.0, help="Of the value of the goods concerned.")
    multiple = fields.Float(default=1.0, help="How often the freight is paid.")
    units_per_kg = fields.Float(string="Units per Kilogram", digits=(12, 4))
    unit_name = fields.Char(
        string="Unit",
        help="Such as SDR, the special drawing right of the International Monetary Fund.",
    )
    unit_value = fields.Float(
        string="Value of a Unit",
        digits=(12, 6),
        default=1.0,
        help="What one unit is worth in the standard's currency. The rate of the special drawing "
        "right is published by the International Monetary Fund every working day: keep it up to "
        "date here.",
    )
    fixed_amount = fields.Monetary()
    minimum_amount = fields.Monetary(string="At Least", help="Zero: no minimum.")
    cap_amount = fields.Monetary(string="Cap", help="Zero: no such limit.")
    cap_freight = fields.Float(
        string="At Most (Times the Freight)", help="Zero: no such limit; 1: up to the freight."
    )
    cap_value = fields.Boolean(string="At Most the Value", default=True)
    source = fields.Char(
        string="Legal Basis", translate=True, help="The law, contract or charter it follows."
    )
    description = fields.Text(translate=True, help="In words, as published to customers.")

    _check_figures = models.Constraint(
        "CHECK (share >= 0 AND multiple >= 0 AND units_per_kg >= 0 AND unit_value > 0"
        " AND fixed_amount >= 0 AND minimum_amount >= 0 AND cap_amount >= 0"
        " AND cap_freight >= 0)",
        "The figures of a standard cannot be negative, and a unit is worth something.",
    )

    @api.model
    def _get_for(self, case, kind):
        """Return the standard for a case and kind of compensation: the most specific one.

        The category nearest to the case's outweighs the kind, the kind outweighs the company.

        :param case: one ``logistics.complaint``
        :param kind: value of ``logistics.compensation.kind``
        """
        path = case.category_id.parent_path or ""
        above = [int(part) for part in path.split("/") if part]
        fitting = self.search(
            [
                ("company_id", "in", [case.company_id.id, False]),
                ("category_id", "in", [*above, False]),
                ("kind", "in", [kind, False]),
            ]
        )
        return fitting.sorted(
            lambda standard: (
                -above.index(standard.category_id.id) if standard.category_id else 1,
                not standard.kind,
                not standard.company_id,
                standard.sequence,
                standard.id,
            )
        )[:1]

    def _prepare_terms(self, convert):
        """Return the standard as :class:`tools.compensation.Standard`.

        :param convert: function that turns an amount of the standard into the wanted currency
        """
        self.ensure_one()

        def limit(amount):
            return _decimal(convert(amount)) if amount else None

        rate = {
            compensation.SHARE_OF_VALUE: self.share,
            compensation.MULTIPLE_OF_FREIGHT: self.multiple,
            compensation.PER_KILOGRAM: self.units_per_kg,
            compensation.FIXED: convert(self.fixed_amount),
        }[self.method]
        return compensation.Standard(
            self.method,
            _decimal(rate),
            unit_value=_decimal(convert(self.unit_value)),
            minimum=limit(self.minimum_amount),
            cap_amount=limit(self.cap_amount),
            cap_freight=_decimal(self.cap_freight) if self.cap_freight else None,
            cap_value=self.cap_value,
        )


def _decimal(number):
    """Return a float as the decimal it is written as: 8.33, not 8.3300000000000001."""
    return Decimal(repr(round(number, 6)))
