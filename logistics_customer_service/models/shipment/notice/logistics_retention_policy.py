from odoo import api, models
from odoo.fields import Domain

from ...foundation.retention import Kind


class LogisticsRetentionPolicy(models.Model):
    """How long notices to customers are kept."""

    _inherit = "logistics.retention.policy"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "notice_text": Kind(
                model="logistics.notice",
                label=self.env._("Texts of Notices"),
                covers=self.env._("Subject and text of notices as they were sent."),
                dated=self.env._("When it was sent."),
                effect=self.env._("The text goes; that, when and by which way the customer was told stays."),
                date="sent_at",
                texts=("subject", "body"),
                links={"stock.picking": "picking_id", "sale.order": "order_id"},
            ),
            "notice_unsent": Kind(
                model="logistics.notice",
                label=self.env._("Notices Not Sent"),
                covers=self.env._("Notices that something stood against."),
                dated=self.env._("When it was planned."),
                effect=self.env._("The row goes."),
                date="create_date",
                rows=Domain("state", "=", "suppressed"),
                deletes=True,
            ),
        }
