from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import SQL


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "logistics.profile.mixin"]

    logistics_needs = fields.Char(
        string="Logistics Needs",
        compute="_compute_logistics_summary",
        compute_sudo=True,
        groups="base.group_user",
    )
    logistics_agent_name = fields.Char(
        string="Served by",
        compute="_compute_logistics_summary",
        compute_sudo=True,
        groups="base.group_user",
    )
    logistics_score = fields.Float(
        compute="_compute_logistics_summary",
        compute_sudo=True,
        groups="logistics_customer_service.group_agent",
    )
    # what follows the customer's data is found without a query where nobody can have any yet
    logistics_profile_ids = fields.One2many(
        "logistics.profile", "partner_id", string="Profiles", groups=NO_ACCESS
    )

    # === COMPUTE METHODS ===#

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_logistics_profile_id(self):
        return super()._compute_logistics_profile_id()

    @api.depends(
        "logistics_profile_id.agent_id",
        "logistics_profile_id.time_class_id",
        "logistics_profile_id.cargo_nature_ids",
        "logistics_profile_id.special_service_ids",
    )
    @api.depends_context("company", "lang")
    def _compute_logistics_summary(self):
        """Opening a partner must stay cheap: names of five models come from one query."""
        summaries = self._get_logistics_summaries()
        for partner in self:
            needs, agent, score = summaries.get(partner.logistics_profile_id.id, (False, False, 0))
            partner.logistics_needs = needs
            partner.logistics_agent_name = agent
            partner.logistics_score = score

    def _get_logistics_summaries(self):
        """Return needs, agent's name and score by profile id."""
        profiles = self.logistics_profile_id
        if not profiles:
            return {}
        profiles.flush_model(["agent_id", "time_class_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id, CONCAT_WS(' · ', %(time_class)s, %(natures)s, %(services)s),
                          agent_partner.name, score.score
                     FROM logistics_profile p
                LEFT JOIN res_users agent ON agent.id = p.agent_id
                LEFT JOIN res_partner agent_partner ON agent_partner.id = agent.partner_id
                LEFT JOIN logistics_profile_score score ON score.profile_id = p.id
                    WHERE p.id = ANY(%(ids)s)""",
                time_class=SQL(
                    "(SELECT %s FROM logistics_time_class tag WHERE tag.id = p.time_class_id)",
                    self._get_logistics_tag_name_sql("logistics.time.class"),
                ),
                natures=self._get_logistics_tag_names_sql("cargo_nature_ids"),
                services=self._get_logistics_tag_names_sql("special_service_ids"),
                ids=profiles.ids,
            )
        )
        return {profile_id: summary for profile_id, *summary in rows}

    def _get_logistics_tag_name_sql(self, model_name):
        return self.env[model_name]._field_to_sql("tag", "name")

    def _get_logistics_tag_names_sql(self, field_name):
        field = self.env["logistics.profile"]._fields[field_name]
        name = self._get_logistics_tag_name_sql(field.comodel_name)
        return SQL(
            """(SELECT STRING_AGG(%s, ', ' ORDER BY tag.sequence, tag.id)
                  FROM %s rel JOIN %s tag ON tag.id = rel.%s WHERE rel.%s = p.id)""",
            name,
            SQL.identifier(field.relation),
            SQL.identifier(self.env[field.comodel_name]._table),
            SQL.identifier(field.column2),
            SQL.identifier(field.column1),
        )

    def _get_logistics_customer(self):
        return self

    def _get_logistics_company(self):
        return self.env.company

    @api.model
    def _get_logistics_customer_sql(self, alias):
        return SQL.identifier(alias, "id")

    @api.model
    def _get_logistics_company_sql(self, alias):
        return SQL("%s", self.env.company.id)

    # === CRUD METHODS ===#

    def write(self, vals):
        if {"parent_id", "is_company", "company_id"} & vals.keys():
            # whoever moves a contact need not see whose facts change
            customers = self | self.sudo().commercial_partner_id
            self.env["logistics.mark"]._append("facts", self._name, customers.ids)
        result = super().write(vals)
        if "active" in vals:
            self._get_own_profiles().write({"active": vals["active"]})
        if {"parent_id", "is_company"} & vals.keys():
            self._rehome_logistics_profiles()
        self._follow_write(vals)
        return result

    def _follow_write(self, vals):
        """What follows where partners were changed."""

    def unlink(self):
        # the database would cascade, but leave messages and files of the profiles behind
        self._get_own_profiles().unlink()
        return super().unlink()

    def _get_own_profiles(self):
        """Return the profiles of these partners in every company, archived ones included."""
        # whoever may change a partner changes what follows from it
        return self.sudo().with_context(active_test=False).logistics_profile_ids

    def _hand_over_consents(self, target):
        """What these people answered for themselves is the target's answer from now on."""
        # whoever may merge partners merges what they said
        consents = self.env["logistics.consent"].sudo().search([("contact_id", "in", self.ids)])
        for company, answers in consents.grouped("company_id").items():
            profile = self.env["logistics.profile"]._ensure_for(target, company)
            for consent in answers if profile else ():
                consent._hand_over(profile, target)

    def _rehome_logistics_profiles(self):
        """Hand the profiles of partners that joined a company over to that company."""
        joined = self.filtered(lambda partner: partner.commercial_partner_id != partner)
        if not joined:
            return
        for partner, profiles in joined._get_own_profiles().grouped("partner_id").items():
            kept = profiles._move_to_customer(partner.commercial_partner_id)
            for company, company_profiles in kept.grouped("company_id").items():
                company_profiles._refresh(company)

    # === ACTION METHODS ===#

    def action_open_logistics_profile(self):
        """Open the profile in the current company, made on the spot where there is none."""
        self.ensure_one()
        Profile = self.env["logistics.profile"]
        Profile.check_access("read")
        profile = self.logistics_profile_id
        if not profile:
            Profile.check_access("create")
            profile = Profile._ensure_for(self, self.env.company)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_profile_action"
        )
        return {**action, "res_id": profile.id, "views": [(False, "form")], "view_mode": "form"}
