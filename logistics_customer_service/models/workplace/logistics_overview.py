from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

GROUP = "logistics_customer_service.group_"
# rows of each section at a glance; the rest is behind its title
ROWS = 5
# what moved most against the month before
CHANGES = 5
SHOWN = ("due_at", "kind", "partner_id", "subject", "reason", "countdown", "user_id", "res_model")


class LogisticsOverview(models.AbstractModel):
    """What a supervisor has to see to, and what a manager looks at first."""

    _name = "logistics.overview"
    _description = "Service Overview"

    @api.model
    @api.readonly
    def action_read(self):
        """Return what waits in the reader's care, who has how much, and a manager's figures.

        :raise AccessError: the reader is no supervisor
        """
        if not self.env.user.has_group(f"{GROUP}supervisor"):
            raise AccessError(self.env._("The overview is the supervisors'."))
        result = {
            "sections": self._read_sections(),
            "people": self._read_people(),
            "read_at": fields.Datetime.to_string(fields.Datetime.now()),
        }
        if self.env.user.has_group(f"{GROUP}manager"):
            result.update(self._read_figures(), decisions=self._read_decisions())
        return result

    @api.model
    def _get_care(self):
        return Domain("in_my_care", "=", True)

    # === WHAT WAITS ===#

    @api.model
    def _read_sections(self):
        care = self._get_care()
        work = care & Domain("kind", "not in", ("approval", "report"))
        sections = [
            ("overdue", self.env._("Overdue"), work & Domain("is_overdue", "=", True)),
            ("unassigned", self.env._("Unassigned"), work & Domain("user_id", "=", False)),
            ("approval", self.env._("Approvals"), care & Domain("kind", "=", "approval")),
            ("report", self.env._("Reports to Read"), care & Domain("kind", "=", "report")),
        ]
        # what is decided on and read is of one part of customer service each
        of = {"approval": "logistics.compensation", "report": "logistics.visit.daily.report"}
        offered = [section for section in sections if self._is_offered(of.get(section[0], self._name))]
        return [self._read_section(*section) for section in offered]

    @api.model
    def _is_offered(self, model):
        off = self.env["res.groups"]._get_logistics_parts_off()
        return self.env[model]._get_logistics_part() not in off

    @api.model
    def _read_section(self, key, name, domain):
        works = self.env["logistics.work"]
        specification = {column: {} for column in SHOWN} | {
            "partner_id": {"fields": {"display_name": {}}},
            "user_id": {"fields": {"display_name": {}}},
        }
        found = works.web_search_read(domain, specification, limit=ROWS)
        labels = dict(works._fields["kind"]._description_selection(self.env))
        return {
            "key": key,
            "name": name,
            "count": works.search_count(domain),
            "domain": list(domain),
            "rows": [{**row, "kind": labels[row["kind"]]} for row in found["records"]],
        }

    @api.model
    def _read_people(self):
        """Return who has how much to do, and how much of it is overdue: the most first."""
        works, care = self.env["logistics.work"], self._get_care()
        given = care & Domain("user_id", "!=", False)
        late = dict(
            works._read_group(given & Domain("is_overdue", "=", True), ["user_id"], ["__count"])
        )
        rows = works._read_group(given, ["user_id"], ["__count"])
        return [
            {"id": user.id, "name": user.name, "count": count, "overdue": late.get(user, 0)}
            for user, count in sorted(rows, key=lambda row: (-row[1], row[0].id))
        ]

    # === A MANAGER'S FIGURES ===#

    @api.model
    def _read_figures(self):
        """Return the figures chosen for the overview, and what moved most of the others.

        Each is of the newest month in which enough was counted, else of that with most.
        """
        figures = self.env["logistics.indicator.figure"].search(
            [
                ("scope", "=", "all"),
                ("company_id", "=", self.env.company.id),
                ("indicator_id.is_offered", "=", True),
            ],
            limit=500,  # the newest months of all indicators
        )
        newest = self._get_newest(figures)
        chosen = newest.filtered("indicator_id.on_overview").sorted("sequence")
        moved = newest.filtered(lambda figure: figure.has_value and figure.has_previous)
        moved = (moved - chosen).filtered("change").sorted(self._get_move, reverse=True)
        return {
            "computed_at": fields.Datetime.to_string(
                max(chosen.month_id.filtered("computed_at").mapped("computed_at"), default=False)
            ),
            "figures": [self._describe(figure) for figure in chosen],
            "changes": [self._describe(figure) for figure in moved[:CHANGES]],
        }

    @api.model
    def _get_newest(self, figures):
        newest, enough = {}, self.env.company._get_logistics_min_answers()
        for figure in figures:  # the newest month first
            held = newest.setdefault(figure.indicator_id, figure)
            if held.is_ratio and held.denominator < min(enough, figure.denominator):
                newest[figure.indicator_id] = figure
        return figures.browse().union(*newest.values())

    @api.model
    def _get_move(self, figure):
        """Return by which share of itself a figure moved."""
        return abs(figure.change) / (abs(figure.previous_value) or 1.0)

    @api.model
    def _describe(self, figure):
        better = (figure.change > 0) == (figure.direction == "higher")
        return {
            "id": figure.id,
            "name": figure.indicator_id.name,
            "value": figure.value_text,
            "base": figure.indicator_id._word_base(figure),
            "goal": figure.goal_text if figure.has_goal else False,
            "status": figure.status,
            "status_text": figure.status_text,
            "before": figure.previous_text if figure.has_previous else False,
            "change": figure.change_text if figure.has_value and figure.has_previous else False,
            "better": better,
            "month": figure.month_id.display_name,
            "help": figure.description or "",
        }

    @api.model
    def _read_decisions(self):
        """Return what waits for a manager's word: the name, how many, and the list behind it."""
        proposed, sent = [("state", "=", "proposed")], [("state", "=", "sent")]
        mine = [*proposed, ("asked_user_id", "in", (self.env.uid, False))]
        compensations = self.env._("Compensations that nobody else may decide")
        named = [
            (compensations, "logistics.compensation", mine),
            (self.env._("Proposals of tiers"), "logistics.tier.change", proposed),
            (self.env._("Urgent reports"), "logistics.visit.urgent.report", sent),
        ]
        return [
            {"name": name, "model": model, "domain": domain, "count": count}
            for name, model, domain in named
            if self._is_offered(model) and (count := self.env[model].search_count(domain))
        ]
