from odoo import fields, models


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
