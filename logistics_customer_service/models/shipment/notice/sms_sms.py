from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    logistics_notice_id = fields.Many2one(
        "logistics.notice", string="Notice", index="btree_not_null", ondelete="set null"
    )
