import logging
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ....tools.foundation.parts import of_part
from ...foundation.isolation import isolate

_logger = logging.getLogger(__name__)

BATCH = 500


class LogisticsCallbackPolicy(models.Model):
    """Whom to call back without anybody having to think of it."""

    _name = "logistics.callback.policy"
    _inherit = ["logistics.cached.mixin"]
    _description = "Callback Policy"
    _order = "sequence, id"

    _cached_fields = {"active", "sequence", "trigger"}

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
        "logistics.callback.purpose",
        string="Call Purpose",
        required=True,
        ondelete="restrict",
    )
    tier_ids = fields.Many2many("logistics.tier", string="Tiers", help="Empty: all.")
    delay_days = fields.Integer(string="Days Later", default=1)
    period_days = fields.Integer(
        string="After (Days)",
        default=90,
        help="So long without a call, or without an order, and the customer is called.",
    )
    max_age_days = fields.Integer(
        string="Too Old After (Days)",
        default=14,
        help="Nobody is called about what was delivered longer ago: carriers tell some of it late.",
    )
    callback_ids = fields.One2many("logistics.callback", "policy_id", string="Callbacks")
    callback_count = fields.Integer(string="Planned Callbacks", compute="_compute_callback_count")

    _check_days = models.Constraint(
        "CHECK (delay_days >= 0 AND period_days > 0 AND max_age_days > 0)",
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

    # === BUSINESS METHODS ===#

    @api.model
    @of_part("callbacks")
    def _cron_plan_callbacks(self):
        """Plan what the policies ask for, batch by batch, going through the customers once."""
        cron = self.env["ir.cron"]
        rounds = [
            (policy, company)
            for policy in self.search([("trigger", "!=", "delivered")])
            for company in policy.company_id or self.env["res.company"].search([])
        ]
        remaining = len(rounds)
        cron._commit_progress(remaining=remaining)
        for policy, company in rounds:
            last = 0
            while last is not None:
                last = policy._plan_or_log(company, last)
                if not cron._commit_progress(remaining=remaining):
                    return
            remaining -= 1
            if not cron._commit_progress(1, remaining=remaining):
                return

    def _plan_or_log(self, company, last):
        """Plan a batch as :meth:`_plan` does; one policy's trouble is not the others'."""
        try:
            with self.env.cr.savepoint():
                return self.with_company(company)._plan(company, last)
        except Exception:
            _logger.exception("Callback policy %s could not plan for %s", self.id, company.name)
            return None

    def _plan(self, company, last=0):
        """Plan the next batch of callbacks in a company.

        :param last: id of the customer up to whom the batches before have come
        :return: the same after this batch, None after the last one
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query_dict(self._get_query(company, last))
        vals_list = [self._prepare_callback_vals(company_id=company.id, **row) for row in rows]
        isolate(vals_list, self.env["logistics.callback"].create, self._leave_out, self.env)
        return rows[-1]["partner_id"] if len(rows) == BATCH else None

    def _leave_out(self, part, error):
        """Plan no call for one customer; nobody else waits for it."""
        _logger.warning(
            "Callback policy %s could not plan for partner %s: %s",
            self.id,
            part[0]["partner_id"],
            error,
        )

    def _prepare_callback_vals(self, happened_at, **vals):
        start = happened_at + timedelta(days=self.delay_days)
        return {
            "purpose_id": self.purpose_id.id,
            "policy_id": self.id,
            "reason": self.name,
            "call_from": max(start, fields.Datetime.now()),
            **vals,
        }

    @api.model
    @tools.ormcache()
    def _get_delivery_policy_ids(self):
        """Return the ids of the active policies that ask for a call after a delivery, in their order."""
        # whoever hands goods over need not see the policies
        return tuple(self.sudo()._search([("trigger", "=", "delivered")], order=self._order))

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
        fits = company and (not tiers or picking.logistics_tier_id.code in tiers)
        limit = fields.Datetime.now() - timedelta(days=self.max_age_days)
        return fits and self._get_delivery_time(picking) >= limit

    def _prepare_delivery(self, picking):
        return {
            "company_id": picking.company_id.id,
            "partner_id": picking._get_logistics_customer().id,
            "picking_id": picking.id,
            "occasion": f"delivery-{picking.id}",
            "happened_at": self._get_delivery_time(picking),
        }

    @api.model
    def _get_delivery_time(self, picking):
        """Return when the goods came, which may be long before anybody told us."""
        return picking.delivered_at or fields.Datetime.now()

    def _get_query(self, company, last):
        """Return the SQL of the customers to call: partner_id, occasion, happened_at.

        :param last: only customers with a higher id
        """
        found = {"periodic": self._get_periodic_sql, "silence": self._get_silence_sql}
        return SQL(
            """SELECT found.partner_id, found.occasion, found.happened_at
                 FROM (%(found)s) found
                 JOIN res_partner person ON person.id = found.partner_id AND person.active
                WHERE NOT EXISTS (SELECT 1 FROM logistics_callback known
                                   WHERE known.policy_id = %(policy)s
                                     AND known.occasion = found.occasion)
                ORDER BY found.partner_id
                LIMIT %(limit)s""",
            found=found[self.trigger](company, self._get_profile_condition(company, last)),
            policy=self.id,
            limit=BATCH,
        )

    def _get_profile_condition(self, company, last):
        """Return in SQL which customers, as ``profile``, the policy calls at all.

        Whoever does not agree to the purpose is left out here: to plan such calls and to cancel
        them would fill the list.
        """
        tiers = self.tier_ids.browse()
        if self.tier_ids:  # tiers of two schemes with the same code are the same tier
            codes = self.tier_ids.mapped("code")
            tiers = tiers.with_context(active_test=False).search([("code", "in", codes)])
        return SQL(
            """profile.company_id = %(company)s AND profile.active
               AND profile.partner_id > %(last)s AND %(tier)s AND %(consent)s""",
            company=company.id,
            last=last,
            tier=SQL("profile.tier_id IN %s", tiers._ids) if tiers else SQL("TRUE"),
            consent=self._get_consent_sql(),
        )

    def _get_consent_sql(self):
        purpose = self.purpose_id.consent_purpose_id
        if not purpose:
            return SQL("TRUE")
        required = purpose.consent_required
        return SQL(
            """%(sign)s (SELECT FROM logistics_consent consent
                          WHERE consent.profile_id = profile.id AND consent.contact_id IS NULL
                            AND consent.purpose_id = %(purpose)s AND %(state)s)""",
            sign=SQL("EXISTS") if required else SQL("NOT EXISTS"),
            purpose=purpose.id,
            state=SQL("consent.state = 'granted' AND consent.by_phone")
            if required
            else SQL("(consent.state = 'refused' OR NOT consent.by_phone)"),
        )

    def _get_periodic_sql(self, company, condition):
        """Customers nobody has spoken to for the period, nor tried to for this policy.

        Whoever was not reached, or whose callback was cancelled, is called again a period later.
        """
        limit = fields.Datetime.now() - timedelta(days=self.period_days)
        return SQL(
            """SELECT profile.partner_id,
                      'contact-' || profile.id || '-' || COALESCE(
                          (SELECT MAX(before.id) FROM logistics_callback before
                            WHERE before.policy_id = %(policy)s
                              AND before.customer_id = profile.partner_id
                              AND before.company_id = %(company)s), 0) AS occasion,
                      %(limit)s::timestamp AS happened_at
                 FROM logistics_profile profile
                WHERE %(condition)s AND profile.create_date < %(limit)s
                  AND NOT EXISTS (
                      SELECT FROM logistics_callback_attempt spoken
                       WHERE spoken.company_id = %(company)s AND spoken.called_at >= %(limit)s
                         AND spoken.result = 'done' AND spoken.customer_id = profile.partner_id)
                  AND NOT EXISTS (
                      SELECT FROM logistics_callback tried
                       WHERE tried.policy_id = %(policy)s AND tried.company_id = %(company)s
                         AND tried.customer_id = profile.partner_id
                         AND COALESCE(tried.ended_at, 'infinity') >= %(limit)s)""",
            company=company.id,
            condition=condition,
            policy=self.id,
            limit=limit,
        )

    def _get_silence_sql(self, company, condition):
        """Customers who have ordered before and not for the period."""
        limit = fields.Datetime.now() - timedelta(days=self.period_days)
        return SQL(
            """SELECT profile.partner_id,
                      'silence-' || profile.id || '-' || fact.last_order_at::date AS occasion,
                      fact.last_order_at AS happened_at
                 FROM logistics_profile profile
                 JOIN logistics_profile_fact fact
                   ON fact.profile_id = profile.id AND fact.window_months = 0
                WHERE %(condition)s AND fact.last_order_at < %(limit)s""",
            condition=condition,
            limit=limit,
        )

    # === ACTION METHODS ===#

    def action_view_callbacks(self):
        """Open what the policy has planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_callback_action"
        )
        return {**action, "domain": [("policy_id", "=", self.id)], "context": {}}
