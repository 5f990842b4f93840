from odoo import api, models
from odoo.fields import Domain

from ...foundation.retention import Kind


class LogisticsRetentionPolicy(models.Model):
    """How long greetings are kept."""

    _inherit = "logistics.retention.policy"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "greeting_text": Kind(
                model="logistics.greeting",
                label=self.env._("Texts of Greetings"),
                covers=self.env._("Subject and text of greetings as they were sent."),
                dated=self.env._("When it was sent."),
                effect=self.env._(
                    "The text goes; that, when and by which way the customer was greeted stays."
                ),
                date="sent_at",
                texts=("subject", "body"),
            ),
            "greeting_unsent": Kind(
                model="logistics.greeting",
                label=self.env._("Greetings Not Sent"),
                covers=self.env._("Greetings that something stood against."),
                dated=self.env._("The day it was planned for."),
                effect=self.env._("The row goes."),
                date="planned_at",
                rows=Domain("state", "=", "suppressed"),
                deletes=True,
            ),
        }
