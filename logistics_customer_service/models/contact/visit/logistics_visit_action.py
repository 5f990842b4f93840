from odoo import api, fields, models

from ....tools.foundation.said import is_said

OPEN, DONE = "open", "done"


class LogisticsVisitAction(models.Model):
    """What was agreed on a visit: who does what until when."""

    _name = "logistics.visit.action"
    _description = "Agreed Action"
    _order = "state desc, date_deadline, id"
    _check_company_auto = True

    visit_id = fields.Many2one(
        "logistics.visit", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="visit_id.company_id", store=True, index=True)
    customer_id = fields.Many2one(related="visit_id.customer_id", store=True, index=True)
    team_id = fields.Many2one(related="visit_id.team_id", store=True)
    visited_on = fields.Date(related="visit_id.visited_on", store=True)
    name = fields.Char(string="What", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
    )
    date_deadline = fields.Date(
        string="Until", required=True, default=fields.Date.context_today
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Done")], required=True, default=OPEN, index=True
    )
    done_at = fields.Datetime(string="Done At", readonly=True, copy=False)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")

    @api.depends("state", "date_deadline")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for action in self:
            action.is_late = bool(
                action.state == OPEN and action.date_deadline and action.date_deadline < today
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = ["&", ("state", "=", OPEN), ("date_deadline", "<", fields.Date.context_today(self))]
        return late if True in value else ["!", *late]

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        """When an action was done is noted by the program; what is open is a to-do."""
        actions = super().create([self._note_time(vals) for vals in vals_list])
        actions._make_activities()
        return actions

    def write(self, vals):
        """When an action was done is noted by the program, whoever writes that it is."""
        changed = self.browse()
        if "state" in vals:
            changed = self.filtered(lambda action: action.state != vals["state"])
        super(LogisticsVisitAction, self - changed).write(self._without_time(vals))
        super(LogisticsVisitAction, changed).write(self._note_time(vals))
        if {"name", "user_id", "date_deadline"} & vals.keys():
            self._update_activities()
        if "state" in vals:
            self._settle_activities()
        return True

    def unlink(self):
        # the activity stands for the action alone
        activities = self.sudo().activity_id
        result = super().unlink()
        activities.unlink()
        return result

    @api.model
    def _note_time(self, vals):
        vals = self._without_time(vals)
        if "done_at" in vals or "state" not in vals:
            return vals
        return {**vals, "done_at": vals["state"] == DONE and fields.Datetime.now()}

    @api.model
    def _without_time(self, vals):
        if self.env.su:
            return vals
        return {name: value for name, value in vals.items() if name != "done_at"}

    def _make_activities(self):
        """Make a to-do for each open action, all in one."""
        waiting = self.filtered(lambda action: action.state == OPEN and not action.activity_id)
        # the visit may belong to a colleague's customer; the action was just written
        activities = self.env["mail.activity"].sudo()
        for action, activity in zip(
            waiting,
            activities.create([action._prepare_activity_vals() for action in waiting]),
            strict=True,
        ):
            # the to-do is tied to it by the program alone
            action.sudo().activity_id = activity

    def _prepare_activity_vals(self):
        return {
            "res_model_id": self.env["ir.model"]._get_id("logistics.visit"),
            "res_id": self.visit_id.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": self.name,
            "user_id": self.user_id.id,
            "date_deadline": self.date_deadline,
        }

    def _update_activities(self):
        for action in self.filtered("activity_id"):
            # see _make_activities
            action.sudo().activity_id.write(
                {
                    "summary": action.name,
                    "user_id": action.user_id.id,
                    "date_deadline": action.date_deadline,
                }
            )

    def _settle_activities(self):
        """Mark the activities of what is done as done; what is open again gets a new one."""
        done = self.filtered(lambda action: action.state != OPEN)
        if not is_said(self.env, "logistics_activity_done"):
            # see _make_activities
            done.sudo().activity_id.filtered("active")._action_done()
        reopened = self - done
        reopened.sudo().activity_id = False
        reopened._make_activities()

    # === ACTION METHODS ===#

    def action_done(self):
        """What was agreed is done."""
        self.filtered(lambda action: action.state == OPEN).write({"state": DONE})
        return True

    def action_reopen(self):
        """What was agreed is still to be done."""
        self.filtered(lambda action: action.state == DONE).write({"state": OPEN})
        return True
