from odoo import fields, models


class LogisticsReturnReasonMixin(models.AbstractModel):
    """Goods that come back, whole returns and single lines, for a reason."""

    _name = "logistics.return.reason.mixin"
    _description = "Comes Back for a Reason"

    logistics_reason_id = fields.Many2one(
        "logistics.reason",
        string="Reason of Return",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('kind', 'in', ('damage', 'return_adjust'))]",
    )
