from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

WAITING = "logistics.mark"


class LogisticsMark(models.Model):
    """Something changed that a job is to look at.

    Whoever changes it only appends a row, in the transaction that changes it: it refers to nothing
    by key, so that no row of anybody else's is locked or written. A job takes marks away in the
    transaction in which it does what follows: killed, it leaves them.
    """

    _name = "logistics.mark"
    _description = "Mark of a Change"
    _order = "id"
    _log_access = False

    purpose = fields.Char(required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Integer(string="Record", required=True, readonly=True, aggregator=None)

    _purpose_idx = models.Index("(purpose, id)")

    # === BUSINESS METHODS ===#

    @api.model
    def _append(self, purpose, model, ids):
        """Mark records when the transaction ends, each once.

        :param purpose: name of what is to follow
        :param model: name of the records' model
        :param ids: their ids, any number
        """
        precommit = self.env.cr.precommit
        if WAITING not in precommit.data:
            precommit.data[WAITING] = set()
            precommit.add(self.sudo()._write_down)  # whoever changes something need not write marks
        precommit.data[WAITING].update((purpose, model, res_id) for res_id in ids)

    def _write_down(self):
        """Append what was collected, in one statement."""
        waiting = self.env.cr.precommit.data.pop(WAITING, None)
        if waiting:
            purposes, names, ids = map(list, zip(*sorted(waiting), strict=True))
            self.env.cr.execute(
                SQL(
                    """INSERT INTO logistics_mark (purpose, model, res_id)
                       SELECT * FROM UNNEST(%s::varchar[], %s::varchar[], %s::int4[])""",
                    purposes,
                    names,
                    ids,
                )
            )

    @api.model
    def _take(self, purpose, limit):
        """Take the oldest marks of a purpose away; what others are taking stays theirs.

        :return: ids by name of the model, and how many marks it were
        """
        rows = self.env.execute_query(
            SQL(
                """DELETE FROM logistics_mark
                    WHERE id IN (SELECT id FROM logistics_mark WHERE purpose = %s
                                  ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
                RETURNING model, res_id""",
                purpose,
                limit,
            )
        )
        found = defaultdict(set)
        for model, res_id in rows:
            found[model].add(res_id)
        return found, len(rows)

    @api.model
    def _count(self, purpose):
        """Return how many marks of a purpose wait."""
        return self.sudo().search_count([("purpose", "=", purpose)])  # a number tells nothing of anybody
