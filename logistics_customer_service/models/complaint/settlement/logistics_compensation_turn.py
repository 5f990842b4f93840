from odoo import models


class LogisticsCompensationTurn(models.Model):
    """One row per customer and company, changed by every decision on a compensation.

    Two decisions at once would each see sums without the other.
    """

    _name = "logistics.compensation.turn"
    _inherit = "logistics.turn.mixin"
    _description = "Turn of Decisions"
    _log_access = False

    _customer_unique = models.UniqueIndex(
        "(partner_id, company_id)", "A customer has one turn in a company."
    )
