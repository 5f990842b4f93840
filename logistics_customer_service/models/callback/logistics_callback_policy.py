import logging
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.isolation import isolate

_logger = logging.getLogger(__name__)

BATCH = 500


class LogisticsCallbackPolicy(models.Model):
    """Whom to call back without anybody having to think of it."""

    _name = "logistics.callback.policy"
    _description = "Callback Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: the policy of every company."
    )
    trigger = fields.Selection(
        [
            ("delivered", "Delivered"),
            ("periodic", "Not spoken to for long"),
            ("silence", "No order for long"),
        ],
        required=True,
        default="delivered",
    )
    purpose_id = fields.Many2one(
        "logistics.callback.purpose", required=True, ondelete="restrict"
    )
    tier_ids = fields.Many2many("logistics.tier", string="Tiers", help="Empty: all.")
    delay_days = fields.Integer(string="Days Later", default=1)
    period_days = fields.Integer(
        string="After (Days)",
        default=90,
        help="So long without a call, or without an order, and the customer is called.",
    )
    callback_ids = fields.One2many("logistics.callback", "policy_id", string="Callbacks")
    callback_count = fields.Integer(string="Planned Callbacks", compute="_compute_callback_count")

    _check_days = models.Constraint(
        "CHECK (delay_days >= 0 AND period_days > 0)",
        "Days cannot be negative, and a period has at least one.",
    )

    def _compute_callback_count(self):
        counts = dict(
            self.env["logistics.callback"]._read_group(
                [("policy_id", "in", self.ids)], ["policy_id"], ["__count"]
            )
        )
        for policy in self:
            policy.callback_count = counts.get(policy, 0)

    # === PLANNING ===#

    @api.model
    def _cron_plan_callbacks(self):
        """Plan what the policies ask for, batch by batch; what is planned already is not found."""
        cron = self.env["ir.cron"]
        rounds = [
            (policy, company)
            for policy in self.search([("trigger", "!=", "delivered")])
            for company in policy.company_id or self.env["res.company"].search([])
        ]
        remaining = len(rounds)
        cron._commit_progress(remaining=remaining)
        for policy, company in rounds:
            planned = BATCH
            while planned == BATCH:
                planned = policy._plan_or_log(company)
                if not cron._commit_progress(remaining=remaining):
                    return
            remaining -= 1
            if not cron._commit_progress(1, remaining=remaining):
                return

    def _plan_or_log(self, company):
        """Plan a batch; one policy's trouble is not the others'."""
        try:
            with self.env.cr.savepoint():
                return self.with_company(company)._plan(company)
        except Exception:
            _logger.exception("Callback policy %s could not plan for %s", self.id, company.name)
            return 0

    def _plan(self, company):
        """Plan the next batch of callbacks in a company; return how many."""
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query_dict(self._get_query(company))
        self.env["logistics.callback"].create(
            [self._prepare_callback_vals(company_id=company.id, **row) for row in rows]
        )
        return len(rows)

    def _prepare_callback_vals(self, happened_at, **vals):
        start = happened_at + timedelta(days=self.delay_days)
        return {
            "purpose_id": self.purpose_id.id,
            "policy_id": self.id,
            "reason": self.name,
            "call_from": max(start, fields.Datetime.now()),
            **vals,
        }

    def _plan_for(self, pickings):
        """Plan callbacks about deliveries that were delivered now, each delivery once.

        :param pickings: deliveries to customers
        """
        for policy in self:
            fitting = pickings.filtered(policy._fits)
            vals_list = [policy._prepare_callback_vals(**policy._prepare_delivery(p)) for p in fitting]
            known = self.env["logistics.callback"].search_fetch(
                [
                    ("policy_id", "=", policy.id),
                    ("occasion", "in", [vals["occasion"] for vals in vals_list]),
                ],
                ["occasion"],
            )
            told = set(known.mapped("occasion"))
            new = [vals for vals in vals_list if vals["occasion"] not in told]
            create = self.env["logistics.callback"].create
            isolate(new, create, policy._leave_to_others, self.env)

    def _leave_to_others(self, _part, error):
        """Let be what another worker, who took the carrier's word at the same moment, has planned."""
        if not isinstance(error, UniqueViolation):
            raise error
        _logger.info("A callback of policy %s is planned already", self.id)

    def _fits(self, picking):
        company = not self.company_id or self.company_id == picking.company_id
        tiers = set(self.tier_ids.mapped("code"))
        return company and (not tiers or picking.logistics_profile_id.tier_id.code in tiers)

    def _prepare_delivery(self, picking):
        return {
            "company_id": picking.company_id.id,
            "partner_id": picking._get_logistics_customer().id,
            "picking_id": picking.id,
            "occasion": f"delivery-{picking.id}",
            "happened_at": fields.Datetime.now(),
        }

    def _get_query(self, company):
        """Return the SQL of the customers to call: partner_id, occasion, happened_at."""
        found = {"periodic": self._get_periodic_sql, "silence": self._get_silence_sql}
        tiers = tuple(set(self.tier_ids.mapped("code")))
        return SQL(
            """SELECT found.partner_id, found.occasion, found.happened_at
                 FROM (%(found)s) found
                 JOIN res_partner person ON person.id = found.partner_id AND person.active
            LEFT JOIN logistics_profile profile
                   ON profile.partner_id = person.commercial_partner_id
                  AND profile.company_id = %(company)s
            LEFT JOIN logistics_tier tier ON tier.id = profile.tier_id
                WHERE (%(all_tiers)s OR tier.code IN %(tiers)s)
                  AND NOT EXISTS (SELECT 1 FROM logistics_callback known
                                   WHERE known.policy_id = %(policy)s
                                     AND known.occasion = found.occasion)
                ORDER BY found.happened_at
                LIMIT %(limit)s""",
            found=found[self.trigger](company),
            company=company.id,
            all_tiers=not tiers,
            tiers=tiers or ("",),
            policy=self.id,
            limit=BATCH,
        )

    def _get_periodic_sql(self, company):
        """Customers nobody has spoken to for the period: one callback until that has changed."""
        limit = fields.Datetime.now() - timedelta(days=self.period_days)
        return SQL(
            """SELECT profile.partner_id,
                      'contact-' || profile.id || '-'
                          || COALESCE(spoken.at::date::text, 'never') AS occasion,
                      %(limit)s::timestamp AS happened_at
                 FROM logistics_profile profile
                 LEFT JOIN LATERAL (
                      SELECT MAX(attempt.called_at) AS at
                        FROM logistics_callback_attempt attempt
                       WHERE attempt.customer_id = profile.partner_id
                         AND attempt.company_id = profile.company_id
                         AND attempt.result = 'done') spoken ON TRUE
                WHERE profile.company_id = %(company)s AND profile.active
                  AND COALESCE(spoken.at, profile.create_date) < %(limit)s""",
            company=company.id,
            limit=limit,
        )

    def _get_silence_sql(self, company):
        """Customers who have ordered before and not for the period."""
        limit = fields.Datetime.now() - timedelta(days=self.period_days)
        return SQL(
            """SELECT profile.partner_id,
                      'silence-' || profile.id || '-' || fact.last_order_at::date AS occasion,
                      fact.last_order_at AS happened_at
                 FROM logistics_profile profile
                 JOIN logistics_profile_fact fact
                   ON fact.profile_id = profile.id AND fact.window_months = 0
                WHERE profile.company_id = %(company)s AND profile.active
                  AND fact.last_order_at < %(limit)s""",
            company=company.id,
            limit=limit,
        )

    # === ACTIONS ===#

    def action_view_callbacks(self):
        """Open what the policy has planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_callback_action"
        )
        return {**action, "domain": [("policy_id", "=", self.id)], "context": {}}
