from odoo import api, fields, models
from odoo.tools import formataddr

# a longer name is folded, which some programs read as no address at all
ADDRESS_LENGTH = 68
AGENTS = "logistics_customer_service.group_agent"


class LogisticsServiceTeam(models.Model):
    _name = "logistics.service.team"
    _inherit = ["mail.alias.mixin.optional"]
    _description = "Service Team"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="The first team of a company gets what no other team is named for."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users", string="Leader", check_company=True, domain=[("share", "=", False)]
    )
    member_ids = fields.Many2many(
        "res.users",
        "logistics_service_team_member_rel",
        string="Members",
        check_company=True,
        # read for every new case: looked up without asking the database
        domain=lambda self: [("all_group_ids", "in", self.env["ir.model.data"]._xmlid_to_res_id(AGENTS))],
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        check_company=True,
        default=lambda self: self.env.company.resource_calendar_id,
        help="Empty: the company's.",
    )
    complaint_ids = fields.One2many("logistics.complaint", "team_id", string="Cases")
    open_count = fields.Integer(string="Open Cases", compute="_compute_counts")
    unassigned_count = fields.Integer(string="Unassigned", compute="_compute_counts")
    answered_count = fields.Integer(string="Answered by Customer", compute="_compute_counts")

    @api.depends("complaint_ids.phase", "complaint_ids.user_id")
    def _compute_counts(self):
        """One grouped read for all teams."""
        groups = self.env["logistics.complaint"]._read_group(
            [("team_id", "in", self.ids), ("is_open", "=", True)],
            ["team_id", "customer_answered"],
            ["__count", "user_id:count"],
        )
        for team in self:
            rows = [row for row in groups if row[0] == team]
            team.open_count = sum(count for _team, _answered, count, _taken in rows)
            team.unassigned_count = team.open_count - sum(row[3] for row in rows)
            team.answered_count = sum(row[2] for row in rows if row[1])

    @api.model
    def _get_first(self, companies):
        """Return the first team by company."""
        # whoever registers a case need not see every team
        teams = self.sudo().search([("company_id", "in", companies.ids)])
        first = {}
        for team in teams:
            first.setdefault(team.company_id, team)
        return first

    # === BUSINESS METHODS ===#

    def _format_address(self):
        """Return the team's address in the company's name, or False where there is none."""
        address = self.alias_email
        whole = address and formataddr((self.company_id.name, address))
        return whole if whole and len(whole) <= ADDRESS_LENGTH else address

    @api.model
    def _get_supervised(self):
        """Return the teams that the user supervises: those led or joined, else all there are."""
        if not self.env.user.has_group("logistics_customer_service.group_supervisor"):
            return self.browse()
        teams = self.search([("company_id", "in", self.env.companies.ids)])
        own = teams.filtered(
            lambda team: self.env.user == team.user_id or self.env.user in team.member_ids
        )
        return own or teams

    def _alias_get_creation_values(self):
        """Mails to the team's address become cases of the team."""
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("logistics.complaint")
        if self.id:
            values["alias_defaults"] = repr(self._prepare_alias_defaults())
        return values

    def _prepare_alias_defaults(self):
        return {"team_id": self.id, "company_id": self.company_id.id, "channel": "mail"}

    def action_view_open(self):
        """Open the team's open cases."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_complaint_action"
        )
        return {
            **action,
            "context": {
                "search_default_team_id": self.id,
                "search_default_open": 1,
                "default_team_id": self.id,
            },
        }
