from odoo import api, fields, models
from odoo.fields import Domain

from ..complaint.logistics_complaint import INCIDENT
from ..complaint.logistics_complaint_stage import CLOSED, OPEN_PHASES
from .request.logistics_survey_policy import CASE_CLOSED


class LogisticsComplaint(models.Model):
    """What the customer is asked and answers about a case, and the answer it was opened for."""

    _name = "logistics.complaint"
    _inherit = ["logistics.complaint", "logistics.rating.mixin"]

    _rating_field = "complaint_id"
    _rating_trigger = "case_closed"

    survey_request_count = fields.Integer(
        string="Survey Requests", compute="_compute_survey_request_count"
    )
    feedback_count = fields.Integer(
        string="Customer Answers",
        compute="_compute_feedback_count",
        groups="logistics_customer_service.group_agent",  # customers read their cases
    )

    def _compute_survey_request_count(self):
        counts = dict(
            self.env["logistics.survey.request"]._read_group(
                [("complaint_id", "in", self.ids)], ["complaint_id"], ["__count"]
            )
        )
        for case in self:
            case.survey_request_count = counts.get(case, 0)

    def _compute_feedback_count(self):
        Feedback = self.env["logistics.feedback"]
        counts = dict.fromkeys(self.ids, 0)
        seen = Feedback.search_fetch(
            self._get_feedback_domain(), ["complaint_id", "reaction_complaint_id"]
        )
        for feedback in seen:
            for case in feedback.complaint_id | feedback.reaction_complaint_id:
                if case.id in counts:
                    counts[case.id] += 1
        for case in self:
            case.feedback_count = counts.get(case.id, 0)

    @api.model
    def _get_phase_steps(self):
        return [*super()._get_phase_steps(), "_ask_when_closed", "_follow_by_feedback"]

    def _ask_when_closed(self, old, new):
        if new == CLOSED:
            self._plan_survey_requests()
        if old in OPEN_PHASES and new not in OPEN_PHASES:
            self._ask_after_dispute()

    def _plan_survey_requests(self):
        """Have customers asked how their cases were handled; of incidents they need not know."""
        # whoever closes a case need not see all that policies go by
        cases = self.sudo().filtered(
            lambda case: not case.merged_into_id and case.kind != INCIDENT
        )
        self.env["logistics.survey.request"]._plan(
            CASE_CLOSED, [case._prepare_survey_fact() for case in cases]
        )

    def _prepare_survey_fact(self):
        """Return the case as an occasion to ask about."""
        self.ensure_one()
        picking = self.picking_ids[:1]
        return {
            "trigger": CASE_CLOSED,
            "occasion": f"case:{self.id}",
            "occurred_at": self.closed_at,
            "company_id": self.company_id.id,
            "partner_id": (self.contact_id or self.partner_id).id,
            "picking_id": picking.id,
            "order_id": (self.order_ids[:1] or picking.sale_id).id,
            "complaint_id": self.id,
            "of": {
                "carriers": set(self.carrier_id.ids),
                "warehouses": set(self.picking_ids.picking_type_id.warehouse_id.ids),
                "categories": self._get_category_path(),
            },
        }

    def _get_category_path(self):
        """Return the ids of the case's category and of those above it."""
        path = self.category_id.parent_path or ""
        return {int(category_id) for category_id in path.split("/") if category_id}

    def _get_feedback_domain(self):
        return Domain("complaint_id", "in", self.ids) | Domain(
            "reaction_complaint_id", "in", self.ids
        )

    def _follow_by_feedback(self, old, new):
        """A bad answer is done with when its case is, and to do again when that is reopened."""
        was, then = ("done", "open") if new in OPEN_PHASES else ("open", "done")
        # the course of a case is the rules'; agents write no feedback
        opened = self.env["logistics.feedback"].sudo()
        opened.search(
            [("reaction_complaint_id", "in", self.ids), ("reaction_state", "=", was)]
        ).reaction_state = then

    def _ask_after_dispute(self):
        """Who was not asked about a delivery while its case was open may be asked now."""
        # whoever closes a case need not see what customers are asked
        cases = self.sudo()
        deliveries = cases.picking_ids | cases.order_ids.picking_ids
        self.env["logistics.survey.request"].sudo()._go_on_after(deliveries)

    def _set_aside(self, kept):
        """The answers for which a merged case was opened go on with the one that is kept."""
        opened = self.env["logistics.feedback"].sudo()  # as above
        opened.search([("reaction_complaint_id", "=", self.id)]).reaction_complaint_id = kept
        return super()._set_aside(kept)

    def _can_be_rated(self):
        return self.phase == CLOSED and self._get_kept() == self

    def _prepare_customer_page(self):
        """Also how it was, once the case is closed."""
        return {**super()._prepare_customer_page(), "rating": self._prepare_rating()}

    # === ACTION METHODS ===#

    def action_view_survey_requests(self):
        """Open what the customer was asked about the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_survey_request_action"
        )
        return {**action, "domain": [("complaint_id", "=", self.id)], "context": {}}

    def action_view_feedback(self):
        """Open what the customer answered about this case, or why it was opened."""
        return self.env["logistics.feedback"]._get_feedback_action(self._get_feedback_domain())

    def action_answer_by_phone(self):
        """Fill in a questionnaire about the case with the customer on the telephone."""
        self.ensure_one()
        self.check_access("read")
        phone = self.env["logistics.survey.phone"]
        offered = phone._get_offered(self, self._find_rating_policies())
        person = self.contact_id or self.partner_id
        return phone._start(self, person, offered, complaint_id=self.id)
