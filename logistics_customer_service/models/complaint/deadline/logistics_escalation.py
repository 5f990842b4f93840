from odoo import fields, models


class LogisticsEscalation(models.Model):
    """That a rule acted on a clock: the row is what makes it act once."""

    _name = "logistics.escalation"
    _description = "Escalation"
    _order = "happened_at desc, id desc"
    _rec_name = "rule_id"

    clock_id = fields.Many2one(
        "logistics.clock", required=True, readonly=True, ondelete="cascade"
    )
    complaint_id = fields.Many2one(
        related="clock_id.complaint_id", string="Case", store=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    rule_id = fields.Many2one(
        "logistics.escalation.rule", required=True, readonly=True, index=True, ondelete="cascade"
    )
    occurrence = fields.Integer(string="Occurrence", readonly=True)
    happened_at = fields.Datetime(
        string="Came Due", readonly=True, help="When it should have been, by the clock."
    )
    acted = fields.Boolean(
        readonly=True,
        help="Of several moments that passed unseen only the last is acted on.",
    )

    _once = models.UniqueIndex("(clock_id, rule_id, occurrence)")
