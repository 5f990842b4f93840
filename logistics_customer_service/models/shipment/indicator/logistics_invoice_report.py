from odoo import fields, models
from odoo.tools import SQL

from ..outcome.faults import get_wrong_step


class LogisticsInvoiceReport(models.Model):
    """Posted invoices to customers, and those of them that were wrong (formula 8)."""

    _name = "logistics.invoice.report"
    _inherit = ["logistics.customer.report.mixin"]
    _description = "Invoice Report"
    _auto = False
    _order = "invoice_date desc, id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    invoice_date = fields.Date(readonly=True)
    amount = fields.Monetary(
        string="Untaxed Amount", readonly=True, aggregator="sum", help="In company currency."
    )
    reason_id = fields.Many2one("logistics.reason", string="Error", readonly=True)
    side = fields.Selection(related="reason_id.side")
    credit_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        readonly=True,
        help="The credit note that says what was wrong; empty where the invoice itself does.",
    )
    is_wrong = fields.Boolean(string="Wrong", readonly=True)
    invoice_count = fields.Integer(string="Invoices", readonly=True)
    wrong_count = fields.Integer(string="Wrong Invoices", readonly=True)
    error_rate = fields.Float(
        string="Invoice Error Rate",
        readonly=True,
        aggregator="sum",
        help="Wrong invoices ÷ invoices (formula 8).",
    )

    def _get_ratios(self):
        return {"error_rate": ("wrong_count", "invoice_count")}

    # === BUSINESS METHODS ===#

    def _get_steps(self):
        return [get_wrong_step()]

    def _get_columns(self):
        return {
            **super()._get_columns(),
            "id": SQL("invoice.id"),
            "move_id": SQL("invoice.id"),
            "company_id": SQL("invoice.company_id"),
            "partner_id": SQL("invoice.commercial_partner_id"),
            "user_id": SQL("invoice.invoice_user_id"),
            "journal_id": SQL("invoice.journal_id"),
            "invoice_date": SQL("invoice.invoice_date"),
            "amount": SQL("invoice.amount_untaxed_signed"),
            "reason_id": SQL("wrong.reason_id"),
            "credit_id": SQL("wrong.credit_id"),
            "is_wrong": SQL("wrong.invoice_id IS NOT NULL"),
            "invoice_count": SQL("1"),
            "wrong_count": SQL("CASE WHEN wrong.invoice_id IS NULL THEN 0 ELSE 1 END"),
        }

    def _get_source(self):
        return SQL(
            """(SELECT * FROM account_move
                 WHERE move_type = 'out_invoice' AND state = 'posted') invoice
          LEFT JOIN wrong ON wrong.invoice_id = invoice.id
          LEFT JOIN res_partner customer ON customer.id = invoice.commercial_partner_id
          LEFT JOIN logistics_profile profile
                 ON profile.partner_id = invoice.commercial_partner_id
                AND profile.company_id = invoice.company_id"""
        )

    # === ACTION METHODS ===#

    def action_open(self):
        """Open the invoice of the row."""
        self.ensure_one()
        return self._open(self.move_id)
