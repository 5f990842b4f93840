from odoo import models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _inaccessible_comodel_records(self, model_and_ids, operation):
        """A customer reads the case, but not its evidence: its page hands out what was sent."""
        yield from super()._inaccessible_comodel_records(model_and_ids, operation)
        if not self.env.su and not self.env.user._is_internal():
            for case_id in filter(None, model_and_ids.get("logistics.complaint", ())):
                yield "logistics.complaint", case_id
