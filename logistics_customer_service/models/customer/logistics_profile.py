from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..foundation import bulk

# what a profile made by a statement takes from its partner
READ_BY_INSERT = (
    *("active", "company_id", "commercial_partner_id", "is_company", "industry_id"),
    *("country_id", "state_id", "tz"),
)


class LogisticsProfile(models.Model):
    _name = "logistics.profile"
    _inherit = ["mail.thread", "mail.activity.mixin", "logistics.marked.mixin"]
    _description = "Logistics Profile"
    _order = "partner_id, id"
    _rec_names_search = ["partner_id.complete_name", "partner_id.ref", "partner_id.phone"]
    _mark_owners = ("partner_id",)  # whose orders make the profile anew

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
        help="The customer as a legal entity; its contacts share the profile.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True)
    avatar_128 = fields.Image(related="partner_id.avatar_128")
    email = fields.Char(related="partner_id.email")
    phone = fields.Char(related="partner_id.phone")

    # --- what the company knows
    customer_kind = fields.Selection(
        [("business", "Business"), ("consumer", "Consumer")],
        compute="_compute_customer_kind",
        store=True,
        readonly=False,
        tracking=True,
    )
    size = fields.Selection(
        [("micro", "Micro"), ("small", "Small"), ("medium", "Medium"), ("large", "Large")]
    )
    industry_id = fields.Many2one(
        "res.partner.industry",
        compute="_compute_industry_id",
        inverse="_inverse_industry_id",
        store=True,
        readonly=False,
    )
    country_id = fields.Many2one(related="partner_id.country_id", store=True)
    state_id = fields.Many2one(related="partner_id.state_id", string="Region", store=True)
    time_class_id = fields.Many2one(
        "logistics.time.class", string="Delivery Time", index="btree_not_null", tracking=True
    )
    cargo_nature_ids = fields.Many2many("logistics.cargo.nature", string="Cargo Natures")
    special_service_ids = fields.Many2many("logistics.special.service", string="Special Services")
    service_frequency = fields.Selection(
        [
            ("daily", "Daily"),
            ("weekly", "Weekly"),
            ("fortnightly", "Every two weeks"),
            ("monthly", "Monthly"),
            ("quarterly", "Quarterly"),
            ("occasional", "Occasionally"),
        ],
        string="Declared Frequency",
        help="How often the customer says to order; compare it with the orders below.",
    )
    preferred_channel = fields.Selection(
        [
            ("phone", "Phone"),
            ("mail", "Mail"),
            ("sms", "SMS"),
            ("portal", "Portal"),
            ("chat", "Chat"),
            ("letter", "Letter"),
        ],
        tracking=True,
    )
    # named as core's week day widget expects them
    mon = fields.Boolean(string="Monday", default=True)
    tue = fields.Boolean(string="Tuesday", default=True)
    wed = fields.Boolean(string="Wednesday", default=True)
    thu = fields.Boolean(string="Thursday", default=True)
    fri = fields.Boolean(string="Friday", default=True)
    sat = fields.Boolean(string="Saturday")
    sun = fields.Boolean(string="Sunday")
    contact_hour_from = fields.Float(string="Contact From", default=9.0)
    contact_hour_to = fields.Float(string="Contact Until", default=18.0)
    contact_tz = fields.Selection(
        _tz_get,
        string="Time Zone",
        compute="_compute_contact_tz",
        store=True,
        readonly=False,
        help="Contact days and hours are in this time zone.",
    )
    consent_ids = fields.One2many("logistics.consent", "profile_id", string="Consents")
    agent_id = fields.Many2one(
        "res.users",
        string="Dedicated Agent",
        index="btree_not_null",
        tracking=True,
        domain=lambda self: [
            (
                "all_group_ids",
                "in",
                self.env.ref("logistics_customer_service.group_agent").id,
            )
        ],
    )
    packing_notes = fields.Text()
    delivery_notes = fields.Text()

    # --- what Odoo knows
    fact_ids = fields.One2many("logistics.profile.fact", "profile_id")
    fact_id = fields.Many2one(
        "logistics.profile.fact",
        string="Facts of the Window",
        compute="_compute_fact_id",
        search="_search_fact_id",
        compute_sudo=True,
    )
    lifetime_fact_id = fields.Many2one(
        "logistics.profile.fact",
        string="Facts in All",
        compute="_compute_fact_id",
        search="_search_lifetime_fact_id",
        compute_sudo=True,
    )
    window_months = fields.Integer(related="company_id.logistics_window_months")
    order_count = fields.Integer(related="fact_id.order_count")
    net_amount = fields.Monetary(related="fact_id.net_amount")
    refund_amount = fields.Monetary(related="fact_id.refund_amount")
    margin = fields.Monetary(related="fact_id.margin")
    median_gap_days = fields.Float(related="fact_id.median_gap_days")
    delivery_count = fields.Integer(related="fact_id.delivery_count")
    delivery_judged_count = fields.Integer(related="fact_id.delivery_judged_count")
    on_time_count = fields.Integer(related="fact_id.on_time_count")
    on_time_rate = fields.Float(
        string="On-Time Rate of Deliveries Done",
        compute="_compute_rates",
        compute_sudo=True,
        help="On time ÷ deliveries done that had a promised day. What is overdue and not delivered "
        "is no part of it: it is in the on-time rate of orders due.",
    )
    in_full_judged_count = fields.Integer(related="fact_id.in_full_judged_count")
    in_full_count = fields.Integer(related="fact_id.in_full_count")
    in_full_rate = fields.Float(
        string="In-Full Rate of Orders Completed",
        compute="_compute_rates",
        compute_sudo=True,
        help="In full ÷ orders with a delivery done and nothing more to deliver.",
    )
    overdue_amount = fields.Monetary(related="lifetime_fact_id.overdue_amount")
    payment_count = fields.Integer(related="fact_id.payment_count")
    mean_payment_delay = fields.Float(related="fact_id.mean_payment_delay")
    total_order_count = fields.Integer(
        related="lifetime_fact_id.order_count", string="Orders in All"
    )
    total_net_amount = fields.Monetary(
        related="lifetime_fact_id.net_amount", string="Net Sales in All"
    )
    total_margin = fields.Monetary(related="lifetime_fact_id.margin", string="Margin in All")
    total_delivery_count = fields.Integer(
        related="lifetime_fact_id.delivery_count", string="Deliveries in All"
    )
    first_order_at = fields.Datetime(related="lifetime_fact_id.first_order_at")
    last_order_at = fields.Datetime(related="lifetime_fact_id.last_order_at")
    relation_months = fields.Integer(compute="_compute_relation_months", compute_sudo=True)

    _partner_company_unique = models.UniqueIndex(
        "(partner_id, company_id)", "This customer already has a profile in the company."
    )
    _check_contact_hours = models.Constraint(
        "CHECK (contact_hour_from >= 0 AND contact_hour_to <= 24"
        " AND contact_hour_from < contact_hour_to)",
        "Contact hours run from an earlier to a later hour of the day.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("partner_id.complete_name")
    def _compute_display_name(self):
        for profile in self:
            profile.display_name = profile.partner_id.display_name

    @api.depends("partner_id")
    def _compute_customer_kind(self):
        for profile in self:
            profile.customer_kind = "business" if profile.partner_id.is_company else "consumer"

    @api.depends("partner_id.industry_id")
    def _compute_industry_id(self):
        for profile in self:
            profile.industry_id = profile.partner_id.industry_id

    def _inverse_industry_id(self):
        """The industry is the contact's; agents write it without rights on all contacts."""
        for profile in self.filtered(lambda p: p.industry_id != p.partner_id.industry_id):
            # the right on the profile was checked by its own write
            profile.partner_id.sudo().industry_id = profile.industry_id

    @api.depends("partner_id")
    def _compute_contact_tz(self):
        for profile in self:
            profile.contact_tz = profile.partner_id.tz or profile.company_id._get_logistics_tz()

    @api.depends("fact_ids.window_months", "company_id.logistics_window_months")
    def _compute_fact_id(self):
        for profile in self:
            by_window = {fact.window_months: fact for fact in profile.fact_ids}
            profile.fact_id = by_window.get(profile.company_id.logistics_window_months)
            profile.lifetime_fact_id = by_window.get(0)

    @api.depends("fact_id")
    def _compute_rates(self):
        for profile in self:
            for rate, (numerator, denominator) in self._get_ratios().items():
                fact = profile.fact_id
                profile[rate] = fact[numerator] / (fact[denominator] or 1)

    @api.depends("first_order_at")
    def _compute_relation_months(self):
        today = fields.Date.context_today(self)
        for profile in self:
            first = profile.first_order_at
            profile.relation_months = first and (today - first.date()).days // 30.4375

    @api.model
    def _get_ratios(self):
        """Return the facts of each rate: mapping of its name to numerator and denominator."""
        return {
            "on_time_rate": ("on_time_count", "delivery_judged_count"),
            "in_full_rate": ("in_full_count", "in_full_judged_count"),
        }

    @api.model
    def _search_fact_id(self, operator, value):
        if operator not in ("any", "any!", "in"):
            return NotImplemented
        companies = self.env["res.company"].sudo().search([])  # each has a window of its own
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & self._get_fact_domain(company.logistics_window_months, operator, value)
            for company in companies
        )

    @api.model
    def _search_lifetime_fact_id(self, operator, value):
        if operator not in ("any", "any!", "in"):
            return NotImplemented
        return self._get_fact_domain(0, operator, value)

    @api.model
    def _get_fact_domain(self, months, operator, value):
        """Domain of the profiles whose facts of a window fit ``value``, as a search gets it."""
        window = Domain("window_months", "=", months)
        if operator != "in":
            return Domain("fact_ids", operator, window & Domain(value))
        found = Domain("fact_ids", "any", window & Domain("id", "in", list(value)))
        return found if False not in value else found | ~Domain("fact_ids", "any", window)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Lets figures be sorted, grouped and summed: they are related through these two."""
        windows = {
            "fact_id": SQL(
                "(SELECT logistics_window_months FROM res_company WHERE id = %s)",
                SQL.identifier(alias, "company_id"),
            ),
            "lifetime_fact_id": SQL("0"),
        }
        if field_expr not in windows:
            return super()._field_to_sql(alias, field_expr, query)
        return SQL(
            "(SELECT id FROM logistics_profile_fact WHERE profile_id = %s AND window_months = %s)",
            SQL.identifier(alias, "id"),
            windows[field_expr],
        )

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        partners = self.env["res.partner"]
        profiles = super().create(
            [
                {
                    **vals,
                    "partner_id": partners.browse(
                        vals.get("partner_id")
                    ).commercial_partner_id.id,
                }
                for vals in vals_list
            ]
        )
        if not self.env.su:
            profiles._check_partner_company()
        profiles._welcome()
        return profiles

    def write(self, vals):
        if not self.env.su and {"partner_id", "company_id"} & vals.keys():
            raise AccessError(
                self.env._(
                    "A profile stays with its customer and company; merge customers instead."
                )
            )
        if {"cargo_nature_ids", "special_service_ids"} & vals.keys():
            self._mark(["rates"])
        return super().write(vals)

    @api.constrains("partner_id")
    def _check_commercial_partner(self):
        for profile in self:
            if profile.partner_id != profile.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s belongs to %(customer)s and shares its profile.",
                        contact=profile.partner_id.display_name,
                        customer=profile.partner_id.commercial_partner_id.display_name,
                    )
                )

    def _check_partner_company(self):
        """Raise for a customer of another company.

        No constraint: a merge may keep a partner of another company, as core allows.
        """
        for profile in self:
            if not self._is_customer_of(profile.partner_id, profile.company_id):
                raise ValidationError(
                    self.env._(
                        "%(customer)s belongs to another company than %(company)s.",
                        customer=profile.partner_id.display_name,
                        company=profile.company_id.name,
                    )
                )

    # === ACTION METHODS ===#

    def action_refresh(self):
        """Bring figures, score and tier of these customers up to date now."""
        self.check_access("write")
        for company, profiles in self.grouped("company_id").items():
            # facts, scores and tiers are written by rules, never by the person who asks
            profiles.sudo()._refresh(company)
        return True

    def action_view_orders(self):
        """Open the sales orders of the customer and its contacts."""
        return self._get_documents_action("sale.action_orders", "partner_id")

    def action_view_deliveries(self):
        """Open the deliveries to the customer and its contacts."""
        return self._get_documents_action("stock.action_picking_tree_outgoing", "partner_id")

    def _get_documents_action(self, xmlid, field_name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {
            **action,
            "domain": [
                (field_name, "child_of", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            "context": {"create": False},
        }

    # === BUSINESS METHODS ===#

    @api.model
    def _get_marked_fields(self):
        """What the facts rest on, and what only scores and tiers do."""
        return {
            **super()._get_marked_fields(),
            "facts": {"partner_id", "company_id", "active"},
            "rates": {"active", "time_class_id"},
        }

    @api.model
    def _is_customer_of(self, partner, company):
        """Tell whether a partner may be a customer of a company: its own, shared or a parent's."""
        # a person of a branch need not see its parents
        return not partner.company_id or partner.company_id in company.sudo().parent_ids

    @api.model
    def _find_for(self, partners, companies):
        """Return (partner's id, company's id) → the profile of a customer: one query for all."""
        profiles = self.search(
            [("partner_id", "in", partners.ids), ("company_id", "in", companies.ids)]
        )
        return {(profile.partner_id.id, profile.company_id.id): profile for profile in profiles}

    @api.model
    def _ensure_for(self, partners, company):
        """Return the profiles of partners in a company, making those that are missing.

        What somebody else makes at this very moment is not among them.

        :param partners: any contacts; their commercial partners have the profiles
        """
        customers = partners.commercial_partner_id.filtered(
            lambda partner: self._is_customer_of(partner, company)
        )
        # a salesperson confirms an order without rights on profiles
        profiles = self.sudo().with_context(active_test=False)
        held = profiles.search_fetch(
            [("partner_id", "in", customers.ids), ("company_id", "=", company.id)], ["partner_id"]
        )
        missing = customers - held.partner_id
        if not missing:
            return held
        self.env["res.partner"].flush_model(READ_BY_INSERT)
        # one that is there by now was made by somebody else, for the customer's first order, too
        ids = profiles._insert(company, SQL("rp.id = ANY(%s)", missing.ids))
        made = profiles.browse(ids)
        made._welcome()
        return held + made

    def _welcome(self):
        """What follows where customers get a profile; rooms above add to the end."""

    @api.model
    def _insert(self, company, condition):
        """Make profiles by one statement, those that are there already left alone.

        :param condition: SQL of which partners ``rp`` get one; their fields are flushed
        :return: the ids of those made
        """
        return bulk.insert_from(
            self,
            {
                "partner_id": SQL("rp.id"),
                "company_id": company.id,
                "active": SQL("rp.active"),
                "customer_kind": SQL(
                    "CASE WHEN rp.is_company THEN 'business' ELSE 'consumer' END"
                ),
                "industry_id": SQL("rp.industry_id"),
                "country_id": SQL("rp.country_id"),
                "state_id": SQL("rp.state_id"),
                "contact_tz": SQL("COALESCE(rp.tz, %s)", company._get_logistics_tz()),
                "contact_hour_from": 9,
                "contact_hour_to": 18,
                **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), True),
                **dict.fromkeys(("sat", "sun", "tier_opt_out"), False),
            },
            SQL("FROM res_partner rp WHERE %s", condition),
            bulk.ANY,
        )

    @api.model
    def _insert_missing(self, company, order_ids=None):
        """Make the profiles of customers with orders that have none.

        Those with nothing but quotations or cancelled orders are customers, too: with the default
        tier and no score. One statement: it reads the orders once however many profiles are missing.

        :param order_ids: ids of the orders to look at, by default all
        :return: the number made
        """
        self.env.flush_all()
        made = self._insert(
            company,
            SQL(
                """rp.id IN (
                        SELECT contact.commercial_partner_id
                          FROM sale_order so
                          JOIN res_partner contact ON contact.id = so.partner_id
                         WHERE so.company_id = %(company)s AND %(orders)s)
                    AND (rp.company_id IS NULL OR rp.company_id = ANY(%(companies)s))
                    AND NOT EXISTS (
                        SELECT FROM logistics_profile held
                         WHERE held.partner_id = rp.id AND held.company_id = %(company)s)""",
                company=company.id,
                companies=company.parent_ids.ids,
                orders=SQL("TRUE") if order_ids is None else SQL("so.id = ANY(%s)", list(order_ids)),
            ),
        )
        return len(made)

    @api.model
    def _get_complexity_sql(self):
        """Return the SQL of the complexity of the needs of profile ``p``."""
        tags = SQL(" + ").join(
            SQL(
                """COALESCE((SELECT SUM(tag.complexity) FROM %s rel JOIN %s tag ON tag.id = rel.%s
                              WHERE rel.%s = p.id), 0)""",
                SQL.identifier(field.relation),
                SQL.identifier(self.env[field.comodel_name]._table),
                SQL.identifier(field.column2),
                SQL.identifier(field.column1),
            )
            for field in map(self._fields.get, ("cargo_nature_ids", "special_service_ids"))
        )
        return SQL(
            """(%s + COALESCE((SELECT class.complexity FROM logistics_time_class class
                                WHERE class.id = p.time_class_id), 0))""",
            tags,
        )

    def _get_contact_days(self):
        """Return the names of the days on which to contact."""
        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        return [self._fields[day]._description_string(self.env) for day in days if self[day]]
