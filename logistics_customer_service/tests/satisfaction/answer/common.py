from datetime import timedelta

from odoo import fields

from ...common import MODULE, LogisticsCommon


class FeedbackCommon(LogisticsCommon):
    """A delivered order, a questionnaire and a policy, and requests to answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Request = cls.env["logistics.survey.request"]
        cls.survey = cls.env.ref(f"{MODULE}.survey_delivery")
        cls.customer = cls._customer("Aster Foods", state_id=cls.env.ref("base.state_us_5").id)
        cls.person = cls.env["res.partner"].create(
            {"name": "Ms Li", "parent_id": cls.customer.id, "email": "li@aster.example"}
        )
        cls.order = cls._order(cls.person, at=cls._days_ago(6))
        cls.picking = cls._deliver(cls.order, at=cls._days_ago(2))
        cls._promise(cls._days_ago(4))
        cls.profile = cls._profile_of(cls.customer)
        cls.policy = cls.env["logistics.survey.policy"].create(
            {
                "name": "After a delivery",
                "company_id": cls.company.id,
                "survey_id": cls.survey.id,
                "trigger": "delivered",
            }
        )

    @classmethod
    def _request(cls, policy=None, **vals):
        policy = policy or cls.policy
        occasion = vals.pop("occasion", f"test:{cls.Request.search_count([])}")
        return cls.Request.create(
            {
                "policy_id": policy.id,
                "survey_id": policy.survey_id.id,
                "company_id": cls.company.id,
                "partner_id": cls.person.id,
                "profile_id": cls.profile.id,
                "tier_id": cls.profile.tier_id.id,
                "occasion": occasion,
                "occurred_at": fields.Datetime.now() - timedelta(days=1),
                "picking_id": cls.picking.id,
                "state": "sent",
                "channel": "mail",
                **vals,
            }
        )

    @classmethod
    def _question(cls, name):
        return cls.env.ref(f"{MODULE}.survey_{name}")

    @classmethod
    def _choice(cls, name):
        return cls.env.ref(f"{MODULE}.survey_{name}").id

    @classmethod
    def _answers(cls, overall, reasons=(), comment=None, **scores):
        """Return answers to the questionnaire about a delivery as a form sends them."""
        sent = {
            cls._question("delivery_overall").id: [cls._choice(f"delivery_overall_{overall}")],
            cls._question("delivery_comment").id: comment,
        }
        if reasons:
            sent[cls._question("delivery_reason").id] = [
                cls._choice(f"delivery_reason_{reason}") for reason in reasons
            ]
        for aspect, value in scores.items():
            sent[cls._question(f"delivery_{aspect}").id] = str(value)
        return sent

    @classmethod
    def _promise(cls, instant):
        """Promise the order for a day."""
        cls.order.order_line.promised_date = instant
        cls.picking._refresh_arrival()

    @classmethod
    def _take(cls, request, *args, extra=None, **kwargs):
        """Judge deliveries, and answer one request; return what became of it."""
        cls._judge_outcomes()
        [outcome] = request._take_answers(
            [{"answers": cls._answers(*args, **kwargs), **(extra or {})}]
        )
        return outcome

    def _count_taken(self, vals_list):
        """Return the queries of taking answers to as many new requests, all at once."""
        requests = self.Request.concat(*(self._request() for _vals in vals_list))
        return self._count(lambda: requests._take_answers(vals_list))
