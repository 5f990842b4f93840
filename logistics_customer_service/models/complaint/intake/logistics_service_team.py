from odoo import fields, models


class LogisticsServiceTeam(models.Model):
    _inherit = "logistics.service.team"

    acknowledgement_template_id = fields.Many2one(
        "mail.template",
        string="Acknowledgement",
        domain=[("model", "=", "logistics.complaint")],
        default=lambda self: self.env.ref(
            "logistics_customer_service.mail_template_acknowledgement", raise_if_not_found=False
        ),
        help="Sent at once to whoever turns to us and can be reached by mail; empty: nothing is.",
    )
