from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ....tools.foundation.foresight import GOES, Fate
from ....tools.foundation.periods import local_date, to_local

PLANNED, UNDER_WAY, DONE, CANCELLED = "planned", "under_way", "done", "cancelled"
OPEN = (PLANNED, UNDER_WAY)
FINAL = (DONE, CANCELLED)
SEQUENCE_CODE = "logistics.visit"
SUPERVISOR = "logistics_customer_service.group_supervisor"


class LogisticsVisit(models.Model):
    """A visit to a customer or prospect: planned, made, and what came of it."""

    _name = "logistics.visit"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.course.mixin",
        "logistics.contact.document.mixin",
        "logistics.team.work.mixin",
    ]
    _description = "Visit"
    _order = "planned_on desc, route_order, planned_at, id"

    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    partner_id = fields.Many2one(
        string="Whom",
        tracking=True,
        help="A customer or a prospect, or the person to be seen there.",
    )
    profile_id = fields.Many2one(help="Empty for a prospect.")
    tier_id = fields.Many2one(
        "logistics.tier",
        string="Tier",
        compute="_compute_tier_id",
        store=True,
        precompute=True,
        ondelete="set null",
        help="The customer's tier when the visit was planned.",
    )
    tier_color = fields.Integer(related="tier_id.color", string="Tier Colour")
    team_id = fields.Many2one(
        "logistics.service.team",
        string="Team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    user_id = fields.Many2one(
        string="Visitor",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="restrict",
        help="In principle not the salesperson of the account.",
    )
    is_salesperson = fields.Boolean(
        string="Visitor Is the Salesperson", compute="_compute_is_salesperson"
    )
    override_reason = fields.Char(
        string="Why the Salesperson",
        tracking=True,
        copy=False,
        help="The salesperson of the account visits only for a reason.",
    )
    state = fields.Selection(
        selection="_get_states",
        required=True,
        readonly=True,
        default=PLANNED,
        index=True,
        copy=False,
        tracking=True,
    )
    cancel_reason = fields.Char(readonly=True, copy=False, tracking=True)
    cancelled_at = fields.Datetime(string="Cancelled", readonly=True, copy=False)
    origin = fields.Selection(
        [("cadence", "Cadence"), ("manual", "Planned by Hand"), ("need", "Special Need")],
        required=True,
        default="manual",
        copy=False,
        help="Planned by the cadence of the tier, by hand, or because something calls for it.",
    )
    need_reason = fields.Char(string="What Calls for It", copy=False)
    plan_id = fields.Many2one(
        "logistics.visit.plan",
        string="Visit Plan",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
    )

    # --- when and where
    planned_at = fields.Datetime(
        string="Planned For", required=True, default=fields.Datetime.now, tracking=True
    )
    planned_on = fields.Date(
        string="Day",
        compute="_compute_planned_on",
        store=True,
        precompute=True,
        index=True,
        help="By the visitor's clock.",
    )
    duration = fields.Float(string="Hours", default=1.0)
    event_id = fields.Many2one(
        "calendar.event",
        string="Calendar Entry",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    region_id = fields.Many2one(
        "res.country.state",
        string="Region",
        compute="_compute_region_id",
        store=True,
        precompute=True,
        ondelete="set null",
    )
    route_order = fields.Integer(
        string="Order of the Day",
        compute="_compute_route_order",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        aggregator=None,
        help="By the clock, until somebody arranges the day otherwise.",
    )
    address = fields.Char(compute="_compute_address")

    # --- its course
    checked_in_at = fields.Datetime(string="Checked In", readonly=True, copy=False, tracking=True)
    checked_out_at = fields.Datetime(string="Checked Out", readonly=True, copy=False, tracking=True)
    minutes = fields.Integer(
        string="Minutes There", compute="_compute_minutes", store=True, aggregator="avg"
    )
    visited_on = fields.Date(
        string="Visited On",
        compute="_compute_visited_on",
        store=True,
        index="btree_not_null",
        help="The day the visit was made, by the visitor's clock.",
    )
    # where people were is the supervisors' business alone, and not for long
    latitude_in = fields.Float(
        string="Latitude In", digits=(9, 6), readonly=True, copy=False, groups=SUPERVISOR
    )
    longitude_in = fields.Float(
        string="Longitude In", digits=(9, 6), readonly=True, copy=False, groups=SUPERVISOR
    )
    latitude_out = fields.Float(
        string="Latitude Out", digits=(9, 6), readonly=True, copy=False, groups=SUPERVISOR
    )
    longitude_out = fields.Float(
        string="Longitude Out", digits=(9, 6), readonly=True, copy=False, groups=SUPERVISOR
    )
    has_place = fields.Boolean(
        string="Place Known", readonly=True, copy=False, groups=SUPERVISOR
    )
    contact_name = fields.Char(string="Spoken To", copy=False, help="Who was there.")
    finding_ids = fields.One2many("logistics.visit.finding", "visit_id", string="Visit Findings")
    finding_count = fields.Integer(string="Number of Findings", compute="_compute_counts")
    action_ids = fields.One2many("logistics.visit.action", "visit_id", string="Agreed Actions")
    action_count = fields.Integer(string="Number Agreed", compute="_compute_counts")
    open_action_count = fields.Integer(string="Open Actions", compute="_compute_counts")
    photo_ids = fields.Many2many(
        "ir.attachment", "logistics_visit_photo_rel", string="Photos", copy=False
    )
    signature = fields.Image(
        string="Customer's Signature", max_width=1024, max_height=1024, copy=False
    )
    signed_by = fields.Char(copy=False)
    note = fields.Text(copy=False)
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")

    _one_open_by_cadence = models.UniqueIndex(
        "(profile_id) WHERE origin = 'cadence' AND state IN ('planned', 'under_way')",
        "The cadence has planned a visit to this customer already.",
    )
    _day_idx = models.Index("(user_id, planned_on) WHERE state IN ('planned', 'under_way')")
    _planned_idx = models.Index("(planned_at) WHERE state = 'planned'")
    _checked_in_idx = models.Index("(checked_in_at) WHERE checked_in_at IS NOT NULL")
    _check_duration = models.Constraint(
        "CHECK (duration > 0 AND duration <= 24)", "A visit lasts longer than no time, and a day at most."
    )

    # === SELECTION METHODS ===#

    @api.model
    def _get_states(self):
        return [
            (PLANNED, self.env._("Planned")),
            (UNDER_WAY, self.env._("On Site")),
            (DONE, self.env._("Done")),
            (CANCELLED, self.env._("Cancelled")),
        ]

    # === COMPUTE METHODS ===#

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for visit in self:
            visit.display_name = " · ".join(
                filter(None, [visit.name, visit.partner_id.display_name])
            )

    @api.depends("partner_id.commercial_partner_id")
    def _compute_customer_id(self):
        """Whoever joins a company later brings the visits along, as the profile does."""
        return super()._compute_customer_id()

    @api.depends("profile_id")
    def _compute_tier_id(self):
        """The tier as it was: a later change of tier leaves earlier visits alone."""
        for visit in self:
            visit.tier_id = visit.profile_id.tier_id

    @api.depends("user_id", "company_id")
    def _compute_team_id(self):
        """The visitor's team, else the company's first."""
        # whoever plans a visit need not see every team
        teams = self.env["logistics.service.team"].sudo()
        known = teams.search([("company_id", "in", self.company_id.ids)])
        for visit in self:
            own = known.filtered(lambda team, visit=visit: team.company_id == visit.company_id)
            of_visitor = own.filtered(lambda team, visit=visit: visit.user_id in team.member_ids)
            visit.team_id = (of_visitor or own)[:1]

    @api.depends("partner_id", "company_id")
    def _compute_user_id(self):
        """The customer's own agent, else whoever plans: not the salesperson of the account."""
        for visit in self:
            visit.user_id = visit.user_id or visit._propose_visitor()

    @api.depends("partner_id", "user_id")
    def _compute_is_salesperson(self):
        for visit in self:
            visit.is_salesperson = bool(visit.user_id & visit._get_salespeople())

    @api.depends("planned_at", "user_id", "company_id")
    def _compute_planned_on(self):
        for visit in self:
            visit.planned_on = visit.planned_at and local_date(visit.planned_at, visit._get_zone())

    @api.depends("planned_at")
    def _compute_route_order(self):
        for visit in self:
            clock = visit.planned_at and to_local(visit.planned_at, visit._get_zone())
            visit.route_order = clock and clock.hour * 60 + clock.minute

    @api.depends("checked_in_at", "state", "planned_on", "user_id", "company_id")
    def _compute_visited_on(self):
        """What was noted as done afterwards was done on the day it was planned for."""
        for visit in self:
            checked_in = visit.checked_in_at
            day = checked_in and local_date(checked_in, visit._get_zone())
            visit.visited_on = day or (visit.state == DONE and visit.planned_on)

    @api.depends("checked_in_at", "checked_out_at")
    def _compute_minutes(self):
        for visit in self:
            begun, ended = visit.checked_in_at, visit.checked_out_at
            visit.minutes = (ended - begun).total_seconds() / 60 if begun and ended else 0

    @api.depends("partner_id.state_id", "customer_id.state_id")
    def _compute_region_id(self):
        for visit in self:
            visit.region_id = visit.partner_id.state_id or visit.customer_id.state_id

    @api.depends("partner_id")
    def _compute_address(self):
        for visit in self:
            place = visit._get_place_partner()
            visit.address = ", ".join(
                line.strip()
                for line in place._display_address(without_company=True).splitlines()
                if line.strip()
            )

    @api.depends("finding_ids", "action_ids.state")
    def _compute_counts(self):
        for visit in self:
            visit.finding_count = len(visit.finding_ids)
            visit.action_count = len(visit.action_ids)
            visit.open_action_count = len(
                visit.action_ids.filtered(lambda action: action.state == "open")
            )

    @api.depends("state", "planned_on")
    def _compute_is_overdue(self):
        for visit in self:
            today = visit.company_id._get_logistics_today()
            visit.is_overdue = bool(
                visit.state == PLANNED and visit.planned_on and visit.planned_on < today
            )

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_logistics_today()
        overdue = ["&", ("state", "=", PLANNED), ("planned_on", "<", today)]
        return overdue if True in value else ["!", *overdue]

    def _propose_visitor(self):
        salespeople = self._get_salespeople()
        return (self.profile_id.agent_id | self.env.user).filtered(
            lambda user: (
                self.partner_id
                and user not in salespeople
                and user._may_visit_for(self.company_id)
            )
        )[:1]

    def _get_zone(self):
        """Return the time zone whose days count: the visitor's."""
        self.ensure_one()
        return self.user_id._get_visit_zone(self.company_id)

    def _get_place_partner(self):
        """Return the partner whose address the visitor goes to."""
        partner = self.partner_id
        return partner if partner.street or partner.city else partner.commercial_partner_id

    def _get_salespeople(self):
        """Return the salespeople of the account."""
        return self.partner_id.user_id | self.partner_id.commercial_partner_id.user_id

    # === CONSTRAINT METHODS ===#

    @api.constrains("partner_id", "user_id", "override_reason")
    def _check_override(self):
        for visit in self.filtered(lambda visit: visit.state in OPEN):
            if visit.is_salesperson and not (visit.override_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "%(user)s is the salesperson of %(customer)s and in principle does not "
                        "visit this customer. Name another visitor, or say why.",
                        user=visit.user_id.name,
                        customer=visit.partner_id.display_name,
                    )
                )

    # === BUSINESS METHODS ===#

    def _prepare_foresight(self):
        """As what is sent has it."""

    def _foresee(self, at, kind, known, take):
        """Who plans a visit has decided; it counts."""
        take(True)
        return Fate(GOES)

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        """Visits begin planned, whatever an import says, each with its number."""
        vals_list = [dict(vals) for vals in self._without_course(vals_list)]
        self._number(vals_list)
        numbered = super(LogisticsVisit, self._by_method()).create(vals_list)
        return numbered.with_env(self.env)

    def write(self, vals):
        """What is over stays as planned."""
        if not self.env.su:
            begun = self.filtered(lambda visit: visit.state != PLANNED)
            if self._get_plan_fields() & vals.keys() and begun:
                raise UserError(
                    self.env._("A visit that has begun, or is over, is not planned anew.")
                )
        return super().write(vals)

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "name",
            "state",
            "cancel_reason",
            "cancelled_at",
            "checked_in_at",
            "checked_out_at",
            "latitude_in",
            "longitude_in",
            "latitude_out",
            "longitude_out",
            "has_place",
            "event_id",
            "plan_id",
            # these follow from others, and reports count by them
            "customer_id",
            "profile_id",
            "tier_id",
            "region_id",
            "planned_on",
            "visited_on",
            "minutes",
        }

    @api.model
    def _get_plan_fields(self):
        """Return the names of the fields that say whom to visit, when and by whom."""
        return {"company_id", "partner_id", "user_id", "planned_at", "duration"}

    @api.model
    def _get_course_error(self, labels):
        return UserError(
            self.env._("The course of a visit is noted with the buttons of the visit.")
        )

    @api.model
    def _number(self, vals_list):
        """Give each of the values a number."""
        # numbers are drawn for whoever may plan a visit
        sequences = self.env["ir.sequence"].sudo()
        sequences._number_logistics_vals(
            SEQUENCE_CODE, "name", vals_list, self._tell_missing_sequence
        )

    @api.model
    def _tell_missing_sequence(self, company):
        return self.env._(
            "%(company)s has no sequence for the numbers of visits. An administrator "
            "makes one with the code “%(code)s”.",
            company=company.name,
            code=SEQUENCE_CODE,
        )

    def _note_course(self, vals):
        # who may was checked by the button
        return super(LogisticsVisit, self.sudo())._note_course(vals)
