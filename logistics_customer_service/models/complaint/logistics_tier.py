from odoo import models


class LogisticsTier(models.Model):
    """The matrix of priorities is kept by the codes of tiers."""

    _name = "logistics.tier"
    _inherit = ["logistics.tier", "logistics.cached.mixin"]

    _cached_fields = {"code"}
