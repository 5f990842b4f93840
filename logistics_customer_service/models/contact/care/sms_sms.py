from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    greeting_id = fields.Many2one(
        "logistics.greeting", string="Greeting", index="btree_not_null", ondelete="set null"
    )

    def _get_logistics_sendings(self):
        # whoever sends an SMS writes no greetings
        return [*super()._get_logistics_sendings(), self.sudo().greeting_id]
