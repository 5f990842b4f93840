from odoo import fields, models
from odoo.exceptions import AccessError


class LogisticsCorrectedTimeMixin(models.AbstractModel):
    """Something that happened, whose time is told once and then corrected by a supervisor alone."""

    _name = "logistics.corrected.time.mixin"
    _inherit = "logistics.past.mixin"
    _description = "Time That Is Corrected"

    # the name of the field
    _corrected_time = "happened_at"

    time_correction_ids = fields.One2many(
        "logistics.time.correction",
        "res_id",
        string="Corrections of the Time",
        domain=lambda self: [("res_model", "=", self._name)],
        groups="logistics_customer_service.group_agent",
    )

    def _check_time_untouched(self, vals):
        """Refuse to write another time than the one on record, but by a correction."""
        if self.env.su or self._corrected_time not in vals:
            return
        told_at = fields.Datetime.to_datetime(vals[self._corrected_time])
        if any(record[self._corrected_time] != told_at for record in self):
            raise AccessError(
                self.env._("When something happened is corrected by a supervisor, with a reason.")
            )

    def _take_corrected_time(self, instant):
        """Give a record the time that a supervisor says is right; override to let more follow."""
        self[self._corrected_time] = instant

    def action_correct_time(self):
        """Ask a supervisor for the right time, and how it is known."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_time_correction_action"
        )
        return {
            **action,
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
                "default_told_at": self[self._corrected_time],
            },
        }
