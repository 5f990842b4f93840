from odoo import fields, models


class LogisticsSettingsMixin(models.AbstractModel):
    """What a company decides about its customer service: the one list of fields of both settings
    screens, the administrator's and the service manager's. Rooms add theirs.
    """

    _name = "logistics.settings.mixin"
    _description = "Settings of Customer Service"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    logistics_clock_tolerance = fields.Integer(
        related="company_id.logistics_clock_tolerance", readonly=False
    )
    logistics_retention_years = fields.Integer(
        related="company_id.logistics_retention_years", readonly=False
    )
    logistics_files_a_day = fields.Integer(
        related="company_id.logistics_files_a_day", readonly=False
    )
