"""The figures of a month by plain Python over the rows, in another way than the report's."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytz


def local_day(instant, zone):
    return pytz.utc.localize(instant).astimezone(zone).date()


class MonthByHand:
    """What a team's visits of a month came to.

    :param read: function of a table and its columns, returning rows as mappings
    :param first: first day of the month
    :param zones: mapping of a visitor's id to the name of their time zone
    """

    def __init__(self, read, team_id, first, zones):
        self.read = read
        self.team_id = team_id
        self.first = first
        self.end = (first + timedelta(days=32)).replace(day=1)
        self.company_zone = pytz.timezone("Asia/Shanghai")
        self.zones = {key: pytz.timezone(name) for key, name in zones.items()}
        self.figures = Counter()
        # by customer's tier, by visit of the team, by profile
        self.due, self.seen = defaultdict(set), defaultdict(set)
        self.days, self.made = {}, defaultdict(list)
        # customers to whom any team of the company went, or would have gone
        self.seen_to = set()

    def _is_inside(self, day):
        return bool(day) and self.first <= day < self.end

    def count_visits(self):
        columns = "id, user_id, team_id, state, planned_at, checked_in_at, customer_id, tier_id"
        for visit in self.read("logistics_visit", f"{columns}, profile_id"):
            zone = self.zones.get(visit["user_id"], self.company_zone)
            day = local_day(visit["checked_in_at"] or visit["planned_at"], zone)
            if visit["state"] == "done":
                self.made[visit["profile_id"]].append(day)
            if self._is_inside(day):
                self.seen_to.add(visit["customer_id"])
            if visit["team_id"] == self.team_id:
                self.days[visit["id"]] = day
                if self._is_inside(day):
                    self._count_visit(visit)

    def _count_visit(self, visit):
        done = visit["state"] == "done"
        name = {"done": "done", "cancelled": "cancelled"}.get(visit["state"], "left")
        self.figures["visit", "planned", None] += 1
        self.figures["visit", name, None] += 1
        self.figures["visitor of", None, visit["user_id"]] += 1
        self.figures["visitor", None, visit["user_id"]] += done
        if visit["profile_id"]:
            self.due[visit["tier_id"]].add(visit["customer_id"])
            if done:
                self.seen[visit["tier_id"]].add(visit["customer_id"])
        else:
            self.figures["visit", "prospects", None] += done

    def count_coverage(self, company_id, get_days):
        """:param get_days: function of a tier's id, returning the days between two visits for
        which the team answers, or 0"""
        for profile in self.read(
            "logistics_profile", "id, company_id, partner_id, tier_id, tier_since, create_date"
        ):
            days = profile["company_id"] == company_id and get_days(profile["tier_id"])
            if not days or profile["partner_id"] in self.seen_to:
                continue
            before = [day for day in self.made[profile["id"]] if day < self.first]
            begin = max(before, default=profile["tier_since"] or profile["create_date"].date())
            if begin + timedelta(days=days) < self.end:
                self.due[profile["tier_id"]].add(profile["partner_id"])
        for tier_id, customers in self.due.items():
            self.figures["coverage of", None, tier_id] = len(customers)
            self.figures["coverage", None, tier_id] = len(self.seen[tier_id])

    def count_findings(self):
        columns = "visit_id, topic, aspect_id, competitor"
        for finding in self.read("logistics_visit_finding", columns):
            if not self._is_inside(self.days.get(finding["visit_id"])):
                continue
            self.figures["topic", finding["topic"], None] += 1
            if finding["topic"] in ("opinion", "suggestion", "wish"):
                self.figures["theme", None, finding["aspect_id"]] += 1
            if finding["competitor"]:
                self.figures["rival", finding["competitor"].lower().split()[0], None] += 1

    def count_actions(self):
        for action in self.read("logistics_visit_action", "visit_id, done_at, date_deadline"):
            day = self.days.get(action["visit_id"])
            if not day:
                continue
            done_on = action["done_at"] and local_day(action["done_at"], self.company_zone)
            is_open = day < self.end and (not done_on or done_on >= self.end)
            self.figures["action", "agreed", None] += self._is_inside(day)
            self.figures["action", "done", None] += self._is_inside(done_on)
            self.figures["action", "open", None] += is_open
            self.figures["action", "late", None] += is_open and action["date_deadline"] < self.end

    def count_urgent(self):
        for urgent in self.read("logistics_visit_urgent_report", "team_id, state, reason, reported_at"):
            if urgent["team_id"] != self.team_id or urgent["state"] == "draft":
                continue
            if self._is_inside(local_day(urgent["reported_at"], self.company_zone)):
                self.figures["problem", urgent["reason"], None] += 1
                self.figures["problem", "unanswered", None] += urgent["state"] == "sent"
