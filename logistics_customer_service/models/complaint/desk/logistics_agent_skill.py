from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import ormcache

from ....tools.complaint.assignment import Skill


class LogisticsAgentSkill(models.Model):
    """What an agent is good at: such cases are given to this agent before others."""

    _name = "logistics.agent.skill"
    _inherit = ["logistics.cached.mixin"]
    _description = "Agent Skill"
    _order = "user_id, id"
    _rec_name = "user_id"
    _check_company_auto = True

    user_id = fields.Many2one(
        "res.users",
        string="Agent",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").id)
        ],
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    category_ids = fields.Many2many(
        "logistics.complaint.category",
        string="Categories",
        check_company=True,
        help="The categories below them are meant, too. Empty: every category.",
    )
    lang_ids = fields.Many2many(
        "res.lang", string="Languages", help="Of the customer. Empty: every language."
    )

    @api.model
    def _get_skills(self, agents, company):
        """Return agent → list of :class:`Skill`, for those who have any noted.

        :param agents: res.users
        :param company: whose skills
        """
        held = self._get_skills_by_user(company.id)
        return {agent: held[agent.id] for agent in agents if agent.id in held}

    @api.model
    @ormcache("company_id")
    def _get_skills_by_user(self, company_id):
        skills = defaultdict(list)
        # who opens a case need not see who is good at what
        for record in self.sudo().search([("company_id", "=", company_id)]):
            skills[record.user_id.id].append(record._to_pure())
        return dict(skills)

    def _to_pure(self):
        self.ensure_one()
        return Skill(frozenset(self.category_ids.ids), frozenset(self.lang_ids.mapped("code")))
