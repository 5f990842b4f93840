from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsCodRemittance(models.TransientModel):
    _name = "logistics.cod.remittance"
    _inherit = "logistics.past.mixin"
    _description = "Remittance Received"
    _past_fields = ("remitted_on",)

    cod_ids = fields.Many2many("logistics.cod", string="Deliveries", required=True)
    company_id = fields.Many2one("res.company", compute="_compute_whose")
    carrier_id = fields.Many2one("delivery.carrier", compute="_compute_whose")
    currency_id = fields.Many2one("res.currency", compute="_compute_whose")
    reference = fields.Char(required=True, help="As on the bank statement.")
    remitted_on = fields.Date(
        string="Received On",
        required=True,
        default=lambda self: self.env.company._get_logistics_today(),
    )
    line_ids = fields.One2many(
        "logistics.cod.remittance.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    expected_total = fields.Monetary(string="To Remit", compute="_compute_totals")
    total = fields.Monetary(string="Received in All", compute="_compute_totals")
    difference = fields.Monetary(compute="_compute_totals")

    @api.depends("cod_ids")
    def _compute_whose(self):
        for wizard in self:
            wizard.company_id = wizard.cod_ids.company_id[:1]
            wizard.carrier_id = wizard.cod_ids.carrier_id[:1]
            wizard.currency_id = wizard.cod_ids.currency_id[:1]

    @api.depends("cod_ids")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create({"cod_id": cod.id, "amount": cod.expected_amount})
                    for cod in wizard.cod_ids
                ),
            ]

    @api.depends("line_ids.amount", "line_ids.cod_id")
    def _compute_totals(self):
        for wizard in self:
            wizard.expected_total = sum(wizard.line_ids.mapped("expected_amount"))
            wizard.total = sum(wizard.line_ids.mapped("amount"))
            wizard.difference = wizard.total - wizard.expected_total

    def action_remit(self):
        """Book the money of all lines under one reference."""
        self.ensure_one()
        cods = self.line_ids.cod_id
        if not cods:
            raise UserError(self.env._("Choose deliveries whose money has been collected."))
        cods.action_remittance()  # one carrier, company and currency
        cods._remit(
            {line.cod_id.id: line.amount for line in self.line_ids},
            self.reference.strip(),
            self.remitted_on,
            {line.cod_id.id: line.note for line in self.line_ids},
        )
        return {"type": "ir.actions.act_window_close"}


class LogisticsCodRemittanceLine(models.TransientModel):
    _name = "logistics.cod.remittance.line"
    _description = "Delivery of a Remittance"

    wizard_id = fields.Many2one(
        "logistics.cod.remittance", required=True, index=True, ondelete="cascade"
    )
    cod_id = fields.Many2one(
        "logistics.cod", string="Delivery", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="cod_id.partner_id", related_sudo=False)
    due_date = fields.Date(related="cod_id.due_date", related_sudo=False)
    currency_id = fields.Many2one(related="cod_id.currency_id", related_sudo=False)
    expected_amount = fields.Monetary(related="cod_id.expected_amount", related_sudo=False)
    amount = fields.Monetary(string="Amount Received", required=True)
    difference = fields.Monetary(compute="_compute_difference")
    note = fields.Char(string="Remark")

    @api.depends("amount", "expected_amount")
    def _compute_difference(self):
        for line in self:
            line.difference = line.amount - line.expected_amount
