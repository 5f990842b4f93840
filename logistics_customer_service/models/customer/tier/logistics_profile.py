from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.customer import tiering
from ...foundation import bulk


class LogisticsProfile(models.Model):
    """The score of a profile and the tier that follows from it."""

    _inherit = "logistics.profile"

    score_ids = fields.One2many("logistics.profile.score", "profile_id", string="Scores")
    score_id = fields.Many2one(
        "logistics.profile.score",
        string="Score of Today",
        compute="_compute_score_id",
        search="_search_score_id",
        compute_sudo=True,
    )
    score = fields.Float(related="score_id.score")
    value_score = fields.Float(related="score_id.value_score")
    complexity_score = fields.Float(related="score_id.complexity_score")
    stability_score = fields.Float(related="score_id.stability_score")
    score_explanation = fields.Html(compute="_compute_score_explanation", sanitize=False)
    tier_id = fields.Many2one(
        "logistics.tier",
        index=True,
        readonly=True,
        copy=False,
        ondelete="restrict",
        tracking=True,
    )
    tier_color = fields.Integer(related="tier_id.color", string="Tier Colour")
    scheme_id = fields.Many2one(related="tier_id.scheme_id")
    tier_since = fields.Date(readonly=True, copy=False)
    tier_cause = fields.Selection(
        selection="_get_tier_causes",
        string="Tier Decided by",
        readonly=True,
        copy=False,
        tracking=True,
    )
    tier_opt_out = fields.Boolean(
        string="No Automatic Tier",
        tracking=True,
        help="The customer does not want to be rated by a program: no score is kept and a person "
        "decides on the tier.",
    )
    manual_tier_id = fields.Many2one(
        "logistics.tier",
        string="Locked Tier",
        readonly=True,
        copy=False,
        ondelete="restrict",
        tracking=True,
    )
    manual_reason = fields.Char(
        string="Reason of the Lock", readonly=True, copy=False, tracking=True
    )
    manual_until = fields.Date(string="Locked Until", readonly=True, copy=False, tracking=True)
    tier_change_ids = fields.One2many("logistics.tier.change", "profile_id")
    tier_change_count = fields.Integer(compute="_compute_tier_change_count")
    agent_missing = fields.Boolean(
        compute="_compute_agent_missing",
        search="_search_agent_missing",
        help="The tier promises a dedicated agent and there is none.",
    )

    _company_tier_idx = models.Index("(company_id, tier_id)")

    # === COMPUTE METHODS ===#

    @api.depends("score_ids")
    def _compute_score_id(self):
        for profile in self:
            profile.score_id = profile.score_ids[:1]

    @api.depends("tier_change_ids")
    def _compute_tier_change_count(self):
        counts = dict(
            self.env["logistics.tier.change"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.tier_change_count = counts.get(profile, 0)

    @api.depends("tier_id.dedicated_agent_required", "agent_id")
    def _compute_agent_missing(self):
        for profile in self:
            profile.agent_missing = (
                profile.tier_id.dedicated_agent_required and not profile.agent_id
            )

    def _search_agent_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        missing = [
            ("tier_id.dedicated_agent_required", "=", True),
            ("agent_id", "=", False),
        ]
        return missing if True in value else ["!", "&", *missing]

    @api.depends("score_id")
    @api.depends_context("lang")
    def _compute_score_explanation(self):
        criteria = self.env["logistics.tier.criterion"].sudo()  # labels only; agents see no policy
        for profile in self:
            lines = profile.score_id.explanation or []
            known = criteria.browse(line["criterion_id"] for line in lines).exists()
            profile.score_explanation = lines and self.env["ir.qweb"]._render(
                "logistics_customer_service.score_explanation",
                {
                    "groups": profile._prepare_explanation(lines, known),
                    "score": profile.score,
                },
            )

    def _prepare_explanation(self, lines, criteria):
        """Return per dimension its label, score and bars, as the explanation shows them.

        :param lines: the stored explanation of the score
        :param criteria: the criteria that still exist
        """
        by_id = {criterion.id: criterion for criterion in criteria}
        labels = dict(criteria._fields["dimension"]._description_selection(self.env))
        groups = defaultdict(list)
        for line in lines:
            criterion = by_id.get(line["criterion_id"])
            if criterion:
                groups[criterion.dimension].append({**line, "name": criterion.name})
        return [
            {"name": labels[dimension], "score": self[f"{dimension}_score"], "bars": bars}
            for dimension, bars in groups.items()
        ]

    @api.model
    def _search_score_id(self, operator, value):
        if operator not in ("any", "any!", "in"):
            return NotImplemented
        return Domain("score_ids", operator, value)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Lets the score be sorted and averaged: it is related through ``score_id``."""
        if field_expr != "score_id":
            return super()._field_to_sql(alias, field_expr, query)
        return SQL(
            "(SELECT id FROM logistics_profile_score WHERE profile_id = %s)",
            SQL.identifier(alias, "id"),
        )

    # === CRUD METHODS ===#

    @api.model
    def default_get(self, fields):
        """Drop defaults, a context's too, of what nobody but a rule or a supervisor sets."""
        guarded = set() if self.env.su else self._get_decided_fields() | {"tier_opt_out"}
        return super().default_get([name for name in fields if name not in guarded])

    @api.model_create_multi
    def create(self, vals_list):
        self._check_tier_rights(set().union(*vals_list))
        profiles = super().create(vals_list)
        profiles._give_first_tier()
        return profiles

    def write(self, vals):
        self._check_tier_rights(vals.keys())
        result = super().write(vals)
        if "tier_opt_out" in vals:
            self._apply_opt_out()
        return result

    def _check_tier_rights(self, field_names):
        """Raise when a person sets by hand what only the rules or a lock may set."""
        if self.env.su:
            return
        if self._get_decided_fields().intersection(field_names):
            raise AccessError(
                self.env._("A tier is set by its rules or by a lock, not by editing it.")
            )
        if "tier_opt_out" in field_names:
            self._ensure_supervisor()

    @api.model
    def _get_decided_fields(self):
        """Return the fields that nobody edits: they follow from rules and locks."""
        return {
            "tier_id",
            "tier_since",
            "tier_cause",
            "manual_tier_id",
            "manual_reason",
            "manual_until",
        }

    def _ensure_supervisor(self):
        if not self.env.su and not self.env.user.has_group(
            "logistics_customer_service.group_supervisor"
        ):
            raise AccessError(self.env._("Only a service supervisor may do this."))

    @api.model
    def _get_tier_causes(self):
        """Return the causes of a tier as the options of a selection."""
        causes = {
            "first": self.env._("First tier"),
            "score": self.env._("Score"),
            "scheme": self.env._("New scheme"),
            "manual": self.env._("Locked by hand"),
            "manual_end": self.env._("Lock ended"),
            "opt_out": self.env._("Customer opted out"),
            "merge": self.env._("Customers merged"),
        }
        return list(causes.items())

    # === ACTION METHODS ===#

    def action_lock_tier(self):
        """Open the dialogue that locks the tier of these customers."""
        self._ensure_supervisor()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_tier_lock_action"
        )
        return {**action, "context": {"default_profile_ids": self.ids}}

    def action_release_tier(self):
        """End the lock; the score decides again."""
        self._ensure_supervisor()
        self.check_access("write")
        locked = self.filtered("manual_tier_id").sudo()  # the lock fields are guarded
        locked._release_lock()
        return True

    def action_view_tier_changes(self):
        """Open the tier history of these customers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_tier_change_action"
        )
        return {**action, "domain": [("profile_id", "in", self.ids)], "context": {}}

    # === BUSINESS METHODS ===#

    @api.model
    def _refresh_all(self, companies):
        """Run the whole nightly job for companies inside the current transaction."""
        for company in companies:
            self.env["logistics.run"]._run_at_once(company)

    def _refresh(self, company, today=None):
        """Refresh facts, scores and tiers of profiles of one company, in this order.

        :param today: date in the company's time zone, by default the current one
        """
        today = today or company._get_logistics_today()
        scheme = self.env["logistics.tier.scheme"]._get_in_force(company)
        self.env["logistics.profile.fact"]._refresh(company, self.ids, today)
        if scheme:
            cuts = self.env["logistics.run"]._get_last_cuts(company, scheme, today)
            self._rate(company, scheme, cuts, today)

    def _rate(self, company, scheme, cuts, today):
        """Score profiles and decide their tiers.

        :param cuts: the values that part the company's customers into fifths
        :return: pair of the number of scores and of tiers that changed
        """
        self.env.flush_all()
        rated = self.filtered("active")  # who is archived keeps score and tier
        rows = self.env.execute_query(
            scheme._get_values_query(company, today, SQL("p.id = ANY(%s)", rated.ids))
        )
        scores = {**dict.fromkeys(rated.ids), **scheme._score(company, rows, cuts)}
        scored = self.env["logistics.profile.score"]._store(scheme, company, scores)
        return scored, rated._decide_tiers(scheme, scores, today)

    def _decide_tiers(self, scheme, scores, today):
        """Give each profile the tier it has from now on: locked, by its score, or the default.

        :param scores: mapping of profile id to the pure score or None
        :return: the number of tiers that changed
        """
        self._lapse_locks(scheme, today)
        ladder = scheme._get_ladder()
        moves = defaultdict(list)
        kept_ids = []
        for profile in self.filtered(lambda profile: not profile.manual_tier_id):
            decision = profile._decide_tier(scheme, ladder, scores.get(profile.id), today)
            if decision.tier == profile.tier_id.id:
                kept_ids.append(profile.id)
            else:
                moves[decision.tier, self._get_cause(decision)].append(profile.id)
        self.browse(kept_ids)._withdraw_proposals()
        return sum(
            self.browse(profile_ids)._move_or_propose(
                scheme.tier_ids.browse(tier_id), cause, scheme, today
            )
            for (tier_id, cause), profile_ids in moves.items()
        )

    def _decide_tier(self, scheme, ladder, score, today):
        """Return the pure decision on the profile's tier.

        :param score: the pure score or None
        """
        if self.tier_opt_out:
            matched = scheme._match_tier(self.tier_id) or scheme._get_default_tier()
            return tiering.Decision(matched.id, tiering.SCHEME)
        return tiering.decide(
            score and score.total,
            self.tier_id.id or None,
            ladder,
            margin=scheme.downgrade_margin,
            days_held=(today - self.tier_since).days if self.tier_since else 0,
            minimum_days=scheme.minimum_stay_days,
        )

    @api.model
    def _get_cause(self, decision):
        """Return the cause of a tier change that follows from a pure decision."""
        if decision.reason in (tiering.FIRST, tiering.SCHEME):
            return decision.reason
        return "score"

    def _move_or_propose(self, tier, cause, scheme, today):
        """Move profiles to a tier, or propose it where the company wants to be asked.

        :return: the number of profiles moved or newly proposed to be
        """
        if cause == "score" and self.company_id.logistics_tier_approval:
            return len(self._propose_tier(tier, cause, scheme, today))
        if cause == "first":
            self._set_first_tier(tier, today)
        else:
            self._withdraw_proposals()
            self._set_tier(tier, cause, today=today)
        return len(self)

    def _set_first_tier(self, tier, today):
        """Give profiles without a tier their first one.

        That is no change that anybody need follow: set-based, so that a first night with many
        customers stays short. It is on record as the others are.
        """
        self.env.flush_all()
        bulk.insert_from(
            self.env["logistics.tier.change"],
            {
                "profile_id": SQL("p.id"),
                "partner_id": SQL("p.partner_id"),
                "company_id": SQL("p.company_id"),
                "new_tier_id": tier.id,
                "score": SQL("COALESCE(s.score, 0)"),
                "direction": "first",
                "cause": "first",
                "state": "applied",
                "date": fields.Datetime.now(),
                "user_id": self.env.uid,
            },
            SQL(
                """FROM logistics_profile p
              LEFT JOIN logistics_profile_score s ON s.profile_id = p.id
                  WHERE p.id = ANY(%s)""",
                self.ids,
            ),
        )
        values = {"tier_id": tier.id, "tier_since": today, "tier_cause": "first"}
        bulk.write(self, dict.fromkeys(self.ids, values))
        self._announce_tier(tier)

    def _set_tier(self, tier, cause, reason=False, today=None):
        """Move profiles to a tier and keep the change with its cause.

        :param cause: one of :meth:`_get_tier_causes`
        :param reason: a person's words, if any
        """
        self.env["logistics.tier.change"].sudo().create(  # nobody may write history by hand
            [profile._prepare_tier_change_vals(tier, cause, reason) for profile in self]
        )
        self._write_tier(tier, cause, today)

    def _write_tier(self, tier, cause, today=None):
        profiles = self.sudo()  # only rules, locks and accepted proposals come here
        moved = profiles.filtered(lambda profile: profile.tier_id != tier)
        self.env["logistics.profile.mixin"]._forget_logistics_profiles()
        moved.write(
            {"tier_id": tier.id, "tier_since": today or fields.Date.context_today(self)}
        )
        profiles.write({"tier_cause": cause})
        moved._announce_tier(tier)

    def _announce_tier(self, tier):
        """Let what is under way for profiles follow from the tier they just got."""
        self.env["logistics.profile.mixin"]._forget_logistics_profiles()
        if tier.delivery_priority:
            # whoever moves a tier need not have rights on transfers
            self.sudo()._get_open_deliveries()._make_urgent(tier)

    def _get_open_deliveries(self):
        """Return the transfers to these customers that are still to be done."""
        contacts = (
            self.env["res.partner"]
            .with_context(active_test=False)
            ._search([("commercial_partner_id", "in", self.partner_id.ids)])
        )
        pickings = self.env["stock.picking"]
        still_open = Domain("state", "not in", ("draft", "done", "cancel")) & Domain(
            "company_id", "in", self.company_id.ids
        )
        # two searches, each by an index, where one with an “or” would read every transfer
        return pickings.search(
            still_open & Domain("sale_id.partner_id", "in", contacts)
        ) | pickings.search(
            still_open & Domain("sale_id", "=", False) & Domain("partner_id", "in", contacts)
        )

    def _prepare_tier_change_vals(self, tier, cause, reason):
        return {
            "profile_id": self.id,
            "company_id": self.company_id.id,
            "old_tier_id": self.tier_id.id,
            "new_tier_id": tier.id,
            "score": self.score,
            "cause": cause,
            "reason": reason,
        }

    def _give_first_tier(self):
        """Give new profiles the default tier of their company's scheme."""
        for company, profiles in self.filtered(lambda p: not p.tier_id).grouped(
            "company_id"
        ).items():
            scheme = self.env["logistics.tier.scheme"]._get_in_force(company)
            if tier := scheme._get_default_tier():
                profiles._set_first_tier(tier, company._get_logistics_today())

    def _apply_opt_out(self):
        """Forget the score of customers who opted out; unlocked ones get the default tier."""
        opted_out = self.filtered("tier_opt_out")
        opted_out.sudo().score_ids.unlink()  # people read scores, rules write and drop them
        opted_out._withdraw_proposals()
        for company, profiles in (
            opted_out.filtered(lambda p: not p.manual_tier_id).grouped("company_id").items()
        ):
            scheme = self.env["logistics.tier.scheme"]._get_in_force(company)
            tier = scheme._get_default_tier()
            profiles.filtered(lambda p, tier=tier: p.tier_id != tier)._set_tier(tier, "opt_out")

    def _propose_tier(self, tier, cause, scheme, today):
        """Propose a tier, unless it is proposed already or was turned down lately.

        :return: the proposals made
        """
        Change = self.env["logistics.tier.change"].sudo()  # people only decide on proposals
        mine = [("profile_id", "in", self.ids)]
        open_changes = Change.search([*mine, ("state", "=", "proposed")])
        standing = open_changes.filtered(lambda change: change.new_tier_id == tier)
        (open_changes - standing).write({"state": "withdrawn"})
        rejected = Change.search(
            [
                *mine,
                ("state", "=", "rejected"),
                ("new_tier_id", "=", tier.id),
                ("decided_at", ">=", today - timedelta(days=scheme.minimum_stay_days)),
            ]
        )
        return Change.create(
            [
                {**profile._prepare_tier_change_vals(tier, cause, False), "state": "proposed"}
                for profile in self - standing.profile_id - rejected.profile_id
            ]
        )

    def _withdraw_proposals(self):
        """Take back the open proposals of profiles."""
        self.env["logistics.tier.change"].sudo().search(  # people only decide on proposals
            [("profile_id", "in", self.ids), ("state", "=", "proposed")]
        ).write({"state": "withdrawn"})

    def _lock_tier(self, tier, reason, until):
        """Lock profiles to a tier until a date, inclusive.

        :raise AccessError: when the user is no supervisor
        """
        self._ensure_supervisor()
        self.check_access("write")
        self._withdraw_proposals()
        self.sudo().write(  # the lock fields are guarded
            {"manual_tier_id": tier.id, "manual_reason": reason, "manual_until": until}
        )
        self._set_tier(tier, "manual", reason)

    def _lapse_locks(self, scheme, today):
        """End locks past their date, and carry the others over to the scheme in force."""
        locked = self.filtered("manual_tier_id")
        lapsed = locked.filtered(lambda p: p.manual_until and p.manual_until < today)
        lapsed._release_lock(today)
        held = locked - lapsed
        for profile in held.filtered(lambda p: p.tier_id != p.manual_tier_id):
            profile._set_tier(profile.manual_tier_id, "manual", today=today)
        for profile in held.filtered(lambda p: p.manual_tier_id.scheme_id != scheme):
            tier = scheme._match_tier(profile.manual_tier_id)
            if not tier:
                profile._release_lock(today)
                continue
            profile.manual_tier_id = tier
            profile._set_tier(tier, "scheme", today=today)

    def _release_lock(self, today=None):
        """End the lock of profiles; each has the tier its score earns, at once."""
        self.write({"manual_tier_id": False, "manual_reason": False, "manual_until": False})
        for company, profiles in self.grouped("company_id").items():
            scheme = self.env["logistics.tier.scheme"]._get_in_force(company)
            ladder = scheme._get_ladder()
            for profile in profiles if ladder else ():
                score = profile.score_id.score if profile.score_id else None
                tier = scheme.tier_ids.browse(tiering.earned(score, ladder))
                profile._set_tier(tier, "manual_end", today=today)

    @api.model
    def _get_yielding_fields(self):
        """A lock gives way to the target's own; the note of a merge says so, too."""
        return [*super()._get_yielding_fields(), "manual_tier_id", "manual_reason", "manual_until"]

    def _prepare_merge_vals(self, target):
        vals = super()._prepare_merge_vals(target)
        if self.tier_opt_out and not target.tier_opt_out:
            vals["tier_opt_out"] = True
        if self.manual_tier_id and not target.manual_tier_id:
            vals |= {
                "manual_tier_id": self.manual_tier_id.id,
                "manual_reason": self.manual_reason,
                "manual_until": self.manual_until,
            }
        return vals

    def _move_history(self, target):
        result = super()._move_history(target)
        self._withdraw_proposals()
        # moved by rule, so that the history of both customers stays readable in one place
        self.sudo().tier_change_ids.profile_id = target
        tier = self._get_tier_of_merge(target)
        if tier != target.tier_id:
            target._set_tier(tier, "merge")
        return result

    def _get_tier_of_merge(self, target):
        """Return the tier of the target of a merge: a lock decides, else the better of both."""
        if target.manual_tier_id:
            return target.manual_tier_id
        is_better = (
            self.tier_id.scheme_id == target.tier_id.scheme_id
            and self.tier_id.threshold > target.tier_id.threshold
        )
        return self.tier_id if is_better and not target.tier_opt_out else target.tier_id
