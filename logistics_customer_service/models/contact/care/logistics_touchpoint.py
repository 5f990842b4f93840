from odoo import api, models
from odoo.tools import SQL


class LogisticsTouchpoint(models.Model):
    """Greetings among all contacts."""

    _inherit = "logistics.touchpoint"

    _depends = {
        "logistics.greeting": [
            "partner_id",
            "company_id",
            "action",
            "state",
            "reason",
            "channel",
            "due_at",
            "sent_at",
        ],
    }

    @api.model
    def _get_reasons(self):
        reasons = dict(self._get_labels("logistics.greeting", "reason"))
        return list((reasons | dict(super()._get_reasons())).items())

    @api.model
    def _get_parts(self):
        return [*super()._get_parts(), *self._get_greeting_parts()]

    @api.model
    def _get_greeting_parts(self):
        """What an agent calls about, or sees to, is a call's part once it is handed over."""
        none = SQL("NULL::varchar")
        sent = SQL("CASE WHEN r.state = 'sent' THEN r.sent_at ELSE r.write_date END")
        out = SQL("r.state IN ('sent', 'queued') OR r.state = 'failed' AND r.due_at IS NOT NULL")
        why = SQL("CASE WHEN r.state = 'failed' THEN 'failed' ELSE r.reason END")
        held_back = SQL("r.state = 'suppressed' OR r.state = 'failed' AND r.due_at IS NULL")
        waiting = SQL("r.state = 'waiting' AND r.due_at IS NOT NULL")
        channel = SQL(
            """CASE WHEN r.action = 'call' THEN 'phone'
                    WHEN r.channel IN ('mail', 'sms') THEN r.channel END"""
        )
        columns = [
            ("made", sent, none, out),
            ("planned", SQL("r.due_at"), none, waiting),
            ("suppressed", SQL("r.write_date"), why, held_back),
        ]
        head = ("logistics.greeting", "greeting", "care", SQL("r.action <> 'send'"))
        return [self._get_sending_part(*head, *column, channel=channel) for column in columns]
