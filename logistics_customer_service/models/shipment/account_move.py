from odoo import fields, models

from ...tools.shipment.moments import PAID


class AccountMove(models.Model):
    _inherit = "account.move"

    logistics_reason_id = fields.Many2one(
        "logistics.reason",
        string="Error of the Invoice",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('kind', '=', 'invoice_error')]",
        help="What was wrong with the invoice; on a credit note, with the invoice it corrects.",
    )

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self.invoice_line_ids.sale_line_ids.order_id._react({PAID})
        return result
