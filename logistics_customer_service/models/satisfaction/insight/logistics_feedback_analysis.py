from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ....tools.foundation.periods import local_midnight
from ....tools.satisfaction import statistics
from .logistics_feedback_score_report import (
    EXPECTATION_SUMS,
    IMPORTANCE_SUMS,
    PAIR_SUMS,
    SCORE_SUMS,
)

# the fields of the reports by which answers may be narrowed down
FILTERS = {
    "tier_id": "logistics.tier",
    "carrier_id": "delivery.carrier",
    "warehouse_id": "stock.warehouse",
    "survey_id": "survey.survey",
}
ANSWER_SUMS = (
    "answer_count",
    "partial_count",
    "rated_count",
    "satisfied_count",
    "recommend_count",
    "promoter_count",
    "detractor_count",
    "effort_count",
    "effort_total",
    "easy_count",
)


class LogisticsFeedbackAnalysis(models.AbstractModel):
    """Why customers are satisfied or not: what the screen of that name shows.

    It reads the reports with the rights of whoever asks, and the statistics are those of
    ``tools/insight/statistics.py``. A figure of too few answers leaves the server as its count
    alone.
    """

    _name = "logistics.feedback.analysis"
    _description = "Why Customers Are Satisfied"

    # === BUSINESS METHODS ===#

    @api.model
    @api.readonly
    def action_get_choices(self):
        """Return what the answers can be narrowed down by: field → list of id and name."""
        return {name: self._list_choices(name) for name in FILTERS}

    def _list_choices(self, name):
        rows = self.env["logistics.feedback.report"]._read_group(self._get_company_domain(), [name])
        # names of tiers, carriers and warehouses are not secret to who reads the answers
        records = self.env[FILTERS[name]].sudo().browse(record.id for [record] in rows if record)
        choices = [{"id": record.id, "name": record.display_name} for record in records]
        return sorted(choices, key=lambda choice: choice["name"])

    @api.model
    @api.readonly
    def action_explain(self, filters):
        """Return the analysis of the answers that fit.

        :param filters: ``date_from``, ``date_to`` (ISO days in the company's time zone), ids by
            the names in ``FILTERS``; all optional
        :raise ValidationError: a filter cannot be read
        """
        domain = self._get_domain(filters or {})
        least = self.env.companies._get_logistics_min_answers()
        aspects = self._read_aspects(domain, least)
        reasons = self._read_reasons(domain, least)
        return {
            "least": least,
            "domain": list(domain),
            "summary": self._read_summary(domain, least),
            "response": self._read_response(filters or {}),
            "aspects": aspects,
            "pictures": {kind: self._draw(aspects, kind, reasons) for kind in ("derived", "stated")},
            "drivers": self._rank(aspects),
            "punctuality": self._read_punctuality(domain, least),
            "reasons": reasons,
        }

    def _get_company_domain(self):
        return Domain("company_id", "in", self.env.companies.ids)

    def _get_domain(self, filters):
        """Return the domain of the answers that fit, for both reports."""
        domain = self._get_company_domain() & self._get_days_domain(filters, "answered_at")
        for name in FILTERS:
            value = filters.get(name)
            if value:
                domain &= Domain(name, "=", self._read_number(value))
        return domain

    def _get_days_domain(self, filters, name):
        zone = self.env.company._get_logistics_tz()
        first, last = (self._read_day(filters.get(key)) for key in ("date_from", "date_to"))
        domain = Domain.TRUE
        if first:
            domain &= Domain(name, ">=", local_midnight(first, zone))
        if last:
            domain &= Domain(name, "<", local_midnight(last + timedelta(days=1), zone))
        return domain

    def _read_day(self, value):
        try:
            return fields.Date.to_date(value or False)
        except (ValueError, TypeError) as error:
            raise ValidationError(self.env._("“%s” is no day.", value)) from error

    def _read_number(self, value):
        try:
            return int(value)
        except (ValueError, TypeError) as error:
            raise ValidationError(self.env._("“%s” is no number.", value)) from error

    def _read_summary(self, domain, least):
        [row] = self.env["logistics.feedback.report"]._read_group(
            domain, aggregates=[f"{name}:sum" for name in ANSWER_SUMS]
        )
        sums = {name: number or 0 for name, number in zip(ANSWER_SUMS, row, strict=True)}
        efforts = sums["effort_count"]
        return {
            "answers": sums["answer_count"],
            "partial": sums["partial_count"],
            "csat": self._tell(statistics.wilson(sums["satisfied_count"], sums["rated_count"]), least),
            "nps": self._tell(
                statistics.net_promoter(
                    sums["promoter_count"], sums["detractor_count"], sums["recommend_count"]
                ),
                least,
            ),
            "ces": self._tell(
                statistics.Estimate(efforts, sums["effort_total"] / efforts, None, None) if efforts else None,
                least,
            ),
            "easy": self._tell(statistics.wilson(sums["easy_count"], efforts), least),
        }

    def _read_response(self, filters):
        """Return how many of those asked in the period answered.

        A request of another carrier or warehouse is left out as its answer would be.
        """
        domain = self._get_company_domain() & self._get_days_domain(filters, "sent_at")
        domain &= Domain("sent_count", "=", 1)
        for name in FILTERS:
            if filters.get(name):
                domain &= Domain(name, "=", self._read_number(filters[name]))
        [[sent, responded]] = self.env["logistics.survey.response.report"]._read_group(
            domain, aggregates=["sent_count:sum", "responded_count:sum"]
        )
        return {
            "sent": sent or 0,
            "responded": responded or 0,
            "rate": responded / sent if sent else None,
            "domain": list(domain),
        }

    def _read_aspects(self, domain, least):
        """Return what is known of each aspect that anybody spoke of, in the aspects' order."""
        columns = ("satisfied_count", *SCORE_SUMS, *EXPECTATION_SUMS, *IMPORTANCE_SUMS, *PAIR_SUMS)
        rows = self.env["logistics.feedback.score.report"]._read_group(
            domain & Domain("aspect_id", "!=", False) & Domain("part", "!=", "reason"),
            ["aspect_id"],
            [f"{name}:sum" for name in columns],
        )
        return [
            self._describe_aspect(aspect, [number or 0 for number in numbers], least)
            for aspect, *numbers in sorted(rows, key=lambda row: (row[0].sequence, row[0].id))
        ]

    def _describe_aspect(self, aspect, numbers, least):
        satisfied, scores = numbers[0], statistics.Sums(*numbers[1:4])
        expectations, importances = (statistics.Sums(*numbers[start : start + 3]) for start in (4, 7))
        gap = None
        if min(scores.count, expectations.count) >= least:
            gap = statistics.difference(scores, expectations)
        return {
            "id": aspect.id,
            "name": aspect.name,
            "csat": self._tell(statistics.wilson(satisfied, scores.count), least),
            "performance": self._tell(statistics.mean(scores), least),
            "derived": self._tell(statistics.correlation(statistics.PairSums(*numbers[10:])), least),
            "stated": self._tell(statistics.mean(importances), least),
            "expectation": self._tell(statistics.mean(expectations), least),
            "gap": self._tell(gap, least),
        }

    def _draw(self, aspects, kind, reasons):
        """Return the importance–performance picture: where its lines cross, each aspect's field.

        What most of those who are dissatisfied name is neither unimportant nor overdone.

        :param kind: ``derived`` or ``stated``: whose importance
        :param reasons: as :meth:`_read_reasons` returns them
        """
        points = {
            aspect["id"]: [self._estimate(aspect[name]) for name in (kind, "performance")]
            for aspect in aspects
            if not aspect[kind]["few"] and not aspect["performance"]["few"]
        }
        centre = statistics.cross_hair({key: [one.value for one in both] for key, both in points.items()})
        fields = statistics.importance_performance(points)
        named = {bar["aspect_id"] for bar in reasons["bars"] if bar["vital"] and not reasons["few"]}
        unsaid = (statistics.LOW_PRIORITY, statistics.OVERDONE)
        return {
            "centre": centre and {"importance": centre[0], "performance": centre[1]},
            "least": statistics.LEAST_POINTS,
            "fields": {
                key: statistics.UNDECIDED if field in unsaid and key in named else field
                for key, field in fields.items()
            },
        }

    def _estimate(self, told):
        return statistics.Estimate(told["count"], told["value"], told["low"], told["high"])

    def _rank(self, aspects):
        """Return the ids of aspects, that which moves the overall score most first."""
        known = {
            aspect["id"]: statistics.Estimate(
                aspect["derived"]["count"], aspect["derived"]["value"], None, None
            )
            for aspect in aspects
            if not aspect["derived"]["few"]
        }
        return statistics.rank_drivers(known)

    def _read_punctuality(self, domain, least):
        """Return the mean overall score of late deliveries and of those on time, and the gap."""
        rows = self.env["logistics.feedback.report"]._read_group(
            domain & Domain("rated_count", "=", 1) & Domain("punctuality", "in", ("late", "on_time")),
            ["punctuality", "overall"],
            ["__count"],
        )
        sums = {
            kind: statistics.Sums(
                sum(count for found, _score, count in rows if found == kind),
                sum(score * count for found, score, count in rows if found == kind),
                sum(score * score * count for found, score, count in rows if found == kind),
            )
            for kind in ("on_time", "late")
        }
        few = min(part.count for part in sums.values()) < least
        difference = None if few else statistics.difference(sums["late"], sums["on_time"])
        return {
            **{kind: self._tell(statistics.mean(part), least) for kind, part in sums.items()},
            "difference": self._tell(difference, least),
        }

    def _read_reasons(self, domain, least):
        """Return the reasons chosen, the most frequent first (Pareto)."""
        rows = self.env["logistics.feedback.score.report"]._read_group(
            domain & Domain("reason_count", "=", 1), ["answer_id", "aspect_id"], ["__count"]
        )
        # the words of the questionnaire are no secret to who reads the answers
        named = {}
        for answer, aspect, count in rows:
            name = answer.sudo().value or aspect.name or self.env._("Not named")
            bar = named.setdefault(
                name, {"count": 0, "answer_ids": [], "aspect": aspect.name or "", "aspect_id": aspect.id}
            )
            bar["count"] += count
            bar["answer_ids"] += answer.ids or [False]
        bars = statistics.pareto({name: bar["count"] for name, bar in named.items()})
        total = sum(bar.count for bar in bars)
        return {
            "count": total,
            "few": total < least,
            "bars": [
                {
                    "name": bar.key,
                    "aspect": named[bar.key]["aspect"],
                    "aspect_id": named[bar.key]["aspect_id"],
                    "answer_ids": named[bar.key]["answer_ids"],
                    "count": bar.count,
                    "share": bar.share,
                    "cumulated": bar.cumulated,
                    "vital": bar.is_vital,
                }
                for bar in bars
            ],
        }

    def _tell(self, estimate, least):
        """Return an estimate for the screen; of too few answers their count alone.

        :param estimate: :class:`Estimate`, or None
        :param least: how many answers make a figure
        """
        count = estimate.count if estimate else 0
        if count < least:
            return {"count": count, "few": True}
        return {
            "count": count,
            "few": False,
            "value": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
        }
