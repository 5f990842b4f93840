from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL


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
        today = self.company_id._get_logistics_today()
        labels = dict(criteria._fields["dimension"]._description_selection(self.env))
        groups = defaultdict(list)
        for line in lines:
            criterion = by_id.get(line["criterion_id"])
            if criterion:
                value = criterion._get_age(line["day"], today) if "day" in line else line["value"]
                groups[criterion.dimension].append({**line, "value": value, "name": criterion.name})
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

    @api.model
    def _get_marked_fields(self):
        """What people decide is looked at by the rules, too; what the rules do is not."""
        marked = super()._get_marked_fields()
        decided = {"manual_tier_id", "manual_until", "tier_opt_out"}
        return {**marked, "rates": marked["rates"] | decided}

    # === CRUD METHODS ===#

    @api.model
    def default_get(self, fields):
        """Drop defaults, a context's too, of what nobody but a rule or a supervisor sets."""
        guarded = set() if self.env.su else self._get_decided_fields() | {"tier_opt_out"}
        return super().default_get([name for name in fields if name not in guarded])

    @api.model_create_multi
    def create(self, vals_list):
        self._check_tier_rights(set().union(*vals_list))
        return super().create(vals_list)

    def _welcome(self):
        """New customers have the default tier of their company's scheme."""
        result = super()._welcome()
        self._give_first_tier()
        return result

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

    @api.model
    def _get_tier_then_sql(self, instant):
        """Return the SQL of the tier that profile ``profile`` had at an instant.

        Before its first change it had what that one changed.
        """
        return SQL(
            """COALESCE(
                (SELECT new_tier_id FROM logistics_tier_change change
                  WHERE change.profile_id = profile.id AND change.state = 'applied'
                    AND COALESCE(change.decided_at, change.date) <= %(instant)s
                  ORDER BY COALESCE(change.decided_at, change.date) DESC, id DESC LIMIT 1),
                (SELECT COALESCE(old_tier_id, new_tier_id) FROM logistics_tier_change change
                  WHERE change.profile_id = profile.id AND change.state = 'applied'
                    AND COALESCE(change.decided_at, change.date) > %(instant)s
                  ORDER BY COALESCE(change.decided_at, change.date), id LIMIT 1),
                profile.tier_id)""",
            instant=instant,
        )

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
