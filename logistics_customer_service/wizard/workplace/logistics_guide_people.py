from odoo import Command, fields, models
from odoo.exceptions import UserError

MODULE = "logistics_customer_service"
ROLES = [("agent", "Agent"), ("supervisor", "Supervisor"), ("manager", "Manager")]


class LogisticsGuidePeople(models.TransientModel):
    """Give people a role in customer service, and let them land on their workplace."""

    _name = "logistics.guide.people"
    _description = "People of Customer Service"

    user_ids = fields.Many2many(
        "res.users",
        string="People",
        required=True,
        domain=lambda self: [("share", "=", False), ("company_ids", "in", self.env.companies.ids)],
    )
    role = fields.Selection(ROLES, required=True, default="agent")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    team_id = fields.Many2one(
        "logistics.service.team",
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self.env["logistics.guide"]._get_team(),
        help="They become members of it.",
    )
    is_home = fields.Boolean(
        string="Land on the Workplace",
        default=True,
        help="At login they land on their workplace. Whoever has chosen a page keeps it, and whoever "
        "works in other apps, too, lands there as before.",
    )

    def action_add(self):
        """Give the people their role; nobody loses another.

        :raise UserError: somebody is none of the company's people
        """
        self.ensure_one()
        self.env["logistics.guide"]._check_may_guide()
        # who manages the service says who works in it, no higher than himself; nothing else of users
        users = self.user_ids.sudo()
        if any(user.share or self.company_id not in user.company_ids for user in users):
            raise UserError(self.env._("Somebody is none of the company's people."))
        users.group_ids = [Command.link(self.env.ref(f"{MODULE}.group_{self.role}").id)]
        if self.is_home:
            users._logistics_set_home()
        if self.team_id:
            self.team_id.member_ids |= self.user_ids
        return {"type": "ir.actions.act_window_close"}
