from odoo import fields, models


class LogisticsResultLetterTold(models.TransientModel):
    """When and by which way a customer was told a result, where it was not by mail."""

    _name = "logistics.result.letter.told"
    _inherit = "logistics.past.mixin"
    _description = "Result Told Otherwise"
    _past_fields = ("told_at",)

    letter_id = fields.Many2one("logistics.result.letter", required=True, ondelete="cascade")
    way = fields.Selection(
        [
            ("phone", "Phone"),
            ("letter", "Letter"),
            ("person", "In person"),
            ("other", "Otherwise"),
        ],
        string="Told Through",
        required=True,
    )
    told_at = fields.Datetime(string="Told", required=True, default=fields.Datetime.now)

    def action_note(self):
        """Note it on the letter."""
        self.letter_id.action_mark_told(self.way, self.told_at)
        return {"type": "ir.actions.act_window_close"}
