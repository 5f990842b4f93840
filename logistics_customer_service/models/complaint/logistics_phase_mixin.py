from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .logistics_complaint_stage import CANCELLED, CLOSED, NEW, OPEN_PHASES, PHASES, RESOLVED


class History(dict):
    """By the id of a case, when something happened to it elsewhere. As such it comes by no RPC."""


class LogisticsPhaseMixin(models.AbstractModel):
    """How a case moves: through the stages of its team, each of a phase, and what follows from it.

    Whoever uses it has a team, and lets new records that begin in a later phase follow it
    (:meth:`_follow_phases`).
    """

    _name = "logistics.phase.mixin"
    _inherit = ["logistics.course.mixin"]
    _description = "Moves Through Phases"

    stage_id = fields.Many2one(
        "logistics.complaint.stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        copy=False,
        ondelete="restrict",
        tracking=True,
        group_expand="_read_group_stage_ids",
        domain="['|', ('team_ids', '=', False), ('team_ids', 'in', team_id)]",
    )
    phase = fields.Selection(
        related="stage_id.phase", store=True, precompute=True, string="Phase", index=True
    )
    is_open = fields.Boolean(compute="_compute_is_open", search="_search_is_open")
    customer_answered = fields.Boolean(
        string="Answered by Customer",
        copy=False,
        readonly=True,
        help="The customer has written and waits for our answer.",
    )
    resolved_at = fields.Datetime(string="Resolved", copy=False, readonly=True)
    closed_at = fields.Datetime(string="Closed", copy=False, readonly=True)
    reopen_count = fields.Integer(string="Reopened", copy=False, readonly=True)

    # === COMPUTE METHODS ===#

    @api.depends("team_id")
    def _compute_stage_id(self):
        Stage = self.env["logistics.complaint.stage"]
        stages = Stage._get_all()
        for case in self:
            used = case.stage_id.team_ids
            if not case.stage_id or (used and case.team_id not in used):
                phase = case.stage_id.phase or NEW
                case.stage_id = Stage._pick(stages, phase, case.team_id) or stages[:1]

    @api.depends("phase")
    def _compute_is_open(self):
        for case in self:
            case.is_open = case.phase in OPEN_PHASES

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("phase", "in", OPEN_PHASES)
        return domain if True in value else ~domain

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show every stage in the kanban, the empty ones too."""
        team_id = self.env.context.get("default_team_id")
        return stages.search(
            ["|", ("team_ids", "=", False), ("team_ids", "in", team_id)] if team_id else []
        )

    # === CRUD METHODS ===#

    def write(self, vals):
        before = {case: case.phase for case in self} if "stage_id" in vals else {}
        result = super().write(vals)
        if before:
            self._follow_phases(before)
        return result

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {
            "phase",
            "resolved_at",
            "closed_at",
            "reopen_count",
        }

    # === BUSINESS METHODS ===#

    def _follow_phases(self, before):
        """Let follow what follows from another phase.

        :param before: mapping of case to the phase it had; new cases had none
        """
        changed = self.filtered(lambda case: case.phase != before.get(case))
        for (old, new), cases in changed.grouped(
            lambda case: (before.get(case), case.phase)
        ).items():
            cases._enter_phase(old, new)

    def _enter_phase(self, old, new):
        """Take the steps that follow from a change of phase.

        :param old: phase before, of all these cases; None where they were made in the new one
        :param new: phase now
        """
        for step in self._get_phase_steps():
            getattr(self, step)(old, new)

    @api.model
    def _get_phase_steps(self):
        """Return the methods that follow a change of phase, in their order.

        Each gets what :meth:`_enter_phase` gets. Rooms above add their own to the end; what may
        refuse the change comes first.
        """
        return ["_stamp_phase"]

    def _stamp_phase(self, old, new):
        """Keep when cases were resolved and closed, count reopenings."""
        for at, cases in self.grouped(self._get_happened_at().get).items():
            cases._stamp_course(old, new, at)

    def _get_happened_at(self):
        """Return when that happened which is being noted, by case: now, but in a history."""
        told = self.env.context.get("logistics_history")
        told = told if isinstance(told, History) else {}
        now = fields.Datetime.now()
        return {case: told.get(case.id, now) for case in self}

    def _stamp_course(self, old, new, now):
        if new == RESOLVED:
            self._note_course({"resolved_at": now, "closed_at": False})
        elif new in (CLOSED, CANCELLED):
            unsettled = self.filtered(lambda case: new == CLOSED and not case.resolved_at)
            unsettled._note_course({"resolved_at": now, "closed_at": now})
            (self - unsettled)._note_course({"closed_at": now})
            self.filtered("customer_answered")._note_course({"customer_answered": False})
        elif old in (RESOLVED, CLOSED, CANCELLED):
            self._note_course({"resolved_at": False, "closed_at": False})
            for count, cases in self.grouped("reopen_count").items():
                cases._note_course({"reopen_count": count + (old != CANCELLED)})

    def _move_to_phase(self, phase):
        """Put cases into the first stage of a phase that their team uses."""
        for team, cases in self.grouped("team_id").items():
            stage = self.env["logistics.complaint.stage"]._get_by_phase(phase, team)
            if not stage:
                label = dict(PHASES)[phase]
                raise UserError(self.env._("No stage has the phase “%s”.", label))
            cases.stage_id = stage

    def _move_to_phase_at(self, phase, instants):
        """Put cases into a phase as of when they came there elsewhere: for loaders of a history.

        :param instants: mapping of case to naive UTC instant
        """
        history = History((case.id, at) for case, at in instants.items())
        self.with_context(logistics_history=history)._move_to_phase(phase)
