from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...models.foundation import bulk
from ...tools.customer import tiering


class LogisticsTierSimulation(models.TransientModel):
    """A scheme tried on the customers of today; nothing is written to profiles."""

    _name = "logistics.tier.simulation"
    _description = "Tier Simulation"

    scheme_id = fields.Many2one(
        "logistics.tier.scheme", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    line_ids = fields.One2many("logistics.tier.simulation.line", "simulation_id")

    @api.depends("scheme_id", "company_id")
    def _compute_display_name(self):
        for simulation in self:
            simulation.display_name = self.env._(
                "%(scheme)s tried on %(company)s",
                scheme=simulation.scheme_id.display_name,
                company=simulation.company_id.name,
            )

    def action_run(self):
        """Work the simulation out and open its matrix of moves."""
        self.ensure_one()
        self._check_figures()
        self._fill_lines()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_tier_simulation_line_action"
        )
        return {
            **action,
            "name": self.display_name,
            "domain": [("simulation_id", "=", self.id)],
        }

    def _check_figures(self):
        """Raise when no run has brought the customers' figures in yet."""
        runs = self.env["logistics.run"].sudo()  # whether there was one is no secret
        done = [("company_id", "=", self.company_id.id), ("state", "=", "done")]
        if not runs.search_count(done, limit=1):
            raise UserError(
                self.env._(
                    "The customers' figures have not been brought in yet. "
                    "Start it under Configuration → Nightly Runs, then try again."
                )
            )

    def _fill_lines(self):
        """Score every customer by the scheme and keep the tier each would have."""
        today = self.company_id._get_logistics_today()
        ladder = self.scheme_id._get_ladder()
        values = self._get_values(today)
        cuts = self.scheme_id._get_cuts(self.company_id, values)
        scores = self.scheme_id._score(self.env.execute_query(values), cuts, today)
        self.line_ids.sudo().unlink()  # only the simulation itself writes its lines
        rows = [
            self._prepare_line_row(profile, scores.get(profile.id), ladder)
            for profile in self._get_profiles()
        ]
        self._insert_lines(rows)

    def _get_profiles(self):
        # the whole company is simulated, also by a manager who reads only part of it
        return (
            self.env["logistics.profile"]
            .sudo()
            .search_fetch(
                [("company_id", "=", self.company_id.id)], ["tier_id", "manual_tier_id"]
            )
        )

    def _get_values(self, today):
        """Return a SELECT of the criteria's values, worked out once."""
        self.env.flush_all()
        table = SQL.identifier(f"logistics_simulated_{self.id}")
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        self.env.cr.execute(
            SQL(
                "CREATE TEMP TABLE %s ON COMMIT DROP AS %s",
                table,
                self.scheme_id._get_values_query(
                    self.company_id, SQL("TRUE"), self._get_facts(today)
                ),
            )
        )
        return SQL("SELECT * FROM %s", table)

    def _get_facts(self, today):
        """Return a SELECT of facts that also covers windows nobody has asked for yet."""
        stored = self.env["logistics.profile.fact"]._get_windows(self.company_id)
        missing = self.scheme_id._get_window_months(self.company_id) - set(stored)
        kept = SQL(
            "SELECT profile_id, company_id, window_months, %s FROM logistics_profile_fact",
            self._get_fact_columns(),
        )
        if not missing:
            return kept
        computed = self.env["logistics.profile.fact"]._get_facts_query(
            self.company_id, SQL("p.active"), sorted(missing), today
        )
        return SQL("%s UNION ALL (%s)", kept, computed)

    def _get_fact_columns(self):
        names = self.env["logistics.profile.fact"]._get_fact_names()
        return SQL(", ").join(map(SQL.identifier, names))

    def _prepare_line_row(self, profile, score, ladder):
        """Return profile id, tier held, tier earned and score, as the lines are inserted."""
        held = profile.tier_id
        if profile.manual_tier_id:
            matched = self.scheme_id._match_tier(profile.manual_tier_id)
            tier_id = matched.id or tiering.earned(score and score.total, ladder)
        else:
            tier_id = tiering.earned(score and score.total, ladder)
        return profile.id, held.id or None, tier_id, score and score.total

    def _insert_lines(self, rows):
        columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
        self.env.flush_all()
        bulk.insert_from(
            self.env["logistics.tier.simulation.line"],
            {
                "simulation_id": self.id,
                "company_id": self.company_id.id,
                "profile_id": SQL("line.profile_id"),
                "old_tier_id": SQL("old.id"),
                "new_tier_id": SQL("new.id"),
                "score": SQL("line.score"),
                "revenue": SQL("COALESCE(fact.net_amount, 0)"),
                "direction": SQL(
                    """CASE WHEN old.id IS NULL THEN 'first'
                            WHEN old.code = new.code THEN 'same'
                            WHEN new.threshold = COALESCE(twin.threshold, old.threshold)
                            THEN 'same'
                            WHEN new.threshold > COALESCE(twin.threshold, old.threshold)
                            THEN 'up' ELSE 'down' END"""
                ),
            },
            SQL(
                """FROM UNNEST(%(profiles)s::int4[], %(old)s::int4[], %(new)s::int4[],
                               %(scores)s::float8[])
                        AS line (profile_id, old_tier_id, new_tier_id, score)
                   JOIN logistics_tier new ON new.id = line.new_tier_id
              LEFT JOIN logistics_tier old ON old.id = line.old_tier_id
              LEFT JOIN logistics_tier twin ON twin.scheme_id = new.scheme_id
                    AND twin.code = old.code
              LEFT JOIN logistics_profile_fact fact ON fact.profile_id = line.profile_id
                    AND fact.window_months = %(window)s""",
                profiles=columns[0],
                old=columns[1],
                new=columns[2],
                scores=columns[3],
                window=self.company_id.logistics_window_months,
            ),
        )


class LogisticsTierSimulationLine(models.TransientModel):
    _name = "logistics.tier.simulation.line"
    _description = "Simulated Tier"
    _order = "revenue desc, id"
    _rec_name = "profile_id"

    simulation_id = fields.Many2one(
        "logistics.tier.simulation", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    profile_id = fields.Many2one(
        "logistics.profile", string="Customer", required=True, ondelete="cascade"
    )
    old_tier_id = fields.Many2one("logistics.tier", string="Now", ondelete="cascade")
    new_tier_id = fields.Many2one("logistics.tier", string="Proposed", ondelete="cascade")
    direction = fields.Selection(
        [("first", "First"), ("up", "Up"), ("down", "Down"), ("same", "Unchanged")],
    )
    score = fields.Float(aggregator="avg")
    revenue = fields.Monetary(string="Net Sales")

    def action_open_profile(self):
        """Open the customer's profile."""
        self.ensure_one()
        return self.profile_id.get_formview_action()
