from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ....tools.foundation.periods import local_midnight

# more than a supervisor reads at a glance; the rest is behind "all of today"
SHOWN = 60


class LogisticsFeedbackBoard(models.AbstractModel):
    """Today's answers as they come, the bad ones on top."""

    _name = "logistics.feedback.board"
    _description = "Today's Answers"

    @api.model
    @api.readonly
    def action_read(self):
        """Return today's answers with what became of them, and what they come to.

        :raise AccessError: the user is no supervisor
        """
        if not self.env.user.has_group("logistics_customer_service.group_supervisor"):
            raise AccessError(self.env._("The board of answers is the supervisors'."))
        domain = self._get_domain()
        bad = self._search_answers(domain & Domain("is_low", "=", True), SHOWN)
        others = self._search_answers(domain & Domain("is_low", "=", False), SHOWN - len(bad))
        return {
            "counts": self._count(domain),
            "domain": list(domain),
            "answers": [self._describe(answer) for answer in self._sort(bad) + others],
            "read_at": fields.Datetime.to_string(fields.Datetime.now()),
        }

    def _search_answers(self, domain, limit):
        # the report leaves inspections out
        return self.env["logistics.feedback.report"].search(domain, limit=limit).feedback_id

    def _get_domain(self):
        """Return the domain of today's answers of the user's companies, each by its own clock."""
        domains = []
        for company in self.env.companies:
            zone, today = company._get_logistics_tz(), company._get_logistics_today()
            domains.append(
                Domain("company_id", "=", company.id)
                & Domain("answered_at", ">=", local_midnight(today, zone))
                & Domain("answered_at", "<", local_midnight(today + timedelta(days=1), zone))
            )
        return Domain.OR(domains)

    def _sort(self, answers):
        """Return bad answers, those that nobody has settled first."""
        return answers.sorted(lambda answer: answer.reaction_state != "open")

    def _count(self, domain):
        names = ("answer_count", "bad_count", "to_do_count", "rated_count", "satisfied_count")
        [row] = self.env["logistics.feedback.report"]._read_group(
            domain, aggregates=[f"{name}:sum" for name in names]
        )
        answers, bad, to_do, rated, satisfied = (number or 0 for number in row)
        least = self.env.companies._get_logistics_min_answers()
        return {
            "answers": answers,
            "bad": bad,
            "to_do": to_do,
            "rated": rated,
            "csat": satisfied / rated if rated >= least else None,
        }

    def _describe(self, answer):
        """Return what the board shows of an answer."""
        # names of customers, carriers and agents are not secret to who reads the answer
        facts = answer.sudo()
        labels = {
            name: dict(answer._fields[name]._description_selection(self.env)).get(answer[name])
            for name in ("channel", "reaction_state", "punctuality")
        }
        return {
            "id": answer.id,
            "answered_at": fields.Datetime.to_string(answer.answered_at),
            "partner": facts.partner_id.commercial_partner_id.display_name or "",
            "about": (facts.complaint_id or facts.picking_id or facts.order_id).display_name or "",
            "carrier": facts.carrier_id.display_name or "",
            "tier": facts.tier_id.name or "",
            "overall": answer.overall,
            "recommend": answer.recommend if answer.recommends else None,
            "comment": answer.comment or "",
            "reasons": [
                score.answer_id.value
                for score in facts.score_ids
                if score.part == "reason" and score.answer_id
            ],
            "is_low": answer.is_low,
            "partial": answer.state == "partial",
            "no_contact": answer.no_contact,
            "late": answer.punctuality == "late",
            "channel": labels["channel"] or "",
            "reaction_state": answer.reaction_state,
            "reaction": labels["reaction_state"] or "",
            "reaction_of": self._get_who(facts),
        }

    def _get_who(self, facts):
        """Return the case that an answer opened, or whose task it is."""
        case = facts.reaction_complaint_id
        if case:
            return f"{case.display_name} · {case.user_id.name}" if case.user_id else case.display_name
        return ", ".join(facts.activity_ids.user_id.mapped("name"))
