from odoo import fields, models

KINDS = [
    ("paused", "Paused"),
    ("resumed", "Resumed"),
    ("stopped", "Stopped"),
    ("missed", "Missed"),
    ("reopened", "Taken up again"),
    ("cancelled", "Cancelled"),
]


class LogisticsClockEvent(models.Model):
    """The ledger of a clock, which begins with the clock's own start; nothing in it is changed.

    What a message stopped that did not arrive is void, and stays to be seen.
    """

    _name = "logistics.clock.event"
    _description = "Clock Event"
    _order = "happened_at, id"
    _rec_name = "kind"

    clock_id = fields.Many2one(
        "logistics.clock", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    happened_at = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", readonly=True, ondelete="set null", default=lambda self: self.env.uid
    )
    reason = fields.Char(readonly=True)
    # a stop counts as long as the message may have reached the customer
    message_id = fields.Many2one(
        "mail.message",
        string="By Message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    voided_at = fields.Datetime(
        string="Void Since",
        readonly=True,
        help="The message did not arrive: the clock runs on as if it had not been written.",
    )
    void_reason = fields.Char(string="Why Void", readonly=True)
