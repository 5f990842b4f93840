from odoo import api, fields, models
from odoo.tools import ormcache

NEW, WORKING, WAITING_CUSTOMER, WAITING_THIRD = (
    "new",
    "working",
    "waiting_customer",
    "waiting_third",
)
RESOLVED, CLOSED, CANCELLED = "resolved", "closed", "cancelled"
OPEN_PHASES = (NEW, WORKING, WAITING_CUSTOMER, WAITING_THIRD)
PHASES = [
    (NEW, "New"),
    (WORKING, "In progress"),
    (WAITING_CUSTOMER, "Waiting for customer"),
    (WAITING_THIRD, "Waiting for third party"),
    (RESOLVED, "Resolved"),
    (CLOSED, "Closed"),
    (CANCELLED, "Cancelled"),
]


class LogisticsComplaintStage(models.Model):
    """A step of the work on a case. Its phase says what the step means to the program."""

    _name = "logistics.complaint.stage"
    _inherit = ["logistics.cached.mixin"]
    _description = "Complaint Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    phase = fields.Selection(
        PHASES,
        required=True,
        default=WORKING,
        help="What the stage means: time limits, lists and reports go by the phase, however the "
        "stage is called.",
    )
    fold = fields.Boolean(string="Folded in Kanban")
    team_ids = fields.Many2many(
        "logistics.service.team", string="Teams", help="Empty: the stage serves every team."
    )
    description = fields.Text(translate=True, help="What has to be done here.")
    active = fields.Boolean(default=True)

    _cached_fields = {"sequence", "active"}

    # === BUSINESS METHODS ===#

    @api.model
    def _get_by_phase(self, phase, team):
        """Return the first stage of a phase that a team uses (empty where there is none).

        :param phase: value of the field ``phase``
        :param team: a team, or none
        """
        return self._pick(self._get_all(), phase, team)

    @api.model
    def _get_all(self):
        """Return the stages in use, in their order."""
        return self.browse(self._get_all_ids())

    @api.model
    @ormcache()
    def _get_all_ids(self):
        return self.sudo().search([]).ids  # stages are everybody's

    @api.model
    def _pick(self, stages, phase, team):
        """As :meth:`_get_by_phase`, among stages already read in their order."""
        fitting = stages.filtered(
            lambda stage: stage.phase == phase and (not stage.team_ids or team in stage.team_ids)
        )
        return fitting[:1]
