from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

SOURCES = {
    "logistics.profile": "profile_ids",
    "stock.picking": "picking_ids",
    "logistics.complaint": "complaint_ids",
}


class LogisticsSurveyAsk(models.TransientModel):
    """Customers asked by hand: about themselves, their deliveries or their cases."""

    _name = "logistics.survey.ask"
    _description = "Ask Customers"

    policy_id = fields.Many2one(
        "logistics.survey.policy",
        required=True,
        ondelete="cascade",
        default=lambda self: self._get_default_policy(),
        domain=lambda self: [("company_id", "in", [*self.env.companies.ids, False])],
        help="Says with which questionnaire, by which channel and at which hours they are asked. "
        "Its trigger, sample and filters do not count here.",
    )
    profile_ids = fields.Many2many(
        "logistics.profile",
        string="Customers",
        default=lambda self: self._get_chosen("logistics.profile"),
    )
    picking_ids = fields.Many2many(
        "stock.picking",
        string="Deliveries",
        default=lambda self: self._get_chosen("stock.picking"),
    )
    complaint_ids = fields.Many2many(
        "logistics.complaint",
        string="Cases",
        default=lambda self: self._get_chosen("logistics.complaint"),
    )
    despite_rest = fields.Boolean(string="Ask Them All the Same")
    wanted_count = fields.Integer(string="Will Be Asked", compute="_compute_counts")
    resting_count = fields.Integer(string="Asked Not Long Ago", compute="_compute_counts")
    refused_count = fields.Integer(string="Refused Surveys", compute="_compute_counts")
    foreign_count = fields.Integer(
        string="Of Another Company",
        compute="_compute_counts",
        help="The policy does not ask for their company.",
    )

    @api.model
    def _get_chosen(self, model):
        """Return the records that somebody has chosen in a list or a form, or none."""
        if self.env.context.get("active_model") != model:
            return False
        return self.env[model].browse(self.env.context.get("active_ids", []))

    @api.model
    def _get_default_policy(self):
        """Return the first policy made for what was chosen."""
        triggers = {"stock.picking": "delivered", "logistics.complaint": "case_closed"}
        trigger = triggers.get(self.env.context.get("active_model"), "manual")
        policies = self.env["logistics.survey.policy"]
        return policies._search_fitting(trigger, self.env.companies.ids)[:1]

    @api.depends("policy_id", "profile_ids", "picking_ids", "complaint_ids", "despite_rest")
    def _compute_counts(self):
        for wizard in self:
            chosen = wizard._get_facts()
            facts = wizard._leave_foreign_out(chosen)
            refused = wizard._get_refusing(facts)
            resting = wizard._get_resting(facts) - refused
            wizard.foreign_count = len(chosen) - len(facts)
            wizard.refused_count = len(refused)
            wizard.resting_count = len(resting)
            left_out = refused if wizard.despite_rest else refused | resting
            wizard.wanted_count = sum(fact["occasion"] not in left_out for fact in facts)

    def _get_facts(self):
        """Return what was chosen as occasions; those without a person are left out."""
        records = self.complaint_ids or self.picking_ids or self.profile_ids
        # what somebody may not read is not told by how many are asked either; agents ask about
        # deliveries and cases, and the facts of those are read for all alike
        readable = records._filtered_access("read").sudo()
        facts = [record._prepare_survey_fact() for record in readable]
        now = fields.Datetime.now()
        return [
            {**fact, "occurred_at": fact["occurred_at"] or now, "insisted": True, "assumed": False}
            for fact in facts
            if fact["partner_id"]
        ]

    def _leave_foreign_out(self, facts):
        """Return the occasions of the policy's company; a policy of every company asks for all."""
        company = self.policy_id.company_id
        return [fact for fact in facts if not company or fact["company_id"] == company.id]

    def _get_refusing(self, facts):
        """Return the occasions whose person refused to be asked."""
        requests = self._make_requests(facts)
        refused = requests._get_refused(requests._get_profiles())
        return {
            fact["occasion"]
            for fact, request in zip(facts, requests, strict=True)
            if request.id in refused
        }

    def _get_resting(self, facts):
        """Return the occasions whose person was asked not long ago."""
        days = self.policy_id.cooldown_days
        if not days:
            return set()
        since = fields.Datetime.now() - timedelta(days=days)
        # people of cases and deliveries are asked about, whoever chose them
        asked = (
            self.env["logistics.survey.request"]
            .sudo()
            .search(
                Domain("partner_id", "in", [fact["partner_id"] for fact in facts])
                & Domain("company_id", "in", [fact["company_id"] for fact in facts])
                & (
                    Domain("state", "=", "queued")
                    | Domain("sent_at", ">", since)
                    | Domain("answered_at", ">", since)
                )
            )
        )
        people = {(one.company_id.id, one.partner_id.id) for one in asked}
        return {
            fact["occasion"]
            for fact in facts
            if (fact["company_id"], fact["partner_id"]) in people
        }

    def _make_requests(self, facts):
        """Return requests that exist in memory only, to see what stands against them."""
        requests = self.env["logistics.survey.request"].sudo()  # agents write none
        return requests.concat(
            *(
                requests.new({name: fact[name] for name in ("partner_id", "company_id")})
                for fact in facts
            )
        )

    def action_ask(self):
        """Plan the requests for now, once about each occasion; show them.

        :raise UserError: when nobody is left to be asked
        """
        self.ensure_one()
        self.policy_id.check_access("read")
        for records in (self.profile_ids, self.picking_ids, self.complaint_ids):
            records.check_access("read")
        facts = self._leave_foreign_out(self._get_facts())
        left_out = self._get_refusing(facts)
        if not self.despite_rest:
            left_out |= self._get_resting(facts)
        wanted = [fact for fact in facts if fact["occasion"] not in left_out]
        if not wanted:
            raise UserError(self.env._("There is nobody to be asked."))
        # agents ask; requests are written by the program alone
        asked = self.env["logistics.survey.request"].sudo()._ask(self.policy_id, wanted)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_survey_request_action"
        )
        return {**action, "domain": [("id", "in", asked.ids)], "context": {}}
