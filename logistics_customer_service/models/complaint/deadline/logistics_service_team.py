from odoo import models


class LogisticsServiceTeam(models.Model):
    _inherit = "logistics.service.team"

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self.env["logistics.clock"]._read_anew([("complaint_id.team_id", "in", self.ids)])
        return result
