from odoo import api, models
from odoo.fields import Domain

from ...foundation.retention import Kind


class LogisticsRetentionPolicy(models.Model):
    """How long requests that were not sent are kept."""

    _inherit = "logistics.retention.policy"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "request_unsent": Kind(
                model="logistics.survey.request",
                label=self.env._("Survey Requests Not Sent"),
                covers=self.env._("Requests that something stood against."),
                dated=self.env._("When it was planned."),
                effect=self.env._("The row goes."),
                date="create_date",
                rows=Domain("state", "=", "suppressed"),
                deletes=True,
            ),
        }
