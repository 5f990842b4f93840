from odoo import models


class LogisticsContactTurn(models.Model):
    """One row per person and company, changed by every contact that the budget lets pass.

    Two jobs at once would each find room without the other's contact.
    """

    _name = "logistics.contact.turn"
    _inherit = "logistics.turn.mixin"
    _description = "Turn of Contacts"
    _log_access = False

    _person_unique = models.UniqueIndex(
        "(partner_id, company_id)", "A person has one turn in a company."
    )
