from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsServiceTurn(models.Model):
    """Who of a team was served last: rows are added, never changed, so nobody waits for another.

    Only the last row of a person counts; the others go with the nightly cleaning.
    """

    _name = "logistics.service.turn"
    _description = "Turn of Agents"
    _log_access = False

    team_id = fields.Many2one("logistics.service.team", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="team_id.company_id")
    user_id = fields.Many2one("res.users", required=True, index=True, ondelete="cascade")
    number = fields.Integer(required=True)

    _team_idx = models.Index("(team_id, user_id, number DESC)")

    @api.model
    def _get_served(self, team):
        """Return agent → number of the last turn, of everybody the team ever served: one query."""
        self.flush_model(["team_id", "user_id", "number"])
        rows = self.env.execute_query(
            SQL(
                "SELECT user_id, MAX(number) FROM logistics_service_turn WHERE team_id = %s"
                " GROUP BY user_id",
                team.id,
            )
        )
        return {self.env["res.users"].browse(user_id): number for user_id, number in rows}

    @api.autovacuum
    def _gc_turns(self):
        """Forget turns that a later one of the same person follows."""
        self.env.cr.execute(
            SQL(
                """DELETE FROM logistics_service_turn turn
                    USING logistics_service_turn later
                    WHERE later.team_id = turn.team_id AND later.user_id = turn.user_id
                      AND later.number > turn.number"""
            )
        )
