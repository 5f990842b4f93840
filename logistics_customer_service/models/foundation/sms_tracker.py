from datetime import timedelta

from odoo import api, fields, models

from .logistics_sending_result import BOUNCED


class SmsTracker(models.Model):
    """What a gateway reports later, that a message did not arrive, finds what it was written for."""

    _inherit = "sms.tracker"

    logistics_model = fields.Char(readonly=True)
    logistics_res_id = fields.Integer(readonly=True, aggregator=None)
    logistics_sms_id = fields.Integer(readonly=True, aggregator=None)

    def _action_update_from_provider_error(self, provider_error):
        result = super()._action_update_from_provider_error(provider_error)
        _status, failure_type, failure_reason = result
        messages = self.env["sms.sms"]
        labels = dict(messages._fields["failure_type"]._description_selection(self.env))
        rows = [
            {
                "model": tracker.logistics_model,
                "res_id": tracker.logistics_res_id,
                "channel": "sms",
                "item_id": tracker.logistics_sms_id,
                "outcome": BOUNCED,
                "failure_type": failure_type,
                "failure_text": failure_reason or labels.get(failure_type),
            }
            for tracker in self
            if tracker.logistics_res_id
        ]
        # while it is sent the message itself says so
        if rows and not self.env.context.get("sms_skip_msg_notification"):
            # the gateway reports on behalf of nobody
            self.env["logistics.sending.result"].sudo()._append(rows)
        return result

    @api.autovacuum
    def _gc_logistics(self):
        """Drop what no report is to be expected for any more."""
        limit = fields.Datetime.now() - timedelta(days=self.env["mail.mail"]._get_bounce_days())
        domain = [("logistics_model", "!=", False), ("create_date", "<", limit)]
        self.search(domain, limit=10000).unlink()
