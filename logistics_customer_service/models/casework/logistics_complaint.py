from collections import Counter, defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ..complaint.logistics_complaint_stage import CLOSED, OPEN_PHASES, RESOLVED, WORKING

SHOWN_EVENTS = 5
SHOWN_CASES = 5


class LogisticsComplaint(models.Model):
    """What an agent needs beside a case: the customer, the shipment, earlier cases."""

    _inherit = "logistics.complaint"

    # --- the customer
    customer_agent_id = fields.Many2one(related="profile_id.agent_id", string="Dedicated Agent")
    customer_since_months = fields.Integer(related="profile_id.relation_months")
    customer_order_count = fields.Integer(
        related="profile_id.total_order_count", string="Orders in All"
    )
    customer_net_amount = fields.Monetary(
        related="profile_id.total_net_amount", string="Net Sales in All"
    )
    customer_on_time_rate = fields.Float(related="profile_id.on_time_rate", string="On Time")
    customer_judged_count = fields.Integer(related="profile_id.delivery_judged_count")
    customer_overdue_amount = fields.Monetary(related="profile_id.overdue_amount")
    customer_nature_ids = fields.Many2many(
        related="profile_id.cargo_nature_ids", string="Cargo Natures"
    )
    customer_delivery_notes = fields.Text(
        related="profile_id.delivery_notes", string="Delivery Notes"
    )

    # --- the shipment
    promised_date = fields.Datetime(
        string="Promised",
        compute="_compute_promised_date",
        help="The day promised for the orders, the latest where there are several.",
    )
    event_ids = fields.Many2many(
        "logistics.shipment.event", string="Last Events", compute="_compute_event_ids"
    )

    # --- earlier cases
    earlier_ids = fields.Many2many(
        "logistics.complaint", string="Earlier Cases", compute="_compute_earlier"
    )
    customer_case_count = fields.Integer(string="Cases", compute="_compute_earlier")
    customer_open_count = fields.Integer(string="Open Cases", compute="_compute_earlier")
    duplicate_ids = fields.Many2many(
        "logistics.complaint",
        string="Possible Duplicates",
        compute="_compute_duplicate_ids",
        help="Cases of the customer about the same order, delivery or category, open or recent.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("order_ids.promised_date", "picking_ids.sale_id.promised_date")
    def _compute_promised_date(self):
        for case in self:
            orders = case.order_ids | case.picking_ids.sale_id
            promised = orders.filtered("promised_date").mapped("promised_date")
            case.promised_date = max(promised, default=False)

    @api.depends("picking_ids.shipment_event_ids")
    def _compute_event_ids(self):
        """Events come in the order of their model: the latest first."""
        for case in self:
            events = case.picking_ids.shipment_event_ids.sorted(
                lambda event: (event.happened_at, event.id), reverse=True
            )
            case.event_ids = events[:SHOWN_EVENTS]

    @api.depends("partner_id", "company_id")
    def _compute_earlier(self):
        """Counts by one grouped read; the latest cases by a search for each customer shown."""
        groups = self._read_group(
            [("partner_id", "in", self.partner_id.ids)],
            ["partner_id", "company_id", "phase"],
            ["__count"],
        )
        counts = defaultdict(Counter)
        for partner, company, phase, count in groups:
            counts[partner, company][phase] += count
        latest = self._get_latest_by_customer()
        for case in self:
            key = case.partner_id, case.company_id
            phases = counts[key]
            case.customer_case_count = phases.total()
            case.customer_open_count = sum(phases[phase] for phase in OPEN_PHASES)
            case.earlier_ids = (latest.get(key, self.browse()) - case._origin)[:SHOWN_CASES]

    def _get_latest_by_customer(self):
        """Return the latest cases by customer and company, one more than are shown."""
        return {
            (partner, company): self.search(
                [("partner_id", "=", partner.id), ("company_id", "=", company.id)],
                order="id desc",
                limit=SHOWN_CASES + 1,
            )
            for partner, company in {(case.partner_id, case.company_id) for case in self}
            if partner
        }

    @api.depends("partner_id", "company_id", "category_id", "order_ids", "picking_ids")
    def _compute_duplicate_ids(self):
        for case in self:
            domain = case._get_duplicates_domain()
            case.duplicate_ids = self.search(domain, limit=SHOWN_CASES, order="id desc")

    # === WHAT THE CUSTOMER SAYS ===#

    def _note_customer_said(self, text, channel):
        """Keep what a customer said otherwise than in writing, and that an answer is due.

        :param text: plain text
        :param channel: value of the field ``channel``
        """
        self.ensure_one()
        label = dict(self._fields["channel"]._description_selection(self.env))[channel]
        self.message_post(
            body=Markup("<p><b>%s</b></p>%s")
            % (self.env._("The customer says (%s):", label), plaintext2html(text or "")),
        )
        self.write({"customer_answered": True, "customer_wrote_at": fields.Datetime.now()})

    # === ACTIONS ===#

    def action_resolve(self):
        """Say that the matter is settled."""
        self._move_to_phase(RESOLVED)

    def action_close(self):
        """Close cases whose matter is settled."""
        self._move_to_phase(CLOSED)

    def action_reopen(self):
        """Take up settled cases again."""
        self._move_to_phase(WORKING)

    def action_start(self):
        """Take new cases and begin to work on them."""
        self.filtered(lambda case: not case.user_id).action_take()
        self._move_to_phase(WORKING)

    def action_view_customer_cases(self):
        """Open all cases of the customer."""
        self.ensure_one()
        return self._get_cases_action([("partner_id", "=", self.partner_id.id)])

    @api.model
    def _get_cases_action(self, domain, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_complaint_action"
        )
        return {
            **action,
            "domain": domain,
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "context": context,
        }

    def action_open(self):
        """Open this case."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }
