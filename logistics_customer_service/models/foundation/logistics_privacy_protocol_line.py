from odoo import api, fields, models


class LogisticsPrivacyProtocolLine(models.Model):
    """What was done to the rows of a model."""

    _name = "logistics.privacy.protocol.line"
    _description = "Line of a Privacy Protocol"
    _order = "protocol_id, action, model"

    protocol_id = fields.Many2one(
        "logistics.privacy.protocol", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="protocol_id.company_id", store=True, index=True)
    model = fields.Char(string="Model or Table", required=True, readonly=True)
    name = fields.Char(string="What", compute="_compute_name")
    action = fields.Selection(
        [
            ("erased", "Erased"),
            ("deleted", "Deleted"),
            ("masked", "Masked"),
            ("handed", "Handed Over"),
            ("kept", "Kept by Law"),
            ("left", "Could Not Be Masked"),
        ],
        required=True,
        readonly=True,
    )
    rows = fields.Integer(required=True, readonly=True)
    kept_until = fields.Date(readonly=True)

    @api.depends("model")
    @api.depends_context("lang")
    def _compute_name(self):
        # what a model is called is no secret
        known = self.env["ir.model"].sudo()
        tables = {model._table: name for name, model in self.pool.items() if model._auto}
        for line in self:
            line.name = known._get(tables.get(line.model, line.model)).name or line.model
