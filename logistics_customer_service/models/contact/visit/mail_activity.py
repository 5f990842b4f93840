from odoo import models

from ....tools.foundation.said import SAID


class MailActivity(models.Model):
    """What was agreed on a visit is done when its activity is, and the other way round."""

    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        # activities may be marked done by whoever they are assigned to
        actions = self.env["logistics.visit.action"].sudo().search(
            [("activity_id", "in", self.ids), ("state", "=", "open")]
        )
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        actions.with_context(logistics_activity_done=SAID).action_done()
        return result
