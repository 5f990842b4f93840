from collections import defaultdict

from odoo import api, models
from odoo.tools import format_date

# so many points of 100 speak for a customer much, or somewhat
MUCH, SOMEWHAT = 70, 35


class LogisticsProfile(models.Model):
    """What a customer sees of the tier: which, why in plain words, and what comes with it.

    Neither amounts nor points nor the scheme: they would tell of others, and of what we reckon with.
    """

    _inherit = "logistics.profile"

    # === BUSINESS METHODS ===#

    def _prepare_customer_tier(self, company):
        """Return what the customer's page says about the tier of the profile, or of a customer without.

        :param company: in which company
        """
        since = self.tier_since and format_date(self.env, self.tier_since)
        return {
            "tier": self.tier_id.name,
            "since": since and self.env._("since %s", since),
            "cause": self._get_customer_cause(),
            "reasons": self._get_customer_reasons(),
            "benefits": self._get_customer_benefits(),
            "opted_out": self.tier_opt_out,
            "choice": self._get_customer_choice(company),
        }

    def _get_customer_choice(self, company):
        """Return what it means to be rated by no program, or by it again."""
        if self.tier_opt_out:
            return self.env._(
                "No program rates you; a person decides on your level. You may have the program do "
                "so again: from the next night your level follows from your orders, deliveries and "
                "payments."
            )
        tier = self.env["logistics.tier.scheme"]._get_in_force(company)._get_default_tier()
        return self.env._(
            "You can say that no program shall rate you. What it worked out so far is deleted, and "
            "you have the basic level (%s) until one of us chooses another one for you. A level that "
            "one of us chose stays. Orders, deliveries and complaints are dealt with as carefully as "
            "before.",
            tier.name or "–",
        )

    def _get_customer_cause(self):
        """Return in a sentence how the customer came by the tier."""
        if self.manual_tier_id and self.manual_until:
            until = format_date(self.env, self.manual_until)
            return self.env._("One of us chose this level for you; it stays until %s.", until)
        if self.manual_tier_id:
            return self.env._("One of us chose this level for you.")
        if self.tier_opt_out:
            return self.env._("No program rates you. One of us decides on your level.")
        if self.score_id:
            return self.env._(
                "A program works it out every night from what we know of your orders, deliveries "
                "and payments. These count, the most important first:"
            )
        return self.env._("Everybody begins with this level; there is not enough to judge by yet.")

    def _get_customer_reasons(self):
        """Return what the score rests on, and how much each speaks for the customer, a line each."""
        if self.tier_opt_out or self.manual_tier_id or not self.score_id:
            return []
        lines = self.score_id.explanation or []
        criteria = self.env["logistics.tier.criterion"].sudo()  # what is measured, not how
        known = {one.id: one for one in criteria.browse(x["criterion_id"] for x in lines).exists()}
        by_metric = defaultdict(list)
        for line in lines:
            if line["criterion_id"] in known:
                by_metric[known[line["criterion_id"]].metric].append(line)
        words = self._get_customer_metrics()
        weights = {metric: sum(one["weight"] for one in by_metric[metric]) for metric in by_metric}
        return [
            self.env._(
                "%(what)s: %(how)s", what=words[metric], how=self._get_level(by_metric[metric])
            )
            for metric in sorted(weights, key=weights.get, reverse=True)
            if metric in words
        ]

    @api.model
    def _get_level(self, lines):
        """Return in words how much lines of an explanation speak for the customer."""
        judged = [line for line in lines if line["points"] is not None]
        weight = sum(line["weight"] for line in judged)
        if not weight:
            return self.env._("not known yet, so it does not count")
        points = sum(line["points"] * line["weight"] for line in judged) / weight
        if points >= MUCH:
            return self.env._("speaks strongly for you")
        if points >= SOMEWHAT:
            return self.env._("speaks somewhat for you")
        return self.env._("speaks little for you so far")

    @api.model
    def _get_customer_metrics(self):
        """Return what criteria measure, in words for the customer."""
        return {
            "net_amount": self.env._("How much you buy"),
            "margin": self.env._("What you buy"),
            "order_count": self.env._("How often you order"),
            "average_order": self.env._("How large your orders are"),
            "recency": self.env._("How lately you ordered"),
            "relation": self.env._("How long you have been our customer"),
            "median_gap": self.env._("How steadily you order"),
            "delivery_count": self.env._("How often we deliver to you"),
            "payment_delay": self.env._("How punctually you pay"),
            "overdue": self.env._("Whether invoices are overdue"),
            "refund_share": self.env._("How much we had to credit"),
            "needs_complexity": self.env._("How special your needs are"),
            "csat": self.env._("How satisfied you are"),
            "score_trend": self.env._("How your satisfaction develops"),
            "last_score": self.env._("What you answered last"),
        }

    def _get_customer_benefits(self):
        """Return what comes with the tier, a line each."""
        tier, agent = self.tier_id, self.agent_id.name
        lines = [line.strip() for line in (tier.customer_note or "").splitlines()]
        if tier.delivery_priority and not tier.customer_note:
            lines.append(self.env._("Your deliveries are prepared first."))
        if tier.dedicated_agent_required and agent:
            lines.append(self.env._("One person looks after you: %s.", agent))
        return [*filter(None, lines)]

    @api.model
    def _may_opt_out(self, person):
        """Tell whether a person of the customer decides if a program rates the customer."""
        return person == person.commercial_partner_id

    def _opt_out_by_customer(self, opted_out):
        """Keep whether the customer wants no automatic tier; the profile notes who said so, and where."""
        if opted_out == self.tier_opt_out:
            return
        self.tier_opt_out = opted_out
        day = format_date(self.env, self.company_id._get_logistics_today())
        said = self.env._("No automatic tier") if opted_out else self.env._("Automatic tier again")
        self._message_log(
            body=f"{said}, {day}, {self.env._('Portal')}",
            author_id=self.env.user.partner_id.id,
        )
