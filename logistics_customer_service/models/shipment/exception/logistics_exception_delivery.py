from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .logistics_exception import (
    LATE,
    LIVE,
    NO_CONSENT,
    PROBLEM,
    REFUSED,
    SHORT,
    SILENT,
    WILL_BE_LATE,
)

# what an addon finds besides comes last
WORST_FIRST = (REFUSED, PROBLEM, LATE, SILENT, SHORT, NO_CONSENT, WILL_BE_LATE)


class LogisticsException(models.Model):
    """All that is wrong with a delivery is one piece of work, and one row of the list."""

    _inherit = "logistics.exception"

    stands_for_delivery = fields.Boolean(
        compute="_compute_stands_for_delivery",
        search="_search_stands_for_delivery",
        help="One row of each delivery: that in hand, else the oldest; the last where all has ended.",
    )
    kind_tags = fields.Json(string="Exceptions", compute="_compute_kind_tags")
    any_kind = fields.Selection(
        selection="_get_kinds",
        string="Any Exception",
        compute="_compute_any_kind",
        search="_search_any_kind",
        help="What is wrong with the delivery, in whichever row.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("picking_id", "state")
    def _compute_stands_for_delivery(self):
        standing = self.search([("id", "in", self.ids), ("stands_for_delivery", "=", True)])
        for exception in self:
            exception.stands_for_delivery = exception in standing

    @api.model
    def _search_stands_for_delivery(self, operator, value):
        if operator != "in":
            return NotImplemented

        def to_sql(_model, alias, _query):
            return self._get_standing_sql(alias)

        standing = Domain.custom(to_sql=to_sql)
        return standing if True in value else ~standing

    @api.model
    def _get_standing_sql(self, alias):
        """Tell in SQL whether a row stands for its delivery, whatever has become of it."""
        return SQL(
            """NOT EXISTS (
                SELECT FROM logistics_exception other
                 WHERE other.picking_id = %(row)s.picking_id AND %(other)s < %(own)s)""",
            row=SQL.identifier(alias),
            other=self._get_rank_sql("other"),
            own=self._get_rank_sql(alias),
        )

    @api.model
    def _get_rank_sql(self, alias):
        return SQL(
            """(%(row)s.state NOT IN %(live)s, %(row)s.state <> 'in_hand',
                CASE WHEN %(row)s.state IN %(live)s THEN %(row)s.id ELSE -%(row)s.id END)""",
            row=SQL.identifier(alias),
            live=LIVE,
        )

    @api.depends("picking_id", "kind", "state")
    @api.depends_context("lang")
    def _compute_kind_tags(self):
        labels = dict(self._get_kinds())
        kinds = self._get_kinds_of_delivery()
        for exception in self:
            live = exception.state in LIVE
            shown = kinds.get(exception.picking_id.id) if live else None
            exception.kind_tags = [
                {"label": labels[kind], "level": "danger" if live and kind == LATE else "warning"}
                for kind in shown or filter(None, [exception.kind])
            ]

    @api.depends("kind")
    def _compute_any_kind(self):
        for exception in self:
            exception.any_kind = exception.kind

    @api.model
    def _search_any_kind(self, operator, value):
        if operator != "in":
            return NotImplemented
        of_kind = Domain("kind", "in", value)
        live = of_kind & Domain("state", "in", LIVE)
        return Domain("picking_id.exception_ids", "any", live) | (
            of_kind & Domain("state", "not in", LIVE)
        )

    # === BUSINESS METHODS ===#

    @api.model
    def _get_first_sql(self, alias):
        """Tell in SQL whether a row to do stands for its delivery: that in hand, else the oldest."""
        return SQL(
            """NOT EXISTS (
                SELECT FROM logistics_exception other
                 WHERE other.picking_id = %(row)s.picking_id AND other.state IN %(live)s
                   AND (other.state <> 'in_hand', other.id)
                     < (%(row)s.state <> 'in_hand', %(row)s.id))""",
            row=SQL.identifier(alias),
            live=LIVE,
        )

    def _get_of_delivery(self):
        """Return all that is wrong with the deliveries of these."""
        return self.search([("picking_id", "in", self.picking_id.ids), ("state", "in", LIVE)])

    def _get_whole(self):
        """Return these, with all that is wrong with their deliveries besides."""
        return self | self._get_of_delivery()

    def _get_kinds_of_delivery(self):
        """Return what is wrong now by the id of each delivery, the worst first: one query."""
        rows = self._read_group(
            [("picking_id", "in", self.picking_id.ids), ("state", "in", LIVE)],
            ["picking_id"],
            ["kind:array_agg"],
        )
        return {picking.id: sorted(kinds, key=self._get_rank) for picking, kinds in rows}

    @api.model
    def _get_rank(self, kind):
        """Return how bad a kind of exception is: the lower, the worse."""
        return WORST_FIRST.index(kind) if kind in WORST_FIRST else len(WORST_FIRST)
