import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ....tools.foundation.parts import of_part
from ....tools.shipment import shipment
from ...foundation import bulk
from ..outcome.logistics_outcome_mixin import TOLERANCE
from .stock_picking import TROUBLE

_logger = logging.getLogger(__name__)

# what happened longer ago than this, and was never on the list, is history
HORIZON_DAYS = 30
LIVE = ("open", "in_hand")
LATE = "late"
WILL_BE_LATE = "will_be_late"
SILENT = "silent"
REFUSED = "refused"
PROBLEM = "problem"
SHORT = "short"
NO_CONSENT = "no_consent"
NO_TIER_RANK = 10_000


class LogisticsException(models.Model):
    """Something wrong with a delivery that an agent should see to before the customer calls.

    A row stands as long as its condition does, settled or not: what an agent has settled does not
    come back tomorrow. When the condition has ended, and begins anew, that is another row.
    """

    _name = "logistics.exception"
    _inherit = ["logistics.assigned.mixin"]
    _description = "Delivery Exception"
    _order = "tier_rank, order_value desc, id"
    _check_company_auto = True

    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    kind = fields.Selection(
        selection="_get_kinds", string="Exception", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="set null"
    )
    tier_id = fields.Many2one(
        "logistics.tier", string="Customer Tier", readonly=True, ondelete="set null"
    )
    tier_color = fields.Integer(related="tier_id.color")
    tier_rank = fields.Integer(readonly=True, aggregator=None, help="The best tier comes first.")
    order_id = fields.Many2one(
        "sale.order", string="Sales Order", readonly=True, index="btree_not_null",
        ondelete="set null",
    )  # fmt: skip
    order_value = fields.Monetary(
        readonly=True, help="Total of the order, in the company's currency."
    )
    carrier_id = fields.Many2one("delivery.carrier", readonly=True, ondelete="set null")
    promised_at = fields.Datetime(string="Promised", readonly=True)
    expected_at = fields.Datetime(string="Expected Arrival", readonly=True)
    detected_at = fields.Datetime(string="Detected", readonly=True, index=True)
    ended_at = fields.Datetime(
        string="Condition Ended", readonly=True, help="Empty: it still is as it was detected."
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("in_hand", "In Hand"),
            ("settled", "Settled"),
            ("gone", "Gone by Itself"),
        ],
        required=True,
        readonly=True,
        default="open",
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users", string="Agent", readonly=True, index="btree_not_null", ondelete="set null"
    )
    outcome = fields.Text(readonly=True, help="What was said and done, as the agent noted.")
    settled_at = fields.Datetime(string="Settled On", readonly=True)

    # --- shown of the delivery
    contact_id = fields.Many2one(related="picking_id.recipient_id", string="Delivery Address")
    phone = fields.Char(string="Call", compute="_compute_phone")
    tracking_ref = fields.Char(
        related="picking_id.carrier_tracking_ref", string="Tracking Number"
    )
    shipment_state = fields.Selection(related="picking_id.shipment_state", string="Shipment State")
    event_ids = fields.One2many(related="picking_id.shipment_event_ids")
    can_agree_promise = fields.Boolean(related="order_id.can_agree_promise")
    is_mine = fields.Boolean(compute="_compute_is_mine")

    _standing_unique = models.UniqueIndex("(picking_id, kind) WHERE ended_at IS NULL")
    _worklist_idx = models.Index(
        "(tier_rank, order_value DESC, id) WHERE state IN ('open', 'in_hand')"
    )

    @api.model
    def _get_kinds(self):
        return [
            (LATE, self.env._("Late")),
            (WILL_BE_LATE, self.env._("Will be late")),
            (SILENT, self.env._("Silent")),
            (REFUSED, self.env._("Delivery refused")),
            (PROBLEM, self.env._("Problem on the way")),
            (SHORT, self.env._("Short")),
            (NO_CONSENT, self.env._("Without consent")),
        ]

    # === COMPUTE METHODS ===#

    @api.depends("kind", "picking_id.name")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for exception in self:
            exception.display_name = f"{labels.get(exception.kind)} · {exception.picking_id.name}"

    @api.depends("picking_id.recipient_id.phone", "partner_id.phone")
    def _compute_phone(self):
        for exception in self:
            exception.phone = exception.contact_id.phone or exception.partner_id.phone

    @api.depends("user_id", "state")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for exception in self:
            exception.is_mine = exception.state == "in_hand" and exception.user_id == self.env.user

    # === BUSINESS METHODS ===#

    @api.model
    def _get_detection_sql(self, kind):
        """Return the condition in SQL under which delivery ``sp`` is an exception of a kind.

        Override it together with :meth:`_get_kinds` for a kind of your own.
        """
        return {
            LATE: SQL("sp.shipment_open AND sp.promise_missed_on IS NOT NULL"),
            WILL_BE_LATE: SQL(
                "sp.shipment_open AND sp.delay_foreseen AND sp.promise_missed_on IS NULL"
            ),
            SILENT: SQL("sp.silent_since IS NOT NULL"),
            REFUSED: SQL(
                "sp.shipment_state = %s AND sp.state <> 'cancel'", shipment.REFUSED
            ),
            PROBLEM: SQL("sp.shipment_state IN %s AND sp.state <> 'cancel'", TROUBLE),
            SHORT: SQL("sp.shipment_short AND %s", self._get_short_sql()),
            NO_CONSENT: SQL("sp.consent_finding"),
        }[kind]

    @api.model
    def _get_short_sql(self):
        """Tell in SQL whether a line of delivery ``sp`` still lacks some of what was ordered.

        As far as the order has been judged: what was validated short lacks something until then.
        """
        return SQL(
            """EXISTS (
                SELECT FROM stock_move asked
                  JOIN sale_order_line sol ON sol.id = asked.sale_line_id
             LEFT JOIN logistics_outcome_order judged ON judged.order_id = sol.order_id
             LEFT JOIN logistics_outcome_line line ON line.line_id = sol.id
                 WHERE asked.picking_id = sp.id AND sol.state = 'sale'
                   AND (judged.id IS NULL OR line.sent_qty < line.ordered_qty - %s))""",
            TOLERANCE,
        )

    @api.model
    def _detect(self, pickings=None):
        """Bring the list up to date; the number of queries does not depend on what is found.

        :param pickings: only look at these deliveries
        :return: how many exceptions are new
        """
        scope = SQL("TRUE") if pickings is None else SQL("sp.id = ANY(%s)", pickings.ids)
        self.env.flush_all()
        found = sum(self._detect_kind(kind, scope) for kind, _label in self._get_kinds())
        self._update_facts(scope)
        return found

    @api.model
    def _detect_kind(self, kind, scope):
        """Open exceptions of a kind and end those whose condition has ended.

        Two who detect at once find the same: the index lets only one of them open it. The agent
        who has another exception of the delivery in hand gets this one, too.
        """
        deliveries = self.env["stock.picking"]._get_delivery_sql()
        condition = SQL("(%s) AND %s", self._get_detection_sql(kind), deliveries)
        now = fields.Datetime.now()
        found = bulk.insert_from(
            self,
            {
                "picking_id": SQL("sp.id"),
                "kind": kind,
                "company_id": SQL("sp.company_id"),
                **self._get_facts(),
                "detected_at": now,
                "user_id": SQL("mine.user_id"),
                "state": SQL("CASE WHEN mine.user_id IS NULL THEN 'open' ELSE 'in_hand' END"),
            },
            SQL(
                """FROM stock_picking sp %(joins)s
              LEFT JOIN LATERAL (
                        SELECT user_id FROM logistics_exception
                         WHERE picking_id = sp.id AND ended_at IS NULL AND state = 'in_hand'
                         ORDER BY id LIMIT 1) mine ON TRUE
                  WHERE %(scope)s AND (%(condition)s)
                    AND (sp.shipment_open OR COALESCE(sp.date_done, sp.create_date) >= %(horizon)s)
                    AND NOT EXISTS (
                        SELECT FROM logistics_exception standing
                         WHERE standing.picking_id = sp.id AND standing.kind = %(kind)s
                           AND standing.ended_at IS NULL)""",
                joins=self._get_fact_joins(),
                scope=scope,
                condition=condition,
                horizon=fields.Datetime.subtract(now, days=HORIZON_DAYS),
                kind=kind,
            ),
            bulk.ANY,
        )
        ended = SQL(
            """SELECT standing.id, %(now)s, %(now)s,
                      CASE WHEN standing.state IN %(live)s THEN 'gone' ELSE standing.state END
                 FROM logistics_exception standing
                 JOIN stock_picking sp ON sp.id = standing.picking_id
                WHERE standing.kind = %(kind)s AND standing.ended_at IS NULL AND %(scope)s
                  AND (%(condition)s) IS NOT TRUE""",
            now=now,
            live=LIVE,
            kind=kind,
            scope=scope,
            condition=condition,
        )
        bulk.write_from(self, ["ended_at", "write_date", "state"], ended)
        return len(found)

    @api.model
    def _update_facts(self, scope):
        """Bring what is shown of exceptions that are not settled up to date."""
        facts = self._get_facts()
        seen = SQL(
            """SELECT live.id, %s
                 FROM logistics_exception live
                 JOIN stock_picking sp ON sp.id = live.picking_id %s
                WHERE live.state IN %s AND %s""",
            SQL(", ").join(facts.values()),
            self._get_fact_joins(),
            LIVE,
            scope,
        )
        bulk.write_from(self, facts, seen)

    @api.model
    def _get_facts(self):
        """Return what is kept up to date while somebody may work on it.

        :return: mapping of column to its SQL for delivery ``sp``
        """
        return {
            "partner_id": SQL("customer.commercial_partner_id"),
            "tier_id": SQL("tier.id"),
            "tier_rank": SQL("COALESCE(tier.sequence, %s)", NO_TIER_RANK),
            "order_id": SQL("so.id"),
            "order_value": SQL(
                """ROUND((so.amount_total / COALESCE(NULLIF(so.currency_rate, 0), 1))::numeric,
                         money.decimal_places)"""
            ),
            "carrier_id": SQL("sp.carrier_id"),
            "promised_at": SQL("sp.shipment_promised_at"),
            "expected_at": SQL("sp.expected_arrival"),
        }

    @api.model
    def _get_fact_joins(self):
        return SQL(
            """LEFT JOIN sale_order so ON so.id = sp.sale_id
               LEFT JOIN res_company owner ON owner.id = sp.company_id
               LEFT JOIN res_currency money ON money.id = owner.currency_id
               LEFT JOIN res_partner customer
                      ON customer.id = COALESCE(so.partner_id, sp.partner_id)
               LEFT JOIN logistics_profile profile
                      ON profile.partner_id = customer.commercial_partner_id
                     AND profile.company_id = sp.company_id AND profile.active
               LEFT JOIN logistics_tier tier ON tier.id = profile.tier_id"""
        )

    @api.model
    def _detect_soon(self):
        """Let the scheduled action look as soon as it can; many calls make one trigger."""
        self.env["ir.cron"]._wake(
            "logistics_customer_service.ir_cron_detect_exceptions", unless_waiting=True
        )

    @api.model
    @of_part("shipments")
    def _cron_detect_exceptions(self):
        """Bring the list up to date, one kind at a time; trouble with one is not the others'.

        All of them whatever time it takes: a run that stopped would begin anew with the first.
        """
        cron = self.env["ir.cron"]
        kinds = [kind for kind, _label in self._get_kinds()]
        cron._commit_progress(remaining=len(kinds) + 1)
        for number, kind in enumerate(kinds):
            self._try(self._detect_kind, kind, SQL("TRUE"))
            cron._commit_progress(1, remaining=len(kinds) - number)
        self._try(self._update_facts, SQL("TRUE"))
        cron._commit_progress(1, remaining=0)

    @api.model
    def _try(self, work, *args):
        try:
            self.env.flush_all()
            work(*args)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()  # somebody works on the same rows; the next run comes soon
        except Exception:  # another addon's kind must not stand in the way of the others
            self.env.cr.rollback()
            _logger.exception("Exceptions are not detected: %s", args[0])

    def action_take(self):
        """Take exceptions in hand, with all of their deliveries: the first who takes one has it.

        :raise UserError: when there is nothing left to take
        """
        self._ensure_agent()
        # two at once: the database lets one write, the other's request is done again and sees it
        whole = self._get_whole()
        free = whole.filtered(lambda exception: exception.state == "open")
        others = (whole - free).filtered(
            lambda exception: exception.state == "in_hand" and not exception.is_mine
        )
        if not free:
            raise UserError(self._get_nothing_to_take_message(others))
        free._hand_to(self.env.user)
        return others._notify_taken() if others else None

    def _get_nothing_to_take_message(self, others):
        if others:
            names = ", ".join(others.user_id.mapped("name"))
            return self.env._("Taken already, by %s.", names)
        if all(self.mapped("is_mine")):
            return self.env._("You have it in hand already.")
        return self.env._("That is settled, or gone by itself.")

    def _notify_taken(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._("%s of them were taken by others.", len(self)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _hand_to(self, user):
        # agents work on exceptions through actions only; none edits what was detected
        self.sudo().write({"user_id": user.id, "state": "in_hand"})

    def action_give_back(self):
        """Put deliveries whose exceptions one has in hand back on the list of all."""
        self._ensure_agent()
        if not all(self.mapped("is_mine")):
            raise UserError(self.env._("Only what you have in hand yourself can be given back."))
        mine = self._get_whole().filtered("is_mine")
        mine.sudo().write({"user_id": False, "state": "open"})  # as in _hand_to

    def action_settle(self):
        """Open the dialogue that asks what came of it."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_exception_settle_action"
        )
        return {**action, "context": {"default_exception_ids": self.ids}}

    def _give_to(self, user):
        """Hand exceptions, with all of their deliveries, to an agent, whoever has them.

        :raise AccessError: when the user is no supervisor
        """
        self.check_access("read")
        if not self.env.user.has_group("logistics_customer_service.group_supervisor"):
            raise AccessError(self.env._("A supervisor assigns work."))
        live = self._get_live()
        if live.company_id - user.company_ids:
            raise UserError(self.env._("%s does not work for that company.", user.name))
        live._hand_to(user)

    def _settle(self, outcome):
        """Settle exceptions, with all of their deliveries, by a note of what was said and done.

        :param outcome: a person's words
        """
        self._ensure_agent()
        live = self._get_live()
        others = live.filtered(lambda exception: exception.user_id not in (
            self.env.user, self.env["res.users"]
        ))  # fmt: skip
        supervises = self.env.user.has_group("logistics_customer_service.group_supervisor")
        if others and not supervises:
            raise UserError(
                self.env._("%s has that in hand.", ", ".join(others.user_id.mapped("name")))
            )
        for agent, exceptions in live.grouped("user_id").items():
            exceptions.sudo().write(  # as in _hand_to
                {
                    "state": "settled",
                    "outcome": outcome,
                    "settled_at": fields.Datetime.now(),
                    "user_id": (agent or self.env.user).id,
                }
            )

    def _get_live(self):
        live = self._get_whole().filtered(lambda exception: exception.state in LIVE)
        if not live:
            raise UserError(self.env._("That is settled, or gone by itself."))
        return live

    def _ensure_agent(self):
        self.check_access("read")
        if not self.env.user.has_group("logistics_customer_service.group_agent"):
            raise AccessError(self.env._("Only service agents work on exceptions."))

    def action_agree_promise(self):
        """Open the dialogue that keeps a new day agreed with the customer."""
        self.ensure_one()
        return self.order_id.action_agree_promise()

    def action_open_delivery(self):
        """Open the delivery."""
        self.ensure_one()
        return self.picking_id.get_formview_action()
