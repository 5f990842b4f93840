from odoo import fields, models

SENT = {"process", "pending", "sent"}


class SmsSms(models.Model):
    _inherit = "sms.sms"

    logistics_notice_id = fields.Many2one(
        "logistics.notice", string="Notice", index="btree_not_null", ondelete="set null"
    )

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._tell_notices(vals["state"], vals.get("failure_type"))
        return result

    def _tell_notices(self, state, failure_type):
        # whoever sends an SMS writes no notices
        notices = self.sudo().logistics_notice_id
        if not notices:
            return
        if state in SENT:
            notices._succeed()
        elif state == "error":
            labels = dict(self._fields["failure_type"]._description_selection(self.env))
            notices._fail(labels.get(failure_type, failure_type), failure_type)
        elif state == "canceled":
            notices._fail(self.env._("The SMS was cancelled."))

    def _get_sms_company(self):
        """A notice is sent by the gateway of its company."""
        # the queue is everybody's, the notice its company's
        return self.sudo().logistics_notice_id.company_id or super()._get_sms_company()

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Core takes a batch for one company's; a queue holds those of several."""
        if self.env.context.get("sms_api"):
            return super()._send(unlink_failed, unlink_sent, raise_exception)
        for batch in self.grouped(lambda sms: sms._get_sms_company()).values():
            super(SmsSms, batch)._send(unlink_failed, unlink_sent, raise_exception)
        return None
