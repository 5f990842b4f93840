from odoo import fields, models


class LogisticsSettingsMixin(models.AbstractModel):
    _inherit = "logistics.settings.mixin"

    logistics_repeat_days = fields.Integer(
        related="company_id.logistics_repeat_days", readonly=False
    )
    logistics_duplicate_days = fields.Integer(
        related="company_id.logistics_duplicate_days", readonly=False
    )
    logistics_reopen_days = fields.Integer(
        related="company_id.logistics_reopen_days", readonly=False
    )
    logistics_manager_id = fields.Many2one(
        related="company_id.logistics_manager_id", readonly=False
    )
    logistics_general_manager_id = fields.Many2one(
        related="company_id.logistics_general_manager_id", readonly=False
    )
    logistics_remark_case = fields.Boolean(related="company_id.logistics_remark_case", readonly=False)
    logistics_close_category = fields.Boolean(
        related="company_id.logistics_close_category", readonly=False
    )
    logistics_answer_to_close = fields.Boolean(
        related="company_id.logistics_answer_to_close", readonly=False
    )
    logistics_close_cause = fields.Boolean(
        related="company_id.logistics_close_cause", readonly=False
    )
    logistics_close_party = fields.Boolean(
        related="company_id.logistics_close_party", readonly=False
    )
    logistics_close_resolution = fields.Boolean(
        related="company_id.logistics_close_resolution", readonly=False
    )
    logistics_close_told = fields.Boolean(
        related="company_id.logistics_close_told", readonly=False
    )
    logistics_answer_days = fields.Integer(
        related="company_id.logistics_answer_days", readonly=False
    )
    logistics_investigation_days = fields.Integer(
        related="company_id.logistics_investigation_days", readonly=False
    )
    logistics_callback_days = fields.Integer(
        related="company_id.logistics_callback_days", readonly=False
    )
    logistics_callback_severity = fields.Selection(
        related="company_id.logistics_callback_severity", readonly=False
    )
    logistics_freight_categ_ids = fields.Many2many(
        related="company_id.logistics_freight_categ_ids", readonly=False
    )
    logistics_objection_text = fields.Html(
        related="company_id.logistics_objection_text", readonly=False
    )
    logistics_external_body = fields.Char(
        related="company_id.logistics_external_body", readonly=False
    )
    logistics_external_how = fields.Text(
        related="company_id.logistics_external_how", readonly=False
    )
    logistics_external_days = fields.Integer(
        related="company_id.logistics_external_days", readonly=False
    )
    logistics_reply_email = fields.Char(related="company_id.logistics_reply_email")
