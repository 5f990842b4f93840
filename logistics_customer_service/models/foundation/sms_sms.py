from collections import defaultdict

from odoo import api, models

from .logistics_sending_result import CANCELLED, FAILED, SENT

# an SMS in one of the first three states has reached the gateway
OUTCOMES = {
    "process": SENT,
    "pending": SENT,
    "sent": SENT,
    "error": FAILED,
    "canceled": CANCELLED,
}


class LinkedApi:
    """A gateway that is handed the texts as they go out, and to which they are known by nobody else."""

    def __init__(self, api, messages):
        self._api = api
        self._messages = {sms.uuid: sms for sms in messages}

    def __getattr__(self, name):
        return getattr(self._api, name)

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        texts = defaultdict(list)
        for message in messages:
            for number in message["numbers"]:
                # two of the same words may not bear the same links
                [text] = self._messages[number["uuid"]]._show_links(message["content"])
                texts[text].append(number)
        batch = [{"content": content, "numbers": numbers} for content, numbers in texts.items()]
        return self._api._send_sms_batch(batch, delivery_reports_url=delivery_reports_url)


class SmsSms(models.Model):
    _name = "sms.sms"
    _inherit = ["sms.sms", "logistics.link.text.mixin"]

    _link_texts = ("body",)

    def _get_logistics_sendings(self):
        """Return what these messages were written for, a recordset for each model."""
        mixin = self.pool["logistics.sending.mixin"]
        # whoever sends an SMS need not write what it was written for
        messages = self.sudo()
        return [
            messages[name]
            for name, field in self._fields.items()
            if field.type == "many2one" and issubclass(self.pool[field.comodel_name], mixin)
        ]

    def write(self, vals):
        result = super().write(vals)
        if outcome := OUTCOMES.get(vals.get("state")):
            self._append_results(outcome, vals.get("failure_type"))
        return result

    def _follow_reports(self):
        """Have the gateway's reports find what these messages were written for."""
        # trackers are core's own, and outlive the messages
        self.env["sms.tracker"].sudo().create(
            [
                {
                    "sms_uuid": sms.uuid,
                    "logistics_model": sendings._name,
                    "logistics_res_id": sendings.id,
                    "logistics_sms_id": sms.id,
                }
                for sms in self
                for sendings in filter(None, sms._get_logistics_sendings())
            ]
        )

    def _append_results(self, outcome, failure_type=None):
        """Append what became of those of these messages that are followed, and no more.

        The gateway may have taken them: whatever raised or waited here would send them once more.
        """
        labels = dict(self._fields["failure_type"]._description_selection(self.env))
        text = {FAILED: labels.get(failure_type, failure_type)}.get(outcome)
        rows = [
            {
                "model": sendings._name,
                "res_id": sendings.id,
                "channel": "sms",
                "item_id": sms.id,
                "outcome": outcome,
                "failure_type": outcome == FAILED and failure_type,
                "failure_text": text,
            }
            for sms in self
            for sendings in filter(None, sms._get_logistics_sendings())
        ]
        if rows:
            # whoever sends an SMS need not write what it was written for
            self.env["logistics.sending.result"].sudo()._append(rows)

    @api.model
    def _process_queue(self):
        """In a copy what is ours stays in the queue, and nobody waits behind it."""
        if self.env["logistics.database"]._is_original():
            return super()._process_queue()
        waiting = self.search([("state", "=", "outgoing"), ("to_delete", "!=", True)], order="id")
        waiting._leave_ours()[: self._get_send_batch_size()].send()
        return None

    def _leave_ours(self):
        """Return what of these messages may leave this database: of a copy nothing of ours."""
        if self.env["logistics.database"]._is_original():
            return self
        ours = self.env["logistics.database"]._get_own_models()
        return self.filtered(
            lambda sms: sms.mail_message_id.model not in ours and not any(sms._get_logistics_sendings())
        )

    def _get_sms_company(self):
        """A message to a customer is sent by the gateway of its company."""
        # the queue is everybody's, what a message was written for its company's
        for sendings in filter(None, self._get_logistics_sendings()):
            return sendings.company_id
        return super()._get_sms_company()

    def _send_with_api(self, sms_api, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """As inherited; what goes out bears the links."""
        return super()._send_with_api(
            LinkedApi(sms_api, self),
            unlink_failed=unlink_failed,
            unlink_sent=unlink_sent,
            raise_exception=raise_exception,
        )

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Core takes a batch for one company's; a queue holds those of several."""
        wanted = self._leave_ours()
        if self.env.context.get("sms_api"):
            return wanted and super(SmsSms, wanted)._send(unlink_failed, unlink_sent, raise_exception)
        for batch in wanted.grouped(lambda sms: sms._get_sms_company()).values():
            super(SmsSms, batch)._send(unlink_failed, unlink_sent, raise_exception)
        return None
