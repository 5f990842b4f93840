from odoo import fields, models
from odoo.tools import SQL


class LogisticsContactTurn(models.Model):
    """One row per person and company, changed by every contact that the budget lets pass.

    Two jobs at once would each find room without the other's contact. A lock alone would not help:
    whoever has waited for it still reads what stood there before. Both change this row instead: the
    second waits for the first and fails with a serialization error, which is answered by trying
    again with a fresh view.
    """

    _name = "logistics.contact.turn"
    _description = "Turn of Contacts"
    _log_access = False

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    number = fields.Integer(required=True, default=1)

    _person_unique = models.UniqueIndex(
        "(partner_id, company_id)", "A person has one turn in a company."
    )

    def _take(self, pairs):
        """Take the turn of people until the end of the transaction, in the order of their ids.

        :param pairs: (id of the person, id of the company), any number
        """
        if not pairs:
            return
        partner_ids, company_ids = map(list, zip(*sorted(set(pairs)), strict=True))
        self.env.cr.execute(
            SQL(
                """INSERT INTO logistics_contact_turn AS turn (partner_id, company_id, number)
                   SELECT pair.partner_id, pair.company_id, 1
                     FROM unnest(%s, %s) AS pair (partner_id, company_id)
                    ORDER BY pair.partner_id, pair.company_id
                       ON CONFLICT (partner_id, company_id)
                       DO UPDATE SET number = turn.number + 1""",
                partner_ids,
                company_ids,
            )
        )
