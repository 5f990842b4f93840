from odoo import api, models
from odoo.fields import Domain

from ...foundation.retention import Kind, empty


class LogisticsRetentionPolicy(models.Model):
    """How long notes of calls are kept."""

    _inherit = "logistics.retention.policy"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "call_note": Kind(
                model="logistics.callback",
                label=self.env._("Notes of Calls"),
                covers=self.env._("What was noted of calls that have ended, attempts included."),
                dated=self.env._("When the callback ended."),
                effect=self.env._("The notes go; who called when, how long, and the outcome stay."),
                date="ended_at",
                texts=("note",),
                links={"stock.picking": "picking_id", "logistics.complaint": "complaint_id"},
                left=Domain("attempt_ids", "any", [("note", "!=", False)]),
                empty=_empty_attempts,
            ),
        }


def _empty_attempts(callbacks):
    empty(callbacks.attempt_ids, ("note",))
    callbacks.attempt_ids.invalidate_recordset()
