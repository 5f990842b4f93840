from odoo import fields, models


class LogisticsComplaintIntake(models.TransientModel):
    """A case may be registered on a call that we make."""

    _inherit = "logistics.complaint.intake"

    source_callback_id = fields.Many2one(
        "logistics.callback", string="On the Call", ondelete="set null"
    )

    def _prepare_case(self):
        return {**super()._prepare_case(), "source_callback_id": self.source_callback_id.id}

    def _add_to_case(self):
        """What is added to a case that is there follows from the call as well."""
        case = super()._add_to_case()
        call = self.source_callback_id
        if call:
            call._note_case()
            call.complaint_id = call.complaint_id or case
        return case
