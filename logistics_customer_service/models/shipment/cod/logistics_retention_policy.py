from odoo import api, models
from odoo.tools import SQL


class LogisticsRetentionPolicy(models.Model):
    """Proofs are kept as long as money for the delivery is outstanding."""

    _inherit = "logistics.retention.policy"

    @api.model
    def _get_holds(self, kind, alias):
        holds = super()._get_holds(kind, alias)
        if delivery := kind.links.get("stock.picking"):
            owed = SQL("SELECT picking_id FROM logistics_cod WHERE state IN ('to_collect', 'collected')")
            holds.append(SQL("COALESCE(%s IN (%s), FALSE)", SQL.identifier(alias, delivery), owed))
        return holds
