from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_manager_id = fields.Many2one(
        "res.users",
        string="Service Manager",
        domain=[("share", "=", False)],
        groups="base.group_user",
        help="Hears of deadlines that escalation rules bring to the manager.",
    )
    logistics_general_manager_id = fields.Many2one(
        "res.users",
        string="General Manager",
        domain=[("share", "=", False)],
        groups="base.group_user",
        help="Hears of deadlines that escalation rules bring to the top.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self.env["logistics.clock"]._read_anew([("company_id", "in", self.ids)])
        return result
