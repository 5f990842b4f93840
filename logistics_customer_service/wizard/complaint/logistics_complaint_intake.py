from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...models.complaint.logistics_complaint import INCIDENT
from ...tools.complaint.mail_text import get_people
from ...tools.foundation.folding import one_line

FOUND = 8
LAST_ORDERS = 6
CONTACTS = 50


class LogisticsComplaintIntake(models.TransientModel):
    """A call is registered: one box finds the customer, orders and open cases stand beside."""

    _name = "logistics.complaint.intake"
    _description = "Register a Case"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    query = fields.Char(string="Who Is It?")
    found_ids = fields.Many2many("res.partner", "logistics_intake_found_rel")
    found_count = fields.Integer()
    nothing_found = fields.Boolean()
    choice_id = fields.Many2one(
        "res.partner", string="Which One?", domain="[('id', 'in', found_ids)]"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
    )
    # who speaks for the customer: one of those on file, or whatever name is given
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact on File",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    contact_name = fields.Char(
        string="Contact",
        compute="_compute_contact_name",
        store=True,
        readonly=False,
        help="Who turns to us: choose a contact of the customer, or write the name.",
    )
    contact_choices = fields.Json(compute="_compute_contact_choices")
    email_from = fields.Char(
        string="Email", compute="_compute_address", store=True, readonly=False
    )
    phone = fields.Char(compute="_compute_address", store=True, readonly=False)
    # --- a customer whom nobody knows yet
    is_new = fields.Boolean(
        string="New Customer", help="Register whoever turns to us as a customer of the company."
    )
    is_legal_entity = fields.Boolean(string="Is a Company")
    street = fields.Char()
    street2 = fields.Char()
    zip = fields.Char()
    city = fields.Char()
    state_id = fields.Many2one(
        "res.country.state", string="Region", domain="[('country_id', '=?', country_id)]"
    )
    country_id = fields.Many2one(
        "res.country", default=lambda self: self.env.company.country_id
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        default=lambda self: self.env.company.partner_id.lang or self.env.lang,
    )
    known_ids = fields.Many2many(
        "res.partner", "logistics_intake_known_rel", compute="_compute_known_ids"
    )
    kind = fields.Selection(
        selection=lambda self: (
            self.env["logistics.complaint"]._fields["kind"]._description_selection(self.env)
        ),
        required=True,
        default="complaint",
    )
    channel = fields.Selection(
        selection=lambda self: (
            self.env["logistics.complaint"]._fields["channel"]._description_selection(self.env)
        ),
        required=True,
        default="phone",
    )
    category_id = fields.Many2one("logistics.complaint.category")
    name = fields.Char(string="Subject")
    description = fields.Text(string="What Happened")
    remedy_ids = fields.Many2many("logistics.remedy", string="Requested Remedy")
    take = fields.Boolean(string="I Take It", default=True)

    # --- beside
    tier_id = fields.Many2one("logistics.tier", compute="_compute_customer")
    tier_color = fields.Integer(related="tier_id.color")
    open_case_ids = fields.Many2many(
        "logistics.complaint", "logistics_intake_open_rel", compute="_compute_customer"
    )
    order_ids = fields.Many2many("sale.order", string="Orders")
    picking_ids = fields.Many2many("stock.picking", string="Deliveries")
    exception_id = fields.Many2one("logistics.exception", ondelete="set null")
    row_ids = fields.One2many(
        "logistics.complaint.intake.order",
        "intake_id",
        string="Last Orders",
        compute="_compute_row_ids",
        store=True,
        readonly=False,
    )
    duplicate_ids = fields.Many2many(
        "logistics.complaint", "logistics_intake_duplicate_rel", compute="_compute_duplicate_ids"
    )
    add_to_id = fields.Many2one(
        "logistics.complaint",
        string="It Is About",
        domain="[('id', 'in', duplicate_ids)]",
        help="What you wrote is added to the case chosen here instead of opening another.",
    )

    # === COMPUTE METHODS ===#

    @api.onchange("query")
    def _onchange_query(self):
        """Find whom the words mean; a number of a document links the document, too."""
        if not (self.query or "").strip():
            return  # what a document's button brought stays
        orders, pickings, partners = self._find()
        self.order_ids = [Command.set(orders.ids)]
        self.picking_ids = [Command.set(pickings.ids)]
        self.found_ids = [Command.set(partners.ids)]
        self.found_count = len(partners)
        self.nothing_found = not partners
        self.choice_id = partners if len(partners) == 1 else False

    def _find(self):
        """Return orders, deliveries and partners that the words in the box may mean."""
        query = one_line(self.query)
        orders, pickings, partners = self._find_by_document(query)
        if not partners:
            partners = self._find_by_address(query) or self._find_by_name(query)
        return orders, pickings, partners

    def _find_by_document(self, query):
        """Find by the number of an order, delivery, parcel or case."""
        own = Domain("company_id", "=", self.company_id.id)
        orders = self.env["sale.order"].search(
            own & (Domain("name", "=ilike", query) | Domain("client_order_ref", "=", query)),
            limit=FOUND,
        )
        pickings = self.env["stock.picking"].search(own & Domain("name", "=ilike", query), limit=1)
        pickings |= self.env["stock.picking"]._find_by_tracking_numbers(
            {query}, self.company_id.ids
        )
        cases = self.env["logistics.complaint"].search(own & Domain("number", "=ilike", query))
        orders |= pickings.sale_id
        partners = (
            orders.partner_id
            | pickings.filtered(lambda picking: not picking.sale_id).partner_id
            | (cases.contact_id or cases.partner_id)
        )
        return orders, pickings, partners

    def _find_by_address(self, query):
        """Find by mail address or telephone number, however it is written."""
        if "@" in query:
            addresses = [address for _name, address in get_people(query)]
            found = self._search_partners(Domain("email_normalized", "in", addresses))
            several = self.env["res.partner"]._find_logistics_by_one_of_several(addresses)
            return found | found.union(*several.values())
        partners = self.env["res.partner"]
        found = partners._find_logistics_callers_by_phone([query], self.company_id)
        return found.get(query, partners)[:FOUND]

    def _find_by_name(self, query):
        return self._search_partners(
            Domain("name", "ilike", query) | Domain("ref", "=ilike", query)
        )

    def _search_partners(self, domain):
        """Search customers of the company, those with orders first; addresses only are left out."""
        partners = self.env["res.partner"]
        usable = partners._get_logistics_caller_domain(self.company_id)
        return partners.search(
            usable & domain, limit=FOUND, order="customer_rank desc, complete_name"
        )

    @api.depends("choice_id")
    def _compute_partner_id(self):
        for intake in self:
            chosen = intake.choice_id or intake.contact_id or intake.partner_id
            customer = chosen.commercial_partner_id
            intake.partner_id = customer
            intake.contact_id = chosen if chosen != customer else False

    @api.depends("contact_id")
    def _compute_contact_name(self):
        for intake in self:
            intake.contact_name = intake.contact_id.name or intake.contact_name

    @api.depends("partner_id", "company_id")
    def _compute_contact_choices(self):
        for intake in self:
            intake.contact_choices = intake._search_contacts().mapped("name")

    def _search_contacts(self, domain=Domain.TRUE):
        """Return the people of the customer who are on file, but for the customer."""
        customer = self.partner_id._origin
        if not customer:
            return customer
        people = Domain("commercial_partner_id", "=", customer.id) & Domain("id", "!=", customer.id)
        usable = customer._get_logistics_caller_domain(self.company_id)
        return customer.search(
            usable & people & Domain("name", "!=", False) & domain, limit=CONTACTS, order="name, id"
        )

    @api.onchange("contact_name", "partner_id")
    def _onchange_contact_name(self):
        """Whose name is that of a contact on file is that contact."""
        name = one_line(self.contact_name or "")
        person = self.contact_id
        if person.name != name or person.commercial_partner_id != self.partner_id:
            self.contact_id = name and self._search_contacts(Domain("name", "=ilike", name))[:1]

    @api.onchange("choice_id")
    def _onchange_choice_id(self):
        """Whom somebody else was looked for by is not the contact of this customer."""
        if self.choice_id:
            self.contact_name = self.contact_id.name

    @api.depends("partner_id", "contact_id")
    def _compute_address(self):
        for intake in self:
            person, customer = intake.contact_id, intake.partner_id
            intake.email_from = person.email or customer.email
            intake.phone = person.phone or customer.phone

    @api.depends("is_new", "phone", "email_from", "company_id", "partner_id")
    def _compute_known_ids(self):
        """Show who has the number or the address already."""
        for intake in self:
            known = self.env["res.partner"]
            if intake.is_new and not intake.partner_id:
                for query in filter(None, ((intake.phone or "").strip(), intake.email_from)):
                    known |= intake._find_by_address(query)
            intake.known_ids = known

    @api.depends("partner_id", "company_id")
    def _compute_customer(self):
        for intake in self:
            profile = intake.partner_id.with_company(intake.company_id).logistics_profile_id
            intake.tier_id = profile.tier_id
            intake.open_case_ids = self.env["logistics.complaint"].search(
                [
                    ("partner_id", "in", intake.partner_id.ids),
                    ("company_id", "=", intake.company_id.id),
                    ("is_open", "=", True),
                ],
                order="id desc",
                limit=FOUND,
            )

    @api.depends("partner_id", "order_ids")
    def _compute_row_ids(self):
        for intake in self:
            intake.row_ids = [
                Command.clear(),
                *(Command.create(intake._prepare_row(order)) for order in intake._get_orders()),
            ]

    def _get_orders(self):
        """Return the customer's last orders and those already linked, the latest first."""
        if not self.partner_id:
            return self.env["sale.order"]
        last = self.env["sale.order"].search(
            [
                ("partner_id", "child_of", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "sale"),
            ],
            order="date_order desc",
            limit=LAST_ORDERS,
        )
        linked = self.order_ids._origin.filtered(
            lambda order: order.partner_id.commercial_partner_id == self.partner_id._origin
        )
        return (last | linked).sorted("date_order", reverse=True)

    def _prepare_row(self, order):
        deliveries = order.picking_ids.filtered(
            lambda picking: picking._reaches_customer() and picking.state != "cancel"
        )
        return {
            "order_id": order.id,
            "picking_id": deliveries.sorted("id")[-1:].id,
            "chosen": order in self.order_ids._origin,
        }

    @api.depends("partner_id", "category_id", "row_ids.chosen", "order_ids", "picking_ids")
    def _compute_duplicate_ids(self):
        Complaint = self.env["logistics.complaint"]
        for intake in self:
            orders, pickings = intake._get_documents()
            case = Complaint.new(
                {
                    "partner_id": intake.partner_id.id,
                    "company_id": intake.company_id.id,
                    "category_id": intake.category_id.id,
                    "order_ids": [Command.set(orders.ids)],
                    "picking_ids": [Command.set(pickings.ids)],
                }
            )
            intake.duplicate_ids = Complaint.search(
                case._get_duplicates_domain(), order="id desc", limit=FOUND
            )

    def _get_documents(self):
        """Return the orders and deliveries that the case is about."""
        chosen = self.row_ids.filtered("chosen")
        known = self.row_ids.order_id
        orders = (self.order_ids._origin - known) | chosen.order_id._origin
        pickings = self.picking_ids._origin | chosen.picking_id._origin
        ours = orders.filtered(
            lambda order: order.partner_id.commercial_partner_id == self.partner_id
        )
        return ours, pickings.filtered(
            lambda picking: not picking.sale_id or picking.sale_id in ours
        )

    # === ACTION METHODS ===#

    def action_register(self):
        """Open a case, or add to the one chosen, and show it."""
        return self._make_case().action_open()

    def action_register_next(self):
        """Open a case and take the next call."""
        self._make_case()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_complaint_intake_action"
        )

    def _make_case(self):
        """Open a case, or add to the one chosen; what it was found by is done with."""
        self.ensure_one()
        case = self._add_to_case() if self.add_to_id else self._create_case()
        if self.exception_id:
            self.exception_id._become(case)
        return case

    def _create_case(self):
        if self.is_new and not self.partner_id:
            self.partner_id = self._register_customer()
        if not (self.partner_id or self.contact_name or self.email_from or self.phone):
            raise UserError(
                self.env._("Say who it is: a customer, or a name and a way to answer.")
            )
        return self.env["logistics.complaint"].create(self._prepare_case())

    def _register_customer(self):
        """Return the new customer, registered with what an agent may say of one.

        :raise UserError: without a name, or without a way to reach the customer
        """
        if not (self.contact_name or "").strip() or not (self.phone or self.email_from):
            raise UserError(
                self.env._("A new customer has a name, and a telephone number or a mail address.")
            )
        self.check_access("create")
        # agents register customers here, and change no contacts
        partners = self.env["res.partner"].sudo()
        return partners.create(self._prepare_customer()).sudo(self.env.su)

    def _prepare_customer(self):
        return {
            "name": self.contact_name.strip(),
            "is_company": self.is_legal_entity,
            "phone": self.phone,
            "email": self.email_from,
            "street": self.street,
            "street2": self.street2,
            "zip": self.zip,
            "city": self.city,
            "state_id": self.state_id.id,
            "country_id": self.country_id.id,
            "lang": self.lang,
            "customer_rank": 1,
        }

    def _prepare_case(self):
        orders, pickings = self._get_documents()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "contact_id": self.contact_id.id,
            "contact_name": not self.contact_id and self.contact_name,
            "email_from": self.email_from,
            "phone": self.phone,
            "kind": self.kind,
            "channel": self.channel,
            "category_id": self.category_id.id,
            "name": self.name,
            "description": self.description and plaintext2html(self.description),
            "remedy_ids": [Command.set(self.remedy_ids.ids)],
            "order_ids": [Command.set(orders.ids)],
            "picking_ids": [Command.set(pickings.ids)],
            **({"user_id": self.env.uid} if self.take else {}),
        }

    def _add_to_case(self):
        """Add what the caller said to a case that is there already."""
        case = self.add_to_id
        orders, pickings = self._get_documents()
        case.write(
            {
                "order_ids": [Command.link(order.id) for order in orders],
                "picking_ids": [Command.link(picking.id) for picking in pickings],
            }
        )
        dealt_with = case._note_customer_said(self.description or self.name, self.channel)
        if dealt_with.kind == INCIDENT and self.kind != INCIDENT:
            dealt_with.kind = self.kind  # what we found is the customer's matter, too, by now
        return dealt_with


class LogisticsComplaintIntakeOrder(models.TransientModel):
    """One of the customer's last orders, to be ticked."""

    _name = "logistics.complaint.intake.order"
    _description = "Order of a Caller"

    intake_id = fields.Many2one("logistics.complaint.intake", required=True, ondelete="cascade")
    chosen = fields.Boolean()
    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade")
    picking_id = fields.Many2one("stock.picking", string="Delivery")
    date_order = fields.Datetime(related="order_id.date_order", related_sudo=False)
    promised_date = fields.Datetime(related="order_id.promised_date", related_sudo=False, string="Promised")
    amount_total = fields.Monetary(related="order_id.amount_total", related_sudo=False)
    currency_id = fields.Many2one(related="order_id.currency_id", related_sudo=False)
    shipment_state = fields.Selection(related="picking_id.shipment_state", related_sudo=False)
    delivered_at = fields.Datetime(related="picking_id.delivered_at", related_sudo=False)
