from odoo import fields, models

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class LogisticsVisitPlan(models.Model):
    """Whom to visit, how often and by whom, without anybody having to think of it."""

    _name = "logistics.visit.plan"
    _description = "Visit Plan"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="The first plan that fits a customer counts.")
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: the plan of every company."
    )
    tier_ids = fields.Many2many("logistics.tier", string="Tiers", help="Empty: all.")
    region_ids = fields.Many2many("res.country.state", string="Regions", help="Empty: all.")
    interval_days = fields.Integer(
        string="Visit Every (Days)", help="0: as often as the customer's tier says."
    )
    team_id = fields.Many2one(
        "logistics.service.team",
        string="Team",
        check_company=True,
        ondelete="set null",
        help="Empty: the company's first team.",
    )
    visitor_ids = fields.Many2many(
        "res.users",
        "logistics_visit_plan_visitor_rel",
        string="Visitors",
        check_company=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").id)
        ],
        help="Empty: the members of the team.",
    )
    horizon_days = fields.Integer(
        string="Plan Ahead (Days)",
        default=14,
        help="Visits that become due within so many days are planned.",
    )
    early_days = fields.Integer(
        string="Early by (Days)",
        default=5,
        help="A visit may be so many days early, to spread the load and to go where one is anyway.",
    )
    rest_days = fields.Integer(
        string="Rest after Cancelling (Days)",
        default=7,
        help="So long after a visit was cancelled the customer is not planned again.",
    )
    max_per_day = fields.Integer(string="Visits a Day", default=5, help="Of a visitor, at most.")
    duration = fields.Float(string="Hours of a Visit", default=1.0)
    travel_minutes = fields.Integer(string="Minutes between Visits", default=30)
    mon = fields.Boolean(string="Monday", default=True)
    tue = fields.Boolean(string="Tuesday", default=True)
    wed = fields.Boolean(string="Wednesday", default=True)
    thu = fields.Boolean(string="Thursday", default=True)
    fri = fields.Boolean(string="Friday", default=True)
    sat = fields.Boolean(string="Saturday")
    sun = fields.Boolean(string="Sunday")
    visit_ids = fields.One2many("logistics.visit", "plan_id", string="Visits")
    visit_count = fields.Integer(string="Planned Visits", compute="_compute_visit_count")

    _check_days = models.Constraint(
        "CHECK (interval_days >= 0 AND horizon_days > 0 AND early_days >= 0 AND rest_days >= 0"
        " AND max_per_day > 0 AND duration > 0 AND duration <= 24 AND travel_minutes >= 0)",
        "Days and minutes cannot be negative; at least one day is planned ahead, and at least one "
        "visit a day.",
    )

    def _compute_visit_count(self):
        counts = dict(
            self.env["logistics.visit"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.visit_count = counts.get(plan, 0)

    # === ACTIONS ===#

    def action_view_visits(self):
        """Open what the plan has planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_visit_action_all"
        )
        return {**action, "domain": [("plan_id", "=", self.id)], "context": {}}
