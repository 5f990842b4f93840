from odoo import fields, models

DOMAIN = "[('kind', 'in', ('damage', 'return_adjust')), ('company_id', 'in', (company_id, False))]"


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    to_customer = fields.Boolean(related="picking_id.reaches_customer")
    logistics_reason_id = fields.Many2one(
        "logistics.reason",
        string="Reason",
        ondelete="cascade",
        domain=DOMAIN,
        help="Why the goods come back; single lines may have a reason of their own.",
    )

    def _prepare_picking_default_values(self):
        """The return carries its reason."""
        vals = super()._prepare_picking_default_values()
        vals["logistics_reason_id"] = self.logistics_reason_id.id
        return vals


class StockReturnPickingLine(models.TransientModel):
    _inherit = "stock.return.picking.line"

    company_id = fields.Many2one(related="wizard_id.company_id")
    logistics_reason_id = fields.Many2one(
        "logistics.reason",
        string="Reason",
        ondelete="cascade",
        domain=DOMAIN,
        help="Empty: the reason of the whole return.",
    )

    def _prepare_move_default_values(self, new_picking):
        """The move back carries its own reason, where it has one."""
        vals = super()._prepare_move_default_values(new_picking)
        vals["logistics_reason_id"] = self.logistics_reason_id.id
        return vals
