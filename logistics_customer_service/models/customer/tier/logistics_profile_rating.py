from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.customer import tiering
from ...foundation import bulk


class LogisticsProfile(models.Model):
    """How a customer comes by its tier, and how a tier changes."""

    _inherit = "logistics.profile"

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
            cuts = self.env["logistics.run"]._get_last_cuts(company, scheme)
            self._rate(company, scheme, cuts, today)
        self._mark(["rates"])  # a run may be cutting the ranks anew at this moment

    def _rate(self, company, scheme, cuts, today):
        """Score profiles and decide their tiers.

        :param cuts: the values that part the company's customers into fifths
        :return: pair of the number of scores and of tiers that changed
        """
        self.env.flush_all()
        rated = self.filtered("active")  # who is archived keeps score and tier
        rows = self.env.execute_query(
            scheme._get_values_query(company, SQL("p.id = ANY(%s)", rated.ids))
        )
        scores = {**dict.fromkeys(rated.ids), **scheme._score(rows, cuts, today)}
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
        self.flush_model(["partner_id", "company_id"])
        self.env["logistics.profile.score"].flush_model(["profile_id", "score"])
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
