from odoo import api, fields, models

from ...tools.shipment import notices


class LogisticsSettingsMixin(models.AbstractModel):
    _inherit = "logistics.settings.mixin"

    logistics_lead_window_days = fields.Integer(
        related="company_id.logistics_lead_window_days", readonly=False
    )
    logistics_lead_minimum = fields.Integer(
        related="company_id.logistics_lead_minimum", readonly=False
    )
    logistics_silence_hours = fields.Integer(
        related="company_id.logistics_silence_hours", readonly=False
    )
    logistics_early_scan_days = fields.Integer(
        related="company_id.logistics_early_scan_days", readonly=False
    )
    logistics_number_days = fields.Integer(
        related="company_id.logistics_number_days", readonly=False
    )
    logistics_freeze_days = fields.Integer(
        related="company_id.logistics_freeze_days", readonly=False
    )
    logistics_notify = fields.Boolean(related="company_id.logistics_notify", readonly=False)
    logistics_notice_hours = fields.Integer(
        related="company_id.logistics_notice_hours", readonly=False
    )
    logistics_replaces_core = fields.Boolean(compute="_compute_logistics_replaces_core")
    logistics_tracking_days = fields.Integer(related="company_id.logistics_tracking_days", readonly=False)

    @api.depends("company_id", "logistics_notify")
    def _compute_logistics_replaces_core(self):
        """Whether our notice of goods out takes the place of core's messages on validation."""
        rules = self.env["logistics.notice.rule"]
        for settings in self:
            covered = rules._get_covered_occasions(settings.company_id.id)
            settings.logistics_replaces_core = (
                settings.logistics_notify and notices.GOODS_OUT in covered
            )
