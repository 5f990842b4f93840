from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.complaint.moments import NEW_CASE, OTHER_CUSTOMER
from ..foundation.concurrency import wait_for
from .logistics_complaint_category import SEVERITIES
from .logistics_complaint_stage import CANCELLED, NEW
from .logistics_priority_rule import PRIORITIES
from .res_company import SEQUENCE_CODE

# what we found before the customer said anything: the kind of such a case, and its channel
INCIDENT, OWN = "incident", "own"
# a case belongs to these
CUSTOMER = frozenset(("partner_id", "contact_id", "company_id"))


class LogisticsComplaint(models.Model):
    """A matter of a customer: complaint, claim, inquiry, tracking request or suggestion."""

    _name = "logistics.complaint"
    _inherit = [
        "mail.thread.cc",
        "mail.activity.mixin",
        "mail.tracking.duration.mixin",
        "portal.mixin",
        "logistics.reaction.mixin",
        "logistics.case.customer.mixin",
        "logistics.phase.mixin",
        "logistics.told.mixin",
        "logistics.corrected.time.mixin",
        "logistics.team.work.mixin",
    ]
    _description = "Service Case"
    _order = "priority desc, id desc"
    _rec_names_search = ["number", "name", "partner_id.complete_name"]
    _track_duration_field = "stage_id"
    _primary_email = "email_from"
    _check_company_auto = True
    _course_refused_at_create = True
    _corrected_time = "received_at"
    _past_fields = ("received_at", "external_on", "external_answered_on")

    # --- the case
    number = fields.Char(readonly=True, copy=False, index="trigram")
    name = fields.Char(
        string="Subject", help="In a few words; left empty, the category says what it is about."
    )
    kind = fields.Selection(
        [
            ("complaint", "Complaint"),
            ("claim", "Claim"),
            ("inquiry", "Inquiry"),
            ("tracking", "Tracking Request"),
            ("suggestion", "Suggestion"),
            (INCIDENT, "Incident"),
        ],
        required=True,
        default="complaint",
        tracking=True,
        help="An incident is what we found ourselves; it counts as no complaint.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    channel = fields.Selection(
        [
            ("phone", "Phone"),
            ("mail", "Mail"),
            ("portal", "Portal"),
            ("form", "Web Form"),
            ("chat", "Chat"),
            ("letter", "Letter"),
            ("counter", "Counter"),
            ("api", "API"),
            (OWN, "Found by Us"),
        ],
        required=True,
        default="phone",
    )
    received_at = fields.Datetime(
        string="Received On",
        required=True,
        default=fields.Datetime.now,
        tracking=True,
        help="When the matter reached us, which for a letter is before it was registered.",
    )
    description = fields.Html(string="What Happened")
    remedy_ids = fields.Many2many("logistics.remedy", string="Requested Remedy")
    category_id = fields.Many2one(
        "logistics.complaint.category", index=True, check_company=True, tracking=True
    )
    severity = fields.Selection(
        SEVERITIES,
        compute="_compute_severity",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    priority = fields.Selection(
        PRIORITIES,
        compute="_compute_priority",
        store=True,
        precompute=True,
        tracking=True,
        help="From severity and tier by the priority rules; one step higher where repeated.",
    )
    priority_override = fields.Selection(
        PRIORITIES, string="Priority (Manual)", tracking=True, copy=False
    )
    priority_reason = fields.Char(string="Why This Priority", tracking=True, copy=False)

    # --- what it is about
    order_ids = fields.Many2many(
        "sale.order", "logistics_complaint_order_rel", string="Orders", check_company=True
    )
    picking_ids = fields.Many2many(
        "stock.picking", "logistics_complaint_picking_rel", string="Deliveries", check_company=True
    )
    carrier_id = fields.Many2one(
        "delivery.carrier",
        compute="_compute_carrier_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    line_ids = fields.One2many("logistics.complaint.line", "complaint_id", string="Goods")
    product_ids = fields.Many2many(
        "product.product",
        "logistics_complaint_product_rel",
        string="Products",
        compute="_compute_product_ids",
        store=True,
        help="The goods concerned, each product once.",
    )
    value_affected = fields.Monetary(compute="_compute_value_affected", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    # --- the work
    team_id = fields.Many2one(
        "logistics.service.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Agent",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        copy=False,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").id)
        ],
    )
    customer_wrote_at = fields.Datetime(
        string="Customer's Last Message", copy=False, readonly=True
    )

    # --- other cases of the customer
    is_repeated = fields.Boolean(
        string="Repeated",
        copy=False,
        readonly=True,
        help="The customer complained of the same category shortly before.",
    )
    previous_id = fields.Many2one(
        "logistics.complaint",
        string="Follows",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="An earlier case that this one takes up again.",
    )
    merged_into_id = fields.Many2one(
        "logistics.complaint",
        string="Merged Into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    _number_unique = models.UniqueIndex(
        "(company_id, number)", "Two cases of a company cannot have the same number."
    )
    _list_idx = models.Index("(priority DESC, id DESC)")
    _customer_category_idx = models.Index("(partner_id, category_id, received_at)")
    _work_idx = models.Index(
        "(user_id, phase) WHERE phase IN ('new', 'working', 'waiting_customer', 'waiting_third')"
    )
    _check_reason = models.Constraint(
        "CHECK (priority_override IS NULL OR priority_reason IS NOT NULL)",
        "Say why the case has a priority of its own.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("number", "name")
    def _compute_display_name(self):
        for case in self:
            case.display_name = " ".join(filter(None, (case.number, case.name)))

    @api.depends("category_id")
    def _compute_severity(self):
        for case in self:
            case.severity = case.category_id.severity or case.severity or "medium"

    @api.depends("severity", "tier_id", "is_repeated", "priority_override", "company_id")
    def _compute_priority(self):
        rules = self.env["logistics.priority.rule"]
        matrix = rules._get_matrix()
        for case in self:
            given = rules._look_up(matrix, case.company_id, case.severity, case.tier_id)
            if case.is_repeated:
                given = min(str(int(given) + 1), PRIORITIES[-1][0])
            case.priority = case.priority_override or given

    @api.depends("picking_ids")
    def _compute_carrier_id(self):
        for case in self:
            case.carrier_id = case.picking_ids.carrier_id[:1] or case.carrier_id

    @api.depends("line_ids.value_affected", "line_ids.currency_id", "company_id")
    def _compute_value_affected(self):
        for case in self:
            day = (case.received_at or fields.Datetime.now()).date()
            case.value_affected = sum(
                line.currency_id._convert(
                    line.value_affected, case.company_id.currency_id, case.company_id, day
                )
                for line in case.line_ids
                if line.currency_id._has_logistics_rate(case.company_id, day)
            )

    @api.depends("line_ids.product_id")
    def _compute_product_ids(self):
        for case in self:
            case.product_ids = case.line_ids.product_id

    @api.depends("company_id", "category_id")
    def _compute_team_id(self):
        """The category's team, else the company's first; one named by hand stays."""
        first = self.env["logistics.service.team"]._get_first(self.company_id)
        for case in self:
            named = case.category_id.team_id
            if named.company_id == case.company_id and not case._origin.team_id:
                case.team_id = named
            elif not case.team_id or case.team_id.company_id != case.company_id:
                case.team_id = first.get(case.company_id)

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = self._without_course(vals_list)
        named = {vals.get(name) for vals in vals_list for name in ("partner_id", "contact_id")}
        partners = self.env["res.partner"].browse(named - {None, False})
        partners.mapped("commercial_partner_id")  # one reading for what follows
        prepared = [self._prepare_customer_vals(vals) for vals in vals_list]
        self._number(prepared)
        numbered = super(LogisticsComplaint, self._by_method()).create(prepared)
        cases = numbered.with_env(self.env)
        cases.filtered(lambda case: not case.name)._name_by_category()
        cases.filtered(lambda case: case.phase != NEW)._follow_phases({})
        cases._react({NEW_CASE})
        return cases

    def write(self, vals):
        self._check_change(vals)
        vals = self._prepare_customer_vals(vals)
        owners = self._get_customers() if CUSTOMER & vals.keys() else {}
        kept = self.merged_into_id if "merged_into_id" in vals else self.browse()
        result = super().write(vals)
        if "merged_into_id" in vals:
            self._follow_merge(kept)
        self._react(vals)
        if owners:
            now = self._get_customers()
            if others := self.filtered(lambda case: now[case] != owners[case]):
                others._react({OTHER_CUSTOMER})
        return result

    @api.model
    def _get_reactions(self):
        """What follows from new cases, for all of a batch at once, and from what is written."""
        return [
            ("_mark_repeated", {NEW_CASE, "partner_id", "category_id"}),
            # before the clocks write to cases: counting loads would make an update of its own of it
            ("_assign", {NEW_CASE}),
        ]

    def _check_change(self, vals):
        """Refuse what must not be written to these cases; override to refuse more."""
        self._check_time_untouched(vals)

    def _assign(self):
        """Give open cases without agent to somebody; whoever distributes work overrides it."""

    @api.ondelete(at_uninstall=False)
    def _unlink_except_numbered(self):
        if not self.env.user.has_group("logistics_customer_service.group_manager"):
            raise UserError(self.env._("A case is kept: cancel it, or merge it into another."))

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "number",
            "active",
            "priority",
            "profile_id",
            "tier_id",
            "value_affected",
            "is_repeated",
            "merged_into_id",
        }

    @api.model
    def _get_course_error(self, labels):
        return AccessError(
            self.env._("This follows from the work on a case and is not written: %s", labels)
        )

    @api.model
    def _number(self, vals_list):
        """Give each of the values a number."""
        # numbers are drawn for whoever may register a case
        sequences = self.env["ir.sequence"].sudo()
        sequences._number_logistics_vals(
            SEQUENCE_CODE, "number", vals_list, self._tell_missing_sequence
        )

    @api.model
    def _tell_missing_sequence(self, company):
        return self.env._(
            "%(company)s has no sequence for the numbers of cases. An administrator makes "
            "one with the code “%(code)s”.",
            company=company.name,
            code=SEQUENCE_CODE,
        )

    def _name_by_category(self):
        """Name cases without a subject after their category or kind, in one write each."""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for (category, kind), cases in self.grouped(
            lambda case: (case.category_id, case.kind)
        ).items():
            cases.with_context(tracking_disable=True).name = category.name or labels[kind]

    @api.constrains("order_ids", "picking_ids", "partner_id")
    def _check_documents(self):
        """A case is about its customer's orders, or about what was delivered to the customer."""
        for case in self.sudo().filtered("partner_id"):  # some register cases who read no orders
            for document in (*case.order_ids, *case.picking_ids):
                if not case._concerns(document):
                    raise ValidationError(
                        self.env._(
                            "%(document)s is not of %(customer)s, nor was it delivered there.",
                            document=document.display_name,
                            customer=case.partner_id.display_name,
                        )
                    )

    def _concerns(self, document):
        """Tell whether an order or a delivery has to do with the case's customer."""
        order = document if document._name == "sale.order" else document.sale_id
        people = document.partner_id | order.partner_id
        if not people or self.partner_id in people.commercial_partner_id:
            return True
        people = order.partner_shipping_id | order.partner_invoice_id | order.picking_ids.partner_id
        return self.partner_id in people.commercial_partner_id

    # === BUSINESS METHODS ===#

    def _get_kept(self):
        """Return the case itself, or the one it was merged into."""
        while self.merged_into_id:
            self = self.merged_into_id
        return self

    def _follow_merge(self, before):
        """Let follow what follows from a merge or its undoing; override to let more follow.

        :param before: the cases into which these were merged until now
        """

    def _message_post_after_hook(self, message, msg_vals):
        # what follows from what was said finds it noted
        self._note_message(message)
        result = super()._message_post_after_hook(message, msg_vals)
        self._follow_message(message)
        return result

    def _note_message(self, message):
        """Note that something was said; override to note more."""

    def _follow_message(self, message):
        """Let a message move the case; override to let more follow."""

    def _answered(self, message):
        """A person of ours answered the customer; override to let more follow."""
        if self.customer_answered:
            self.customer_answered = False

    def _note_not_arrived(self, message, text):
        """Lay it before the case's agent that the customer was not told."""
        result = super()._note_not_arrived(message, text)
        if self._get_told(message.sudo()) or not message.sudo().notification_ids:
            self._lay_before_agent(self._get_undelivered_name(message), text)
        return result

    def _lay_before_agent(self, what, text):
        """Have the agent see to what the customer was not told; once merged, that of the case kept.

        :param what: in a few words what was not told
        :param text: why
        """
        case = self._get_kept()
        self._lay_undelivered(case, case._get_escalation_user("agent"), what, text)

    def _get_undelivered_name(self, message):
        """Return in a few words what did not arrive; override for what has a name of its own."""
        name = message.subject or self.name or self.number
        return self.env._("Did not arrive: %s", name)

    def _mark_repeated(self):
        """Mark cases whose customer complained of the same category shortly before."""
        able = self.filtered(
            lambda case: case.partner_id
            and case.category_id
            and case.kind in self._get_repeatable_kinds()
        )
        repeated = able and able._find_repeated()
        (repeated - self.filtered("is_repeated"))._note_course({"is_repeated": True})
        (self.filtered("is_repeated") - repeated)._note_course({"is_repeated": False})

    def _find_repeated(self):
        """Return those of the cases that repeat an earlier one: one query."""
        self.flush_model(
            ["partner_id", "category_id", "company_id", "kind", "received_at", "phase"]
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT own.id
                     FROM logistics_complaint own
                     JOIN res_company company ON company.id = own.company_id
                    WHERE own.id = ANY(%s) AND EXISTS (
                          SELECT FROM logistics_complaint earlier
                           WHERE earlier.partner_id = own.partner_id
                             AND earlier.category_id = own.category_id
                             AND earlier.company_id = own.company_id
                             AND earlier.kind IN %s
                             AND earlier.phase != %s
                             AND (earlier.received_at, earlier.id) < (own.received_at, own.id)
                             AND earlier.received_at >= own.received_at
                                 - company.logistics_repeat_days * INTERVAL '1 day')""",
                self.ids,
                self._get_repeatable_kinds(),
                CANCELLED,
            )
        )
        return self.browse(case_id for (case_id,) in rows)

    @api.model
    def _get_repeatable_kinds(self):
        """Return the kinds whose repetition is a bad sign; asking twice is none."""
        return ("complaint", "claim")

    def _get_turned_at(self):
        """Return when the customer turned to us, which of an incident is after we found it."""
        self.ensure_one()
        return self.channel == OWN and self.customer_wrote_at or self.received_at

    def _get_duplicates_domain(self):
        """Return the domain of the cases that may be about the same matter as this one."""
        self.ensure_one()
        since = fields.Datetime.now() - timedelta(days=self.company_id.logistics_duplicate_days)
        same = [Domain("category_id", "=", self.category_id.id)] if self.category_id else []
        if self.order_ids:
            same.append(Domain("order_ids", "in", self.order_ids.ids))
        if self.picking_ids:
            same.append(Domain("picking_ids", "in", self.picking_ids.ids))
        if not self.partner_id or not same:
            return Domain.FALSE
        return Domain.AND(
            [
                Domain("partner_id", "=", self.partner_id.id),
                Domain("company_id", "=", self.company_id.id),
                Domain("id", "not in", self._origin.ids),
                Domain("merged_into_id", "=", False),
                Domain("is_open", "=", True) | Domain("received_at", ">=", since),
                Domain.OR(same),
            ]
        )

    # === ACTION METHODS ===#

    def action_archive(self):
        """Put settled cases out of sight: a manager's decision, as deleting them is."""
        self._check_may_archive()
        unsettled = self.filtered("is_open")[:1]
        if unsettled:
            raise UserError(
                self.env._("%s is open: close or cancel it first.", unsettled.display_name)
            )
        self.filtered("active")._note_course({"active": False})

    def action_unarchive(self):
        """Bring archived cases back: a manager's decision, too."""
        self._check_may_archive()
        (self - self.filtered("active"))._note_course({"active": True})

    def _check_may_archive(self):
        manager = self.env.user.has_group("logistics_customer_service.group_manager")
        if not (manager or self.env.su):
            raise AccessError(self.env._("Only a manager archives cases."))

    def action_take(self):
        """Take cases that nobody has: of two agents at once the first gets them."""
        wait_for(self)  # a change meanwhile has this tried again, and see who has them
        taken = self.filtered(lambda case: case.user_id and case.user_id != self.env.user)
        if taken:
            raise UserError(
                self.env._(
                    "%(agent)s already has %(case)s.",
                    agent=taken[0].user_id.name,
                    case=taken[0].number,
                )
            )
        self.user_id = self.env.user
        return True
