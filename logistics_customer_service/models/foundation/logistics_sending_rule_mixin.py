from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.foundation import channels


class LogisticsSendingRuleMixin(models.AbstractModel):
    """A rule by which customers get mails or SMS: the channels in their order, and the texts."""

    _name = "logistics.sending.rule.mixin"
    _description = "Rule of What Is Sent"

    channel_order = fields.Selection(
        [
            ("mail_sms", "Mail, else SMS"),
            ("sms_mail", "SMS, else mail"),
            ("mail", "Mail only"),
            ("sms", "SMS only"),
        ],
        string="Channels",
        required=True,
        default="mail_sms",
        help="The second is used where the customer has no address for the first.",
    )
    by_preference = fields.Boolean(
        string="Customer's Channel First",
        default=True,
        help="A customer who prefers the other of two channels is told by that one.",
    )
    mail_template_id = fields.Many2one("mail.template", string="Mail", ondelete="set null")
    sms_template_id = fields.Many2one("sms.template", string="SMS", ondelete="set null")

    @api.constrains("channel_order", "mail_template_id", "sms_template_id")
    def _check_templates(self):
        """A template deleted later is no error here: it goes the other way or says why not."""
        for rule in self:
            ways = channels.ways(rule.channel_order)
            if not all(rule[f"{way}_template_id"] for way in ways):
                raise ValidationError(
                    self.env._("“%(rule)s” needs a text for each of its channels.", rule=rule.name)
                )

    def _get_ways(self, preference):
        """Return the channels to try that the rule has a text for, in order."""
        ways = channels.ways(self.channel_order, self.by_preference and preference)
        return [way for way in ways if self[f"{way}_template_id"]]
