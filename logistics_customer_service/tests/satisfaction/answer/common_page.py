from odoo import Command, fields

from ...shipment.test_shipment import ShipmentCommon

WORDS = ("Very poor", "Poor", "Fair", "Good", "Very good")


class AnsweringCommon(ShipmentCommon):
    """A questionnaire of three taps, a policy that asks it after deliveries, and a request."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Request = cls.env["logistics.survey.request"]
        cls.env["logistics.survey.policy"].search([]).active = False
        cls.survey = cls._questionnaire()
        cls.overall, cls.reasons, cls.recommend, cls.comment = cls.survey.question_ids
        cls.very_poor, cls.poor, cls.fair, cls.good, cls.very_good = cls.overall.suggested_answer_ids
        cls.late, cls.damaged = cls.reasons.suggested_answer_ids
        cls.policy = cls.env["logistics.survey.policy"].create(
            {
                "name": "After a delivery",
                "trigger": "delivered",
                "survey_id": cls.survey.id,
                "company_id": cls.company.id,
            }
        )
        cls.picking = cls._delivery("SF1")
        cls._arrive(cls.picking)
        cls.request = cls._request(cls.picking)

    @classmethod
    def _questionnaire(cls, **vals):
        poor = [{"value": word, "logistics_value": step} for step, word in enumerate(WORDS, 1)]
        survey = cls.env["survey.survey"].create(
            {
                "title": "Your delivery",
                "survey_type": "logistics",
                "logistics_use": "delivery",
                "question_and_page_ids": [
                    Command.create(
                        {
                            "title": "How was it?",
                            "question_type": "simple_choice",
                            "logistics_part": "overall",
                            "constr_mandatory": True,
                            "sequence": 1,
                            "suggested_answer_ids": [Command.create(step) for step in poor],
                        }
                    ),
                    Command.create(
                        {
                            "title": "What went wrong?",
                            "question_type": "multiple_choice",
                            "logistics_part": "reason",
                            "sequence": 2,
                            "suggested_answer_ids": [
                                Command.create({"value": "Too late"}),
                                Command.create({"value": "Damaged"}),
                            ],
                        }
                    ),
                    Command.create(
                        {
                            "title": "Would you recommend us?",
                            "question_type": "scale",
                            "logistics_part": "recommend",
                            "sequence": 3,
                            "scale_min": 0,
                            "scale_max": 10,
                        }
                    ),
                    Command.create(
                        {
                            "title": "What would you like to tell us?",
                            "question_type": "text_box",
                            "logistics_part": "text",
                            "sequence": 4,
                        }
                    ),
                ],
                **vals,
            }
        )
        overall, reasons = survey.question_ids[:2]
        reasons.triggering_answer_ids = overall.suggested_answer_ids[:3]
        return survey

    @classmethod
    def _arrive(cls, picking):
        """Have the carrier say that the goods are there."""
        cls.Event.create(
            {
                "picking_id": picking.id,
                "kind": "delivered",
                "happened_at": fields.Datetime.now(),
                "source": "carrier",
            }
        )

    @classmethod
    def _request(cls, picking, **vals):
        """Return the request that was sent to the customer about a delivery."""
        now = fields.Datetime.now()
        return cls.Request.create(
            {
                "policy_id": cls.policy.id,
                "survey_id": cls.survey.id,
                "company_id": cls.company.id,
                "partner_id": picking.partner_id.id,
                "occasion": f"test:{picking.id}",
                "occurred_at": now,
                "picking_id": picking.id,
                "order_id": picking.sale_id.id,
                "state": "sent",
                "channel": "mail",
                "sent_at": now,
                "expires_at": fields.Datetime.add(now, days=21),
                **vals,
            }
        )
