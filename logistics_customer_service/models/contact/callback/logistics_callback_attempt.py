from odoo import fields, models


class LogisticsCallbackAttempt(models.Model):
    """One call: when, how long, by whom, and what came of it."""

    _name = "logistics.callback.attempt"
    _description = "Callback Attempt"
    _order = "called_at desc, id desc"
    _rec_name = "callback_id"

    callback_id = fields.Many2one(
        "logistics.callback", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="callback_id.company_id", store=True, index=True)
    customer_id = fields.Many2one(related="callback_id.customer_id", store=True, index=True)
    user_id = fields.Many2one("res.users", string="Agent", readonly=True, ondelete="restrict")
    called_at = fields.Datetime(string="Called", required=True, readonly=True)
    duration = fields.Float(string="Minutes", readonly=True, aggregator="avg")
    result = fields.Selection(
        selection=lambda self: self.env["logistics.callback"]._get_results(),
        required=True,
        readonly=True,
    )
    note = fields.Text(readonly=True)

    # who was spoken to lately: a narrow range, however long the history
    _spoken_idx = models.Index("(company_id, called_at, customer_id) WHERE result = 'done'")
