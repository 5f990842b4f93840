from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

SUPERVISOR = "logistics_customer_service.group_supervisor"
KINDS = [
    ("case", "Case"),
    ("call", "Call"),
    ("exception", "Exception"),
    ("visit", "Visit"),
    ("action", "Agreed Action"),
    ("answer", "Bad Answer"),
    ("approval", "Approval"),
    ("report", "Report to Read"),
]
COLUMNS = (
    "kind",
    "res_model",
    "res_id",
    "company_id",
    "user_id",
    "team_id",
    "partner_id",
    "tier_id",
    "due_at",
    "since_at",
)


class LogisticsWork(models.Model):
    """Whatever waits for somebody of ours, one row each: the next deadline first.

    Read from where each is kept, see :meth:`_get_parts`; what is done is done there.
    """

    _name = "logistics.work"
    _inherit = ["logistics.union.mixin", "logistics.assigned.mixin"]
    _description = "Work That Waits"
    _auto = False
    _order = "due_at, id"
    _rec_name = "subject"

    kind = fields.Selection(KINDS, string="Kind", readonly=True)
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Integer(string="Document", readonly=True, aggregator=False)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Who Does It", group_expand="_expand_users")
    team_id = fields.Many2one("logistics.service.team", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    tier_id = fields.Many2one("logistics.tier", string="Tier", readonly=True)
    tier_color = fields.Integer(related="tier_id.color")
    due_at = fields.Datetime(
        string="Next Deadline", readonly=True, help="Empty: no deadline is set for it."
    )
    since_at = fields.Datetime(string="Waiting Since", readonly=True)

    subject = fields.Char(compute="_compute_texts")
    reason = fields.Char(string="Reason", compute="_compute_texts")
    countdown = fields.Json(string="Time Left", compute="_compute_texts")
    step = fields.Char(compute="_compute_step", help="What the row's button does.")
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    in_my_care = fields.Boolean(
        store=False,
        search="_search_in_my_care",
        help="One's own and what nobody of one's teams has yet; for a supervisor all of the teams.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("due_at")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for work in self:
            work.is_overdue = bool(work.due_at and work.due_at < now)

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("due_at", "<", fields.Datetime.now())
        return late if True in value else ~late

    @api.model
    def _search_in_my_care(self, operator, value):
        if operator != "in":
            return NotImplemented
        care = Domain("user_id", "=", self.env.uid) | self._get_care_domain()
        return care if True in value else ~care

    @api.model
    def _get_care_domain(self):
        """Return the domain of what others are to see to together with the user."""
        teams = self.env["logistics.service.team"]
        supervised = teams._get_supervised()
        if supervised:
            # what has no team is that of who does it
            people = [*(supervised.member_ids | supervised.user_id).ids, False]
            return Domain("team_id", "in", supervised.ids) | (
                Domain("team_id", "=", False) & Domain("user_id", "in", people)
            )
        own = teams.search([("member_ids", "in", self.env.uid)])
        return (
            Domain("user_id", "=", False)
            & Domain("team_id", "in", [*own.ids, False])
            & Domain("kind", "not in", ("approval", "report"))
        )

    @api.depends("kind", "user_id")
    @api.depends_context("uid")
    def _compute_step(self):
        begun = self._get_begun_visits()
        for work in self:
            mine = work.user_id == self.env.user
            steps = self._get_own_steps() if mine else self._get_free_steps()
            step = (mine or not work.user_id) and steps.get(work.kind) or "open"
            work.step = "leave" if step == "arrive" and work.res_id in begun else step

    def _get_begun_visits(self):
        """Return the ids of the visits among these whose visitor is there now."""
        visits = self.filtered(lambda work: work.kind == "visit").mapped("res_id")
        begun = [("id", "in", visits), ("state", "=", "under_way")]
        return set(self.env["logistics.visit"].search(begun).ids if visits else ())

    @api.model
    def _get_own_steps(self):
        """Return what is next with one's own work, by kind; the rest is opened."""
        return {
            "case": "reply",
            "call": "start",
            "visit": "arrive",
            "action": "finish",
            "approval": "decide",
        }

    @api.model
    def _get_free_steps(self):
        """Return what is next with work that nobody has, by kind."""
        return {"case": "take", "exception": "take", "call": "start"}

    @api.model
    def _select(self, part, number, rows=None):
        columns, source = part
        names = SQL(", ").join(
            SQL("%s AS %s", columns[name], SQL.identifier(name)) for name in COLUMNS
        )
        key = self._get_id_sql(SQL("r.id"), number)
        asked = SQL() if rows is None else SQL("AND r.id = ANY(%s)", rows)
        if not self.env["res.groups"]._has_logistics_part(columns["part"]):
            asked = SQL("AND FALSE")  # it keeps its place among the ids
        return SQL("SELECT %s AS id, %s %s %s", key, names, source, asked)

    @api.model
    def _expand_users(self, users, domain):
        """Show people of the user's teams who have nothing to do, too."""
        teams = self.env["logistics.service.team"]._get_supervised()
        return users | teams.member_ids

    # === REASSIGNING ===#

    # there is no table to write to
    def write(self, vals):  # pylint: disable=method-required-super
        """Give work to somebody else, which is all that can be written here.

        :raises AccessError: if the user is no supervisor, or anything else is written
        :raises UserError: if one of the rows is not to be done by that person
        """
        if set(vals) != {"user_id"}:
            raise AccessError(self.env._("Work is changed where it is kept."))
        self.check_access("write")
        self._reassign(self.env["res.users"].browse(vals["user_id"] or ()))
        return True

    def _give_to(self, user):
        self.write({"user_id": user.id})

    def _reassign(self, user):
        """Give work to somebody, or to nobody where whoever is free may take it."""
        if not self.env.user.has_group(SUPERVISOR):
            raise AccessError(self.env._("A supervisor assigns work."))
        # whom somebody works for is no secret to who gives him work
        able = user.sudo()
        if user and not (
            able.has_group("logistics_customer_service.group_agent")
            and self.company_id <= able.company_ids
        ):
            raise UserError(self.env._("%s does not work for that company.", user.name))
        for kind, works in self.grouped("kind").items():
            reassign = getattr(self, f"_reassign_{kind}", None)
            if reassign is None:
                raise UserError(
                    self.env._(
                        "%s: who does this follows from the rules; it is not given to others.",
                        ", ".join(works.mapped("display_name")),
                    )
                )
            reassign(works._get_documents(), user)
        self.invalidate_model()

    @api.model
    def _reassign_case(self, cases, user):
        cases.user_id = user

    @api.model
    def _reassign_call(self, callbacks, user):
        if "in_call" in callbacks.mapped("state"):
            raise UserError(self.env._("Somebody is on the telephone with this customer."))
        callbacks.user_id = user

    @api.model
    def _reassign_visit(self, visits, user):
        visits.user_id = self._need(user)

    @api.model
    def _reassign_action(self, actions, user):
        actions.user_id = self._need(user)

    @api.model
    def _reassign_exception(self, exceptions, user):
        exceptions._give_to(self._need(user))

    @api.model
    def _reassign_answer(self, answers, user):
        # the to-do of an answer is the work itself; a supervisor hands it on
        answers.sudo().activity_ids.user_id = self._need(user)

    @api.model
    def _need(self, user):
        if not user:
            raise UserError(self.env._("Say who is to do it."))
        return user

    def _get_documents(self):
        """Return the records that rows of one kind are read from."""
        [res_model] = set(self.mapped("res_model"))
        return self.env[res_model].browse(self.mapped("res_id"))
