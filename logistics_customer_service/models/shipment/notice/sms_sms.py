from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    logistics_notice_id = fields.Many2one(
        "logistics.notice", string="Notice", index="btree_not_null", ondelete="set null"
    )

    def _get_logistics_sendings(self):
        # whoever sends an SMS writes no notices
        return [*super()._get_logistics_sendings(), self.sudo().logistics_notice_id]
