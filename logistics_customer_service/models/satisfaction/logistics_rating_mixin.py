from odoo import models
from odoo.exceptions import ValidationError


class LogisticsRatingMixin(models.AbstractModel):
    """An occasion of which the customer says how it was, on the page that shows it.

    Nothing is planned by looking: the request is made when somebody answers.
    """

    _name = "logistics.rating.mixin"
    _description = "What Customers Rate on Its Page"

    _rating_field = None  # by which requests name the occasion
    _rating_trigger = None  # of the policies that ask about it

    def _can_be_rated(self):
        """Tell whether the occasion is over."""
        return False

    def _get_rating_requests(self):
        """Return the requests about the occasion, answered ones first."""
        requests = self.env["logistics.survey.request"].search(
            [(self._rating_field, "=", self.id), ("policy_id.trigger", "=", self._rating_trigger)]
        )
        return requests.sorted(lambda asked: (asked.state != "answered", not asked.sent_at, asked.id))

    def _get_rating_request(self):
        """Return the request that an answer given here belongs to; one not stored if there is none.

        It is empty where nobody asks about such occasions, or the request was revoked.
        """
        self.ensure_one()
        requests = self._get_rating_requests()
        if requests:
            return requests.filtered(lambda asked: asked.state != "revoked")[:1]
        policy = self._find_rating_policies()[:1]
        if not policy or not self._can_be_rated():
            return requests
        return requests.new(self._prepare_rating_vals(policy))

    def _find_rating_policies(self):
        """Return the active policies that ask about such an occasion, the first first."""
        return self.env["logistics.survey.policy"]._find_for(self)

    def _prepare_rating_vals(self, policy):
        fact = self._prepare_survey_fact()
        return {
            "policy_id": policy.id,
            "survey_id": policy.survey_id.id,
            "company_id": fact["company_id"],
            "partner_id": fact["partner_id"],
            "occurred_at": fact["occurred_at"],
            "picking_id": fact.get("picking_id"),
            "order_id": fact.get("order_id"),
            "complaint_id": fact.get("complaint_id"),
        }

    def _prepare_rating(self):
        """Return what the occasion's page shows of it: the steps, or that it was answered."""
        on = self.env["res.groups"]._has_logistics_part("surveys")
        asked = on and self._can_be_rated() and self._get_rating_request()
        steps = asked and asked.survey_id.with_context(lang=self.env.lang)._prepare_rating_steps()
        if not steps:
            return False
        return {"steps": steps, "answered": asked.state == "answered", "lang": self.env.lang}

    def _take_rating(self, vals, partner=None):
        """Take an answer given on the occasion's page.

        :param vals: as ``_take_answers`` takes them
        :param partner: the person who answers; by default whoever would have been asked
        """
        asked = self._get_rating_request()
        if asked and not asked.id:
            asked = asked._get_or_plan(
                asked.policy_id, partner or asked.partner_id, {self._rating_field: self.id}
            )
        if not asked:
            raise ValidationError(self.env._("This cannot be rated any more."))
        return asked._take_answers([vals])
