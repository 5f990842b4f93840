from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import is_html_empty

from ....tools.contact import months
from ....tools.foundation.periods import local_midnight
from .logistics_visit_monthly_report import ISSUED, VOICES


class LogisticsVisitMonthlyReport(models.Model):
    """What the month was, counted and put into words."""

    _inherit = "logistics.visit.monthly.report"

    # === BUSINESS METHODS ===#

    def action_draw(self):
        """Draw the figures again, and the texts that nobody has changed."""
        self.check_access("write")
        if any(report._is_frozen() for report in self):
            raise UserError(self.env._("A report that was issued is not changed any more."))
        self._draw()
        return True

    def _draw(self):
        for report in self:
            # figures are the same whoever draws them
            drawing = report._by_method()
            drawing._draw_figures()
            drawing._draw_texts()
            drawing.drawn_at = fields.Datetime.now()

    def _draw_figures(self):
        counted = self._count(self.month)
        before = self._get_last_month()
        vals_list = [
            self._prepare_figure(key, counted.get(key), before.get(key))
            for key in sorted({*counted, *before}, key=self._get_place)
        ]
        self.figure_ids.unlink()
        figures = self.env["logistics.visit.monthly.report.figure"]
        figures.create(
            [{**vals, "sequence": number} for number, vals in enumerate(vals_list)]
        )
        self.invalidate_recordset()

    def _get_place(self, key):
        """Return where a figure stands: by section, then as the key's parts are ordered."""
        section, name, record_id = key
        figures = self.env["logistics.visit.monthly.report.figure"]
        sections = [value for value, _label in figures._fields["section"].selection]
        fixed = [*figures._get_fixed_labels(section)]
        if section == "coverage":
            tier = self.env["logistics.tier"].browse(record_id or [])
            order = (not tier, tier.sequence if tier else 0)
        else:
            order = (fixed.index(name) if name in fixed else len(fixed), 0)
        return (sections.index(section), *order, str(name or ""), record_id or 0)

    def _prepare_figure(self, key, counted, before):
        """Return the values of a figure.

        :param key: section, name or None, id of the tier, theme or visitor or None
        :param counted: :class:`months.Counted`, None where there was nothing this month
        :param before: count and target of the month before, or None
        """
        section, name, record_id = key
        ids, target_ids = counted or months.Counted([], [])
        previous, previous_target = before or (0, 0)
        figures = self.env["logistics.visit.monthly.report.figure"]
        reference = figures._get_reference(section)
        return {
            "report_id": self.id,
            "section": section,
            "key": name,
            **({reference: record_id} if reference else {}),
            "value": len(ids),
            "target": len(target_ids),
            "previous": previous,
            "previous_target": previous_target,
            "record_ids": ids,
            "target_record_ids": target_ids,
        }

    def _get_last_month(self):
        """Return key → count and target of the month before: as issued, else counted now."""
        month = months.previous_month(self.month)
        issued = self.search(
            [("team_id", "=", self.team_id.id), ("month", "=", month), ("state", "=", ISSUED)]
        )
        if issued:
            return {
                figure._get_key(): (figure.value, figure.target) for figure in issued.figure_ids
            }
        return {
            key: (len(ids), len(target_ids))
            for key, (ids, target_ids) in self._count(month).items()
        }

    # --- counting

    def _count(self, month):
        """Return what a month came to: key → :class:`months.Counted`; a few queries."""
        return {
            **self._count_coverage(month),
            **self._count_visits(month),
            **self._count_findings(month),
            **self._count_problems(month),
            **self._count_actions(month),
        }

    def _get_visits_domain(self, month):
        """Return the team's visits of a month: by the day they were made, else planned for."""
        return Domain("team_id", "=", self.team_id.id) & self._within_visits(month)

    @api.model
    def _within_visits(self, month):
        return self._within("visited_on", month) | (
            Domain("visited_on", "=", False) & self._within("planned_on", month)
        )

    @api.model
    def _within(self, name, month):
        return Domain(name, ">=", month) & Domain(name, "<", months.next_month(month))

    def _within_instants(self, name, month):
        """Return the domain of a time within a month by the company's clock."""
        zone = self.company_id._get_logistics_tz()
        return Domain(name, ">=", local_midnight(month, zone)) & Domain(
            name, "<", local_midnight(months.next_month(month), zone)
        )

    def _count_coverage(self, month):
        """Customers to be visited in the month, and those of them who were, by tier.

        To be visited are those for whom a visit was planned or made, whose tier is as it was
        then; and those whose cadence asked for one, though nobody planned it.
        """
        rows = self.env["logistics.visit"]._read_group(
            self._get_visits_domain(month) & Domain("profile_id", "!=", False),
            ["tier_id", "state"],
            ["customer_id:array_agg"],
        )
        rows = [(tier.id, state, ids) for tier, state, ids in rows]
        rows += [
            (row.tier_id.id, "due", row.customer_id.ids)
            for row in self._get_unplanned(month, self._get_seen_to(month))
        ]
        covered = months.cover(rows)
        return {("coverage", None, tier_id or None): row for tier_id, row in covered.items()}

    def _get_seen_to(self, month):
        """Return the ids of customers for whom any team of the company planned or made a visit."""
        domain = Domain("company_id", "=", self.company_id.id) & self._within_visits(month)
        return {
            customer.id
            for (customer,) in self.env["logistics.visit"]._read_group(domain, ["customer_id"])
        }

    def _get_unplanned(self, month, known):
        """Return the rows of the coverage whose interval ran out before the month did.

        The interval begins with the last visit before the month, so that a month that is long
        over comes to the same.

        :param known: ids of customers that are counted already
        """
        rows = self.env["logistics.visit.coverage"].search(
            [("company_id", "=", self.company_id.id), ("customer_id", "not in", list(known))]
        )
        rows = rows.browse().union(
            *(
                group
                for plan, group in rows.grouped("plan_id").items()
                if plan._get_team(self.company_id) == self.team_id
            )
        )
        last = dict(
            self.env["logistics.visit"]._read_group(
                Domain("profile_id", "in", rows.profile_id.ids)
                & Domain("state", "=", "done")
                & Domain("visited_on", "<", month),
                ["profile_id"],
                ["visited_on:max"],
            )
        )
        end = months.next_month(month)
        return rows.filtered(
            lambda row: months.is_due(
                last.get(row.profile_id)
                or row.profile_id.tier_since
                or row.profile_id.create_date.date(),
                row.interval_days,
                end,
            )
        )

    def _count_visits(self, month):
        rows = self.env["logistics.visit"]._read_group(
            self._get_visits_domain(month), ["user_id", "state"], ["id:array_agg"]
        )
        prospects = self.env["logistics.visit"].search(
            self._get_visits_domain(month)
            & Domain("profile_id", "=", False)
            & Domain("state", "=", "done")
        )
        every = months.cover((None, state, ids) for _user, state, ids in rows)
        done, planned = every.get(None, months.Counted([], []))
        cancelled = [id_ for _user, state, ids in rows if state == "cancelled" for id_ in ids]
        left = {*planned} - {*done} - {*cancelled}
        by_visitor = months.cover((user.id, state, ids) for user, state, ids in rows)
        return {
            ("visit", "planned", None): months.Counted(planned, []),
            ("visit", "done", None): months.Counted(done, planned),
            ("visit", "cancelled", None): months.Counted(sorted(cancelled), planned),
            ("visit", "left", None): months.Counted(sorted(left), planned),
            ("visit", "prospects", None): months.Counted(sorted(prospects.ids), []),
            **{("visitor", None, user_id): row for user_id, row in by_visitor.items()},
        }

    def _count_findings(self, month):
        findings = self.env["logistics.visit.finding"]
        domain = self._get_findings_domain(month)
        by_topic = dict(findings._read_group(domain, ["topic"], ["id:array_agg"]))
        voices = findings._read_group(
            domain & Domain("topic", "in", VOICES), ["aspect_id"], ["id:array_agg"]
        )
        named = findings._read_group(
            domain & Domain("competitor", "not in", (False, "")),
            ["competitor"],
            ["id:array_agg"],
        )
        return {
            **{
                ("topic", topic, None): months.Counted(sorted(by_topic.get(topic, ())), [])
                for topic, _label in findings._get_topics()
            },
            **{
                ("theme", None, aspect.id or None): months.Counted(sorted(ids), [])
                for aspect, ids in voices
            },
            **{
                ("competitor", name, None): months.Counted(ids, [])
                for name, ids in months.merge_names(named).items()
            },
        }

    def _get_findings_domain(self, month):
        return Domain("visit_id", "any", self._get_visits_domain(month)) & Domain(
            "company_id", "=", self.company_id.id
        )

    def _count_problems(self, month):
        urgent = self.env["logistics.visit.urgent.report"]
        domain = self._get_urgent_domain(month)
        by_reason = dict(urgent._read_group(domain, ["reason"], ["id:array_agg"]))
        unanswered = urgent.search(domain & Domain("state", "=", "sent"))
        cases = self.env["logistics.complaint"].search(self._get_cases_domain(month))
        reasons = [value for value, _label in urgent._fields["reason"].selection]
        return {
            ("problem", "cases", None): months.Counted(sorted(cases.ids), []),
            **{
                ("problem", reason, None): months.Counted(sorted(by_reason.get(reason, ())), [])
                for reason in reasons
            },
            ("problem", "unanswered", None): months.Counted(sorted(unanswered.ids), []),
        }

    def _get_urgent_domain(self, month):
        return (
            Domain("team_id", "=", self.team_id.id)
            & Domain("state", "!=", "draft")
            & self._within_instants("reported_at", month)
        )

    def _get_cases_domain(self, month):
        """Return the cases opened in a month that came of the team's visits or urgent reports."""
        visits = self.env["logistics.visit"]._read_group(
            self._get_visits_domain(month) & Domain("complaint_id", "!=", False),
            ["complaint_id"],
        )
        of_visits = Domain("id", "in", [case.id for (case,) in visits]) | Domain(
            "visit_id.team_id", "=", self.team_id.id
        )
        of_reports = Domain("urgent_id.team_id", "=", self.team_id.id)
        return (
            Domain("company_id", "=", self.company_id.id)
            & (of_visits | of_reports)
            & self._within_instants("received_at", month)
        )

    def _count_actions(self, month):
        """Actions agreed on visits of the month; done in it; open and late when it ended."""
        actions = self.env["logistics.visit.action"]
        ended = self._within_instants("done_at", month)
        so_far = Domain("team_id", "=", self.team_id.id) & Domain(
            "visited_on", "<", months.next_month(month)
        )
        zone = self.company_id._get_logistics_tz()
        end = local_midnight(months.next_month(month), zone)
        open_ones = so_far & (Domain("done_at", "=", False) | Domain("done_at", ">=", end))
        late = open_ones & Domain("date_deadline", "<", months.next_month(month))
        agreed = Domain("visit_id", "any", self._get_visits_domain(month))
        done = Domain("team_id", "=", self.team_id.id) & ended
        parts = {"agreed": agreed, "done": done, "open": open_ones, "late": late}
        return {
            ("action", name, None): months.Counted(sorted(actions.search(domain).ids), [])
            for name, domain in parts.items()
        }

    # --- texts

    def _draw_texts(self):
        texts = self._prepare_texts()
        vals = {}
        for name, text in texts.items():
            vals[f"{name}_drawn"] = text
            if is_html_empty(self[name]) or self[name] == self[f"{name}_drawn"]:
                vals[name] = text
        self.write(vals)

    def _prepare_texts(self):
        """Return name → HTML of the texts that the manager begins with."""
        findings = self.env["logistics.visit.finding"].search(
            self._get_findings_domain(self.month), order="visited_on, id"
        )
        topics = dict(findings._get_topics())
        by_topic = findings.grouped("topic")
        voices = Markup().join(
            Markup("<h4>%s</h4>%s") % (topics[topic], self._list_by(by_topic[topic], "aspect_id"))
            for topic in VOICES
            if topic in by_topic
        )
        market = findings.filtered(
            lambda finding: finding.competitor or finding.topic in ("market", "competitor")
        )
        return {
            "opinions": voices,
            "competition": self._list_by(market, "competitor"),
            "problems": self._list_problems(),
        }

    def _list_by(self, findings, name):
        """Return findings as lists under the names of what they are about."""
        parts = []
        for about, group in findings.grouped(name).items():
            heading = about.name if isinstance(about, models.BaseModel) else about
            if heading:
                parts.append(Markup("<p><strong>%s</strong></p>") % heading)
            parts.append(
                self._list(f"{found.text} ({found.customer_id.name})" for found in group)
            )
        return Markup().join(parts)

    def _list_problems(self):
        cases = self.env["logistics.complaint"].search(self._get_cases_domain(self.month))
        urgent = self.env["logistics.visit.urgent.report"].search(
            self._get_urgent_domain(self.month), order="reported_at, id"
        )
        return self._list(
            [
                *(f"{report.display_name}: {report.what}" for report in urgent),
                *(case.display_name for case in cases),
            ]
        )

    @api.model
    def _list(self, texts):
        items = Markup().join(Markup("<li>%s</li>") % text for text in texts)
        return Markup("<ul>%s</ul>") % items if items else Markup()
