from odoo import fields, models
from odoo.tools import SQL


class LogisticsCompensationTurn(models.Model):
    """One row per customer and company, changed by every decision on a compensation.

    Two decisions at once would each see sums without the other. Both change this row: the second
    fails with a serialization error, which Odoo answers by trying again with a fresh view.
    """

    _name = "logistics.compensation.turn"
    _description = "Turn of Decisions"
    _log_access = False

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    number = fields.Integer(required=True, default=1)

    _customer_unique = models.UniqueIndex(
        "(partner_id, company_id)", "A customer has one turn in a company."
    )

    def _take(self, pairs):
        """Take the turn of customers until the end of the transaction.

        :param pairs: (id of the customer as a legal entity, id of the company), any number
        """
        for partner_id, company_id in sorted(set(pairs)):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO logistics_compensation_turn AS turn
                              (partner_id, company_id, number)
                       VALUES (%s, %s, 1)
                       ON CONFLICT (partner_id, company_id)
                       DO UPDATE SET number = turn.number + 1""",
                    partner_id,
                    company_id,
                )
            )
