from odoo import api, fields, models
from odoo.fields import Domain


class LogisticsTeamWorkMixin(models.AbstractModel):
    """Work of a team, to which a supervisor sees as well as whoever does it.

    Whoever uses it has a team (``team_id``) and somebody who does the work (``user_id``).
    """

    _name = "logistics.team.work.mixin"
    _description = "Work of a Team"

    in_my_care = fields.Boolean(
        store=False,
        search="_search_in_my_care",
        help="One's own; for a supervisor also the team's.",
    )

    @api.model
    def _search_in_my_care(self, operator, value):
        if operator != "in":
            return NotImplemented
        teams = self.env["logistics.service.team"]._get_supervised()
        care = Domain("user_id", "=", self.env.uid) | Domain("team_id", "in", teams.ids)
        return care if True in value else ~care
