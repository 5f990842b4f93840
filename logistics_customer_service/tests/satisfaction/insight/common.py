import random
from datetime import timedelta

from odoo import Command, fields

from ...common import LogisticsCommon


class InsightCommon(LogisticsCommon):
    """Answers of customers with a random story, written as they are kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.logistics_min_answers = 5
        cls.Feedback = cls.env["logistics.feedback"]
        cls.Report = cls.env["logistics.feedback.report"]
        cls.Scores = cls.env["logistics.feedback.score.report"]
        cls.Responses = cls.env["logistics.survey.response.report"]
        cls.Analysis = cls.env["logistics.feedback.analysis"]
        cls.aspects = cls.env["logistics.aspect"].create(
            [
                {"name": name, "code": f"test_{name.lower()}", "sequence": sequence}
                for sequence, name in enumerate(("Speed", "Care", "Manners"))
            ]
        )
        cls.survey = cls.env["survey.survey"].create(
            {"title": "How was it?", "survey_type": "logistics", "logistics_use": "delivery"}
        )
        cls.inspection = cls.env["survey.survey"].create(
            {"title": "Inspection", "survey_type": "logistics", "logistics_use": "inspection"}
        )
        question = cls.env["survey.question"].create(
            {
                "survey_id": cls.survey.id,
                "title": "What went wrong?",
                "question_type": "multiple_choice",
                "suggested_answer_ids": [
                    Command.create({"value": value}) for value in ("Late", "Torn", "Rude")
                ],
            }
        )
        cls.reasons = question.suggested_answer_ids
        cls.policy = cls.env["logistics.survey.policy"].create(
            {"name": "After delivery", "survey_id": cls.survey.id, "company_id": cls.company.id}
        )
        cls.carriers = cls.env["delivery.carrier"].create(
            [
                {"name": name, "product_id": cls.product.id, "company_id": cls.company.id}
                for name in ("Kestrel", "Heron")
            ]
        )
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Customer {index}", "is_company": True} for index in range(3)]
        )
        cls.now = fields.Datetime.now()

    @classmethod
    def _answer(cls, overall=0, scores=(), reasons=(), importance=(), expectation=(), **vals):
        """Return a complete answer of now.

        :param scores: aspects' scores, in their order; likewise ``importance``, ``expectation``
        :param reasons: numbers of the reasons chosen
        """
        rows = [
            {"part": part, "aspect_id": aspect.id, "value": value}
            for part, values in (
                ("score", scores),
                ("importance", importance),
                ("expectation", expectation),
            )
            for aspect, value in zip(cls.aspects, values, strict=False)
            if value
        ]
        rows += [
            {
                "part": "reason",
                "answer_id": cls.reasons[number].id,
                "aspect_id": cls.aspects[number].id,
                "value": 1,
            }
            for number in reasons
        ]
        return cls.Feedback.create(
            {
                "survey_id": cls.survey.id,
                "company_id": cls.company.id,
                "partner_id": cls.customers[0].id,
                "answered_at": cls.now,
                "channel": "mail",
                "overall": overall,
                "score_ids": [Command.create(row) for row in rows],
                **vals,
            }
        )

    @classmethod
    def _tell_story(cls, seed, count=60):
        """Return so many answers, some of them in part, some of our own inspectors."""
        chance = random.Random(seed)
        answers = cls.Feedback.browse()
        for _number in range(count):
            recommend = chance.choice([None, *range(11)])
            answers += cls._answer(
                overall=chance.choice((0, 1, 2, 3, 4, 4, 5, 5)),
                scores=[chance.choice((0, 1, 2, 3, 4, 5)) for _aspect in cls.aspects],
                importance=[chance.choice((0, 0, 3, 4, 5)) for _aspect in cls.aspects],
                expectation=[chance.choice((0, 0, 4, 5)) for _aspect in cls.aspects],
                reasons=chance.sample(range(3), chance.choice((0, 0, 1, 2))),
                survey_id=chance.choice([*[cls.survey.id] * 9, cls.inspection.id]),
                state=chance.choice([*["done"] * 9, "partial"]),
                recommend=recommend or 0,
                recommends=cls._get_camp(recommend),
                effort=chance.choice((0, 1, 3, 5, 7)),
                partner_id=chance.choice(cls.customers).id,
                carrier_id=chance.choice([*cls.carriers.ids, False]),
                tier_id=chance.choice([cls.vip.id, cls.key.id, False]),
                agent_id=chance.choice([cls.agent.id, False]),
                warehouse_id=cls.warehouse.id,
                punctuality=chance.choice(("late", "on_time", "unknown")),
                channel=chance.choice(("mail", "sms", "phone")),
                answered_at=cls.now - timedelta(days=chance.randrange(100)),
                comment=chance.choice((False, "", "Fine")),
            )
        cls.env.flush_all()
        cls.env.invalidate_all()
        return answers

    @staticmethod
    def _get_camp(recommend):
        if recommend is None:
            return False
        return "promoter" if recommend >= 9 else "detractor" if recommend <= 6 else "passive"

    @classmethod
    def _counted(cls, answers):
        return answers.filtered(lambda answer: answer.state == "done" and answer.survey_id == cls.survey)

    @classmethod
    def _mine(cls):
        return [("company_id", "=", cls.company.id)]
