from odoo import fields, models
from odoo.tools import SQL


class LogisticsTurnMixin(models.AbstractModel):
    """One row per customer and company, changed by everybody who decides by what others decided.

    Two at once would each decide without the other. A lock alone would not help: whoever has waited
    for it still reads what stood there before. Both change this row instead: the second waits for
    the first and fails with a serialization error, which is answered by trying again with a fresh
    view. So it is changed whenever it is taken, and never only "if it differs".

    A model that uses this keeps no audit columns and has a unique index of the two.
    """

    _name = "logistics.turn.mixin"
    _description = "Turn of a Customer"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    number = fields.Integer(required=True, default=1)

    def _take(self, pairs):
        """Take the turn of customers until the end of the transaction, in the order of their ids.

        :param pairs: (id of the partner, id of the company), any number
        """
        if not pairs:
            return
        partner_ids, company_ids = map(list, zip(*sorted(set(pairs)), strict=True))
        self.env.cr.execute(
            SQL(
                """INSERT INTO %s AS turn (partner_id, company_id, number)
                   SELECT pair.partner_id, pair.company_id, 1
                     FROM UNNEST(%s, %s) AS pair (partner_id, company_id)
                    ORDER BY pair.partner_id, pair.company_id
                       ON CONFLICT (partner_id, company_id)
                       DO UPDATE SET number = turn.number + 1""",
                SQL.identifier(self._table),
                partner_ids,
                company_ids,
            )
        )
