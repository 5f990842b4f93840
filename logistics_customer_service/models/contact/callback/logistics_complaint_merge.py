from odoo import api, models


class LogisticsComplaintMerge(models.Model):
    """Callbacks are owed about the case that is kept."""

    _inherit = "logistics.complaint.merge"

    @api.model
    def _get_movable(self, source, kept):
        return {
            **super()._get_movable(source, kept),
            "logistics.callback": source.callback_ids.ids,
        }

    def _move(self, origin, target):
        callbacks = self.env["logistics.callback"]
        moved = callbacks.browse(self.moved.get("logistics.callback", ())).exists()
        moved.filtered(lambda callback: callback.complaint_id == origin).complaint_id = target
        return super()._move(origin, target)
