from odoo import api, fields, models
from odoo.tools import ormcache

from ....tools.complaint import sla
from ..logistics_complaint_category import SEVERITIES
from ..logistics_complaint_stage import WAITING_CUSTOMER, WAITING_THIRD


class LogisticsSlaPolicy(models.Model):
    """What is promised to which cases: for every target the most specific policy that has it."""

    _name = "logistics.sla.policy"
    _description = "SLA Policy"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="Of two policies equally specific the first wins.")
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        help="Empty: every company. What a company says for itself outweighs that.",
    )
    country_id = fields.Many2one(
        "res.country",
        ondelete="cascade",
        tracking=True,
        help="The law of a country holds for companies there; empty: of every country.",
    )
    team_id = fields.Many2one(
        "logistics.service.team", ondelete="cascade", check_company=True, tracking=True
    )
    kind = fields.Selection(
        selection=lambda self: self.env["logistics.complaint"]
        ._fields["kind"]
        ._description_selection(self.env),
        tracking=True,
    )
    category_id = fields.Many2one(
        "logistics.complaint.category",
        ondelete="cascade",
        check_company=True,
        tracking=True,
        help="The categories below it are meant, too.",
    )
    severity = fields.Selection(SEVERITIES, tracking=True)
    tier_id = fields.Many2one(
        "logistics.tier",
        ondelete="cascade",
        tracking=True,
        help="Tiers of two schemes with the same code are the same.",
    )
    carrier_id = fields.Many2one(
        "delivery.carrier", ondelete="cascade", check_company=True, tracking=True
    )
    target_ids = fields.One2many(
        "logistics.sla.target", "policy_id", string="Targets", copy=True
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        check_company=True,
        tracking=True,
        help="Empty: those of the case's team, else those of the company.",
    )
    warn_share = fields.Float(
        string="Warn At",
        default=0.8,
        required=True,
        tracking=True,
        help="Share of the time after which a case is shown as due soon.",
    )
    pause_waiting_customer = fields.Boolean(
        string="Pause While Waiting for the Customer", default=True, tracking=True
    )
    pause_waiting_third = fields.Boolean(
        string="Pause While Waiting for a Third Party", tracking=True
    )
    note = fields.Text(translate=True, help="Where the promise comes from: contract, law, custom.")
    calendar_problem = fields.Char(
        compute="_compute_calendar_problem",
        help="What is wrong with the working hours that the policy counts by.",
    )

    _check_warn_share = models.Constraint(
        "CHECK (warn_share > 0 AND warn_share <= 1)",
        "The warning comes after a share of the time between 0 and 100 %.",
    )

    @api.depends("calendar_id", "team_id", "company_id")
    def _compute_calendar_problem(self):
        for policy in self:
            company = policy.company_id or self.env.company
            calendar = (
                policy.calendar_id
                or policy.team_id.resource_calendar_id
                or company.resource_calendar_id
            )
            policy.calendar_problem = calendar._get_clock_problem()

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._after_change()
        return policies

    def write(self, vals):
        companies = self.company_id
        shared = any(not policy.company_id for policy in self)
        result = super().write(vals)
        self._after_change(companies, shared)
        return result

    def unlink(self):
        companies, shared = self.company_id, any(not policy.company_id for policy in self)
        result = super().unlink()
        self.browse()._after_change(companies, shared)
        return result

    def _after_change(self, companies=None, shared=False):
        """Let open cases follow: their clocks are read anew by the next run of the cron."""
        self.env.registry.clear_cache()
        companies = (companies or self.env["res.company"]) | self.company_id
        if shared or any(not policy.company_id for policy in self):
            # a shared policy is every company's, also where its author does not belong
            companies = self.env["res.company"].sudo().search([])
        self.env["logistics.clock"]._read_anew([("company_id", "in", companies.ids)])

    # === BUSINESS METHODS ===#

    @api.model
    @ormcache("company_id")
    def _get_offers(self, company_id):
        """Return the :class:`sla.Offer` of every target of the policies that a company has."""
        # whoever works on a case need not see the policies, nor a clock forget one
        # nor in which country a company is
        country = self.env["res.company"].sudo().browse(company_id).country_id
        policies = self.sudo().search(
            [("company_id", "in", (company_id, False)), ("country_id", "in", (country.id, False))]
        )
        return tuple(
            sla.Offer(**policy._prepare_offer_vals(), **line._prepare_offer_vals(policy))
            for policy in policies
            for line in policy.target_ids
        )

    def _prepare_offer_vals(self):
        self.ensure_one()
        return {
            "policy": self.id,
            "warn_share": self.warn_share,
            "calendar": self.calendar_id.id or None,
            "company": self.company_id.id or None,
            "team": self.team_id.id or None,
            "kind": self.kind or None,
            "category": self.category_id.id or None,
            "depth": len((self.category_id.parent_path or "").split("/")) - 1,
            "severity": self.severity or None,
            "tier": (self.tier_id.code or str(self.tier_id.id)) if self.tier_id else None,
            "carrier": self.carrier_id.id or None,
            "sequence": self.sequence,
        }

    def _get_pausing_phases(self):
        """Return the phases in which the policy's clocks stand still."""
        phases = set()
        if self.pause_waiting_customer:
            phases.add(WAITING_CUSTOMER)
        if self.pause_waiting_third:
            phases.add(WAITING_THIRD)
        return frozenset(phases)

    def _report_calendar(self, problem):
        """Tell whoever keeps the policy, once, that its working hours cannot be used."""
        self.ensure_one()
        summary = self.env._("The working hours cannot be used")
        activities = self.sudo().activity_ids  # the report is made in anybody's name
        if any(activity.summary == summary for activity in activities):
            return
        keeper = self.sudo().write_uid
        if not keeper.active or keeper.share or keeper._is_superuser():
            keeper = self.env.ref("base.user_admin")
        self.sudo().with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=problem,
            user_id=keeper.id,
        )
