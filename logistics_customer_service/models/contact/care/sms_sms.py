from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    greeting_id = fields.Many2one(
        "logistics.greeting", string="Greeting", index="btree_not_null", ondelete="set null"
    )
