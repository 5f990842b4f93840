from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition
from odoo.tools import SQL, Query

from ...tools.foundation.said import Known

# rows of so many parts have numbers of their own
PARTS = 64


class LogisticsUnionMixin(models.AbstractModel):
    """Rows of several tables in one list without a table: the id of a row tells its part and its key.

    Rows that are known are looked up by the keys of their parts, not among all that there is. Whoever
    inherits it says by ``res_model`` and ``res_id`` what a row is read from.
    """

    _name = "logistics.union.mixin"
    _description = "Rows of Several Tables"

    @api.model
    def _get_parts(self):
        """Return the parts, in an order that stays: what :meth:`_select` makes a select of."""
        raise NotImplementedError

    @api.model
    def _select(self, part, number, rows=None):
        """Return the select of a part, with ids of :meth:`_get_id_sql`.

        :param rows: keys of the rows that are asked for, by default all
        """
        raise NotImplementedError

    @api.model
    def _search(self, domain, *args, **kwargs):
        known = self._find_known(Domain(domain))
        records = self if known is None else self.with_context(**{f"{self._name} ids": known})
        return super(LogisticsUnionMixin, records)._search(domain, *args, **kwargs)

    @api.model
    def _find_known(self, domain):
        """Return the ids that a domain asks for, or None where it asks for others, too."""
        for part in domain.children if isinstance(domain, DomainAnd) else [domain]:
            if (
                isinstance(part, DomainCondition)
                and (part.field_expr, part.operator) == ("id", "in")
                and not isinstance(part.value, Query)
            ):
                return Known(part.value)
        return None

    @property
    def _table_query(self):
        known = self.env.context.get(f"{self._name} ids")
        parts = list(enumerate(self._get_parts()))
        if not isinstance(known, Known):
            selects = [self._select(part, number) for number, part in parts]
        else:
            rows = defaultdict(list)
            for row, number in (divmod(known_id, PARTS) for known_id in known):
                rows[number].append(row)
            # without any rows one part is enough to tell the columns
            asked = [number for number in rows if number < len(parts)] or [0]
            selects = [self._select(parts[number][1], number, rows[number]) for number in asked]
        return SQL(" UNION ALL ").join(selects)

    @api.model
    def _get_id_sql(self, key, number):
        """Return the SQL of the id of a row that no row of another part has."""
        return SQL("%s::bigint * %s + %s", key, PARTS, number)

    # === ACTION METHODS ===#

    def action_open(self):
        """Open what the row is read from.

        :raise UserError: it was deleted meanwhile
        """
        self.ensure_one()
        if not self.env[self.res_model].browse(self.res_id).exists():
            raise UserError(self.env._("That does not exist any more."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
