from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    survey_request_id = fields.Many2one(
        "logistics.survey.request",
        string="Survey Request",
        index="btree_not_null",
        ondelete="set null",
    )

    def _get_logistics_sendings(self):
        # whoever sends an SMS writes no requests
        return [*super()._get_logistics_sendings(), self.sudo().survey_request_id]
