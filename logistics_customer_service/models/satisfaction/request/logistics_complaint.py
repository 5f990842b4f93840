from odoo import api, fields, models

from ...complaint.logistics_complaint_stage import CLOSED
from .logistics_survey_policy import CASE_CLOSED


class LogisticsComplaint(models.Model):
    _inherit = "logistics.complaint"

    survey_request_count = fields.Integer(
        string="Survey Requests", compute="_compute_survey_request_count"
    )

    def _compute_survey_request_count(self):
        counts = dict(
            self.env["logistics.survey.request"]._read_group(
                [("complaint_id", "in", self.ids)], ["complaint_id"], ["__count"]
            )
        )
        for case in self:
            case.survey_request_count = counts.get(case, 0)

    @api.model
    def _get_phase_steps(self):
        return [*super()._get_phase_steps(), "_ask_when_closed"]

    def _ask_when_closed(self, old, new):
        if new == CLOSED:
            self._plan_survey_requests()

    def _plan_survey_requests(self):
        """Have customers asked how their cases were handled."""
        # whoever closes a case need not see all that policies go by
        cases = self.sudo().filtered(lambda case: not case.merged_into_id)
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

    # === ACTIONS ===#

    def action_view_survey_requests(self):
        """Open what the customer was asked about the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_survey_request_action"
        )
        return {**action, "domain": [("complaint_id", "=", self.id)], "context": {}}
