from odoo import fields, models


class LogisticsProfile(models.Model):
    _inherit = "logistics.profile"

    survey_request_count = fields.Integer(
        string="Survey Requests", compute="_compute_survey_request_count"
    )

    def _compute_survey_request_count(self):
        counts = dict(
            self.env["logistics.survey.request"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.survey_request_count = counts.get(profile, 0)

    def _prepare_survey_fact(self):
        """Return the relation as an occasion to ask about, once a day where somebody wants it."""
        self.ensure_one()
        now = fields.Datetime.now()
        day = self.company_id._get_logistics_today().isoformat()
        return {
            "occasion": f"hand:{self.company_id.id}:{self.partner_id.id}:{day}",
            "occurred_at": now,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "of": {},
        }

    def _move_history(self, target):
        # agents merge customers; requests are written by the program alone
        requests = self.env["logistics.survey.request"].sudo()
        requests.search([("profile_id", "in", self.ids)]).profile_id = target
        return super()._move_history(target)

    def action_view_survey_requests(self):
        """Open what the customer and its contacts were asked."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_survey_request_action"
        )
        return {**action, "domain": [("profile_id", "=", self.id)], "context": {}}
