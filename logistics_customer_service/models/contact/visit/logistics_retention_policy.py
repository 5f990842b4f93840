from odoo import api, models
from odoo.fields import Domain

from ...foundation.retention import Kind
from .logistics_visit import CANCELLED, DONE


class LogisticsRetentionPolicy(models.Model):
    """How long what was noted on visits is kept."""

    _inherit = "logistics.retention.policy"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "visit_note": Kind(
                model="logistics.visit",
                label=self.env._("Notes of Visits"),
                covers=self.env._("Note, photos, signature and who was spoken to on visits that are over."),
                dated=self.env._("When the visit was planned for."),
                effect=self.env._("They go; times, findings and what was agreed stay."),
                date="planned_at",
                rows=Domain("state", "in", (DONE, CANCELLED)),
                texts=("note", "contact_name", "signed_by"),
                files=("signature",),
                links={"logistics.complaint": "complaint_id"},
                left=Domain("photo_ids", "!=", False),
                empty=lambda visits: visits.photo_ids.unlink(),
            ),
        }
