from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ....tools.customer import scoring


class LogisticsTierScheme(models.Model):
    _name = "logistics.tier.scheme"
    _inherit = ["mail.thread", "logistics.company.terms.mixin", "logistics.cached.mixin"]
    _description = "Tier Scheme"
    _order = "state, company_id, id desc"

    _cached_fields = {"active", "company_id", "state"}

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        help="Empty: the scheme serves every company that has none of its own in force."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("in_force", "In Force"), ("retired", "Retired")],
        required=True,
        default="draft",
        copy=False,
        readonly=True,
        tracking=True,
    )
    tier_ids = fields.One2many("logistics.tier", "scheme_id", string="Tiers", copy=True)
    criterion_ids = fields.One2many(
        "logistics.tier.criterion", "scheme_id", string="Criteria", copy=True
    )
    downgrade_margin = fields.Float(
        default=5.0,
        help="A customer keeps the tier while the score is at most this many points below the "
        "tier's threshold.",
    )
    minimum_stay_days = fields.Integer(
        string="Minimum Stay",
        default=90,
        help="Days a tier is held before it can be lowered. Promotions are at once.",
    )
    in_force_since = fields.Date(readonly=True, copy=False)
    note = fields.Html(translate=True)
    profile_count = fields.Integer(string="Customers", compute="_compute_profile_count")

    _one_in_force = models.UniqueIndex(
        "(COALESCE(company_id, 0)) WHERE state = 'in_force'",
        "Only one tier scheme can be in force in a company.",
    )
    _check_guards = models.Constraint(
        "CHECK (downgrade_margin >= 0 AND minimum_stay_days >= 0)",
        "The margin and the minimum stay cannot be negative.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("tier_ids")
    def _compute_profile_count(self):
        counts = dict(
            self.env["logistics.profile"]._read_group(
                [("tier_id.scheme_id", "in", self.ids)], ["scheme_id"], ["__count"]
            )
        )
        for scheme in self:
            scheme.profile_count = counts.get(scheme, 0)

    # === CRUD METHODS ===#

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for scheme, vals in zip(self, vals_list, strict=True):
            if not (default or {}).get("name"):
                vals["name"] = self.env._("%s (copy)", scheme.name)
            if "company_id" not in (default or {}):
                vals["company_id"] = self.env.company.id  # a copy is one's own, also of a shared one
        return vals_list

    @api.model_create_multi
    def create(self, vals_list):
        self._check_state_rights(set().union(*vals_list))
        schemes = super().create(vals_list)
        schemes._check_shared_rights()
        return schemes

    def write(self, vals):
        self._check_state_rights(vals.keys())
        self._check_shared_rights()
        if "company_id" in vals:
            self._check_editable()
        result = super().write(vals)
        self._check_shared_rights()
        return result

    @api.model
    def default_get(self, fields):
        """Drop defaults, a context's too, of what only putting in force sets."""
        guarded = set() if self.env.su else {"state", "in_force_since"}
        state = {} if self.env.su or "state" not in fields else {"state": "draft"}
        return super().default_get([name for name in fields if name not in guarded]) | state

    @api.constrains("state", "active", "tier_ids", "criterion_ids")
    def _check_in_force(self):
        in_force = self.filtered(lambda scheme: scheme.state == "in_force")
        in_force._check_complete()
        if in_force.filtered(lambda scheme: not scheme.active):
            raise ValidationError(
                self.env._("A scheme in force cannot be archived; put another one in its place.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_shared_rights()
        if self.filtered(lambda scheme: scheme.state != "draft"):
            raise UserError(
                self.env._("Only a draft can be deleted: the history refers to the others.")
            )

    # === ACTION METHODS ===#

    def action_try_on_live_data(self):
        """Open a simulation of this scheme on the company's customers; profiles stay untouched."""
        self.ensure_one()
        self._check_complete()
        company = self.company_id or self.env.company
        simulation = self.env["logistics.tier.simulation"].create(
            {"scheme_id": self.id, "company_id": company.id}
        )
        return simulation.action_run()

    def action_put_in_force(self):
        """Retire the scheme in force, put this one in its place and tier the customers anew."""
        self.ensure_one()
        self.check_access("write")
        self._check_shared_rights()
        self._check_complete()
        if self.state != "draft":
            raise UserError(self.env._("Only a draft can be put in force; copy this scheme first."))
        scheme = self.sudo()  # the state is guarded: this is the only way to change it
        scheme.search(
            [("state", "=", "in_force"), ("company_id", "=", self.company_id.id)]
        ).state = "retired"
        scheme.flush_model()
        scheme.write({"state": "in_force", "in_force_since": fields.Date.context_today(self)})
        return self.env["logistics.run"]._restart(self._get_companies())

    def action_view_profiles(self):
        """Open the customers that hold one of the scheme's tiers."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_profile_action"
        )
        return {**action, "domain": [("scheme_id", "=", self.id)]}

    # === BUSINESS METHODS ===#

    @api.model
    def _get_in_force(self, company):
        """Return the scheme in force in a company: its own, else the shared one, else none."""
        # reading the company's policy is not the user's to grant
        return self.sudo().browse(self._get_in_force_ids(company.id))

    @api.model
    @tools.ormcache("company_id")
    def _get_in_force_ids(self, company_id):
        mine = [("state", "=", "in_force"), ("company_id", "in", (company_id, False))]
        return tuple(self.sudo()._search(mine, order="company_id", limit=1))

    def _get_companies(self):
        """Return the companies the scheme is in force in."""
        # a scheme of all companies is in force also where the user does not look
        companies = self.company_id or self.env["res.company"].sudo().search([])
        return companies.filtered(lambda company: self._get_in_force(company) == self)

    def _get_ladder(self):
        """Return pairs (tier id, threshold), lowest first; the first is the default tier."""
        tiers = self.tier_ids.sorted(lambda tier: (tier.threshold, -tier.sequence, tier.id))
        return [(tier.id, tier.threshold) for tier in tiers]

    def _get_window_months(self, company):
        """Return the window lengths, in months, that the criteria look at."""
        return {criterion._get_window(company) for criterion in self.criterion_ids}

    def _get_default_tier(self):
        """Return the tier of customers without a score (an empty set without tiers)."""
        return self.env["logistics.tier"].browse(self._get_default_tier_ids(self.id))

    @api.model
    @tools.ormcache("scheme_id")
    def _get_default_tier_ids(self, scheme_id):
        return tuple(tier_id for tier_id, _threshold in self.sudo().browse(scheme_id)._get_ladder()[:1])

    def _match_tier(self, tier):
        """Return this scheme's tier with the code of a tier of another scheme, if any."""
        return self.tier_ids.filtered(lambda own: own.code == tier.code)[:1]

    def _get_cuts(self, company, values_query):
        """Return the values that part the company's customers into fifths, per ranked criterion.

        :param values_query: SELECT of profile id and the criteria's values, for every profile
        :return: mapping of criterion id, as text, to four ascending values (or none)
        """
        ranked = self.criterion_ids.filtered(lambda criterion: criterion.method == "rank")
        if not ranked:
            return {}
        quantiles = SQL(", ").join(
            SQL(
                "PERCENTILE_DISC(ARRAY[0.2, 0.4, 0.6, 0.8]::float8[])"
                " WITHIN GROUP (ORDER BY %s)",
                criterion._get_oriented_sql(),
            )
            for criterion in ranked
        )
        [row] = self.env.execute_query(SQL("SELECT %s FROM (%s) v", quantiles, values_query))
        return {
            str(criterion.id): list(cuts or ())
            for criterion, cuts in zip(ranked, row, strict=True)
        }

    def _get_moved_query(self, values_query, before, now):
        """Return the SELECT of customers whose points changed though their values did not.

        :param values_query: as :meth:`_get_cuts` takes it
        :param before: pair of the cuts and the date when the customers were scored
        :param now: the same of today
        :return: SQL, or None where there are none
        """
        moved = [criterion._get_moved_sql(before, now) for criterion in self.criterion_ids]
        changed = [condition for condition in moved if condition]
        if not changed:
            return None
        return SQL("SELECT v.id FROM (%s) v WHERE %s", values_query, SQL(" OR ").join(changed))

    def _get_values_query(self, company, profiles_sql, facts=None):
        """Return the SELECT of profile id and one float column per criterion.

        An age is given as the day from which it counts.

        :param profiles_sql: condition on profile ``p`` that names the batch
        :param facts: a SELECT that yields facts in place of the stored ones (simulation)
        """
        criteria = self.criterion_ids
        months = sorted({criterion._get_window(company) for criterion in criteria} | {0})
        source = SQL("simulated_fact") if facts else SQL("logistics_profile_fact")
        prefix = SQL("WITH simulated_fact AS MATERIALIZED (%s)", facts) if facts else SQL()
        joins = SQL(" ").join(
            SQL(
                "LEFT JOIN %s %s ON %s.profile_id = p.id AND %s.window_months = %s",
                source,
                *[SQL.identifier(f"f{window}")] * 3,
                window,
            )
            for window in months
        )
        columns = SQL(", ").join(
            SQL(
                "(%s)::float8 AS %s",
                criterion._get_value_sql(company),
                criterion._get_column(),
            )
            for criterion in criteria
        )
        return SQL(
            """%s SELECT p.id, %s FROM logistics_profile p %s
                WHERE p.company_id = %s AND p.active AND p.tier_opt_out IS NOT TRUE
                  AND f0.order_count > 0 AND %s""",
            prefix,
            columns,
            joins,
            company.id,
            profiles_sql,
        )

    def _score(self, rows, cuts, today):
        """Score customers.

        :param rows: pairs of profile id and the criteria's values in order
        :param cuts: what :meth:`_get_cuts` returned
        :param today: date in the company's time zone
        :return: mapping of profile id to :class:`~odoo.addons...tools.scoring.Score` or None
        """
        criteria = [criterion._prepare_scoring(cuts, today) for criterion in self.criterion_ids]
        return {profile_id: scoring.score(criteria, values) for profile_id, *values in rows}

    def _check_state_rights(self, field_names):
        """Raise when somebody sets the state by hand, past the checks and the new run."""
        if not self.env.su and {"state", "in_force_since"}.intersection(field_names):
            raise AccessError(self.env._("A scheme's state follows from “Put in force”."))

    def _check_shared_rights(self):
        """Raise when somebody who does not see every company changes a scheme of all."""
        shared = self.filtered(lambda scheme: not scheme.company_id)
        if self.env.su or not shared:
            return
        # companies that the user may not see are the very ones to protect
        if self.env["res.company"].sudo().search([]) - self.env.user.company_ids:
            raise AccessError(
                self.env._("This scheme serves every company. Copy it for yours and change that.")
            )

    def _check_complete(self):
        """Raise when the scheme lacks what tiering needs."""
        for scheme in self:
            if len(scheme.tier_ids) < 2 or not scheme.criterion_ids:
                raise UserError(
                    self.env._(
                        "“%s” needs at least two tiers and one criterion.", scheme.display_name
                    )
                )
            if min(scheme.tier_ids.mapped("threshold")) > 0:
                raise UserError(
                    self.env._(
                        "“%s” needs a tier with threshold 0 for everybody else.",
                        scheme.display_name,
                    )
                )
            for criterion in scheme.criterion_ids:
                if criterion.method == "steps" and not criterion.step_ids:
                    raise UserError(
                        self.env._("“%s” has no break points.", criterion.display_name)
                    )

    def _check_editable(self):
        """Raise when the scheme is past its draft: scores already given refer to it."""
        self._check_shared_rights()
        if self.filtered(lambda scheme: scheme.state != "draft"):
            raise ValidationError(
                self.env._(
                    "A scheme in force or retired cannot be changed in what it measures. "
                    "Copy it, try the copy on live data and put it in force."
                )
            )
