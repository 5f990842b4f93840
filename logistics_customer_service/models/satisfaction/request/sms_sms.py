from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    survey_request_id = fields.Many2one(
        "logistics.survey.request",
        string="Survey Request",
        index="btree_not_null",
        ondelete="set null",
    )
