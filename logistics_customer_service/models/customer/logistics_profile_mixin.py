from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class LogisticsProfileMixin(models.AbstractModel):
    """Shows the profile of a record's customer to people who have no rights on profiles."""

    _name = "logistics.profile.mixin"
    _description = "Shows the Customer's Profile"

    logistics_profile_id = fields.Many2one(
        "logistics.profile",
        string="Logistics Profile",
        compute="_compute_logistics_profile_id",
        search="_search_logistics_profile_id",
        compute_sudo=True,
    )
    logistics_tier_id = fields.Many2one(
        related="logistics_profile_id.tier_id", string="Customer Tier"
    )
    logistics_tier_color = fields.Integer(
        related="logistics_profile_id.tier_id.color", string="Tier Colour"
    )
    logistics_agent_id = fields.Many2one(related="logistics_profile_id.agent_id")
    logistics_time_class_id = fields.Many2one(related="logistics_profile_id.time_class_id")
    logistics_cargo_nature_ids = fields.Many2many(related="logistics_profile_id.cargo_nature_ids")
    logistics_special_service_ids = fields.Many2many(
        related="logistics_profile_id.special_service_ids"
    )
    logistics_packing_notes = fields.Text(related="logistics_profile_id.packing_notes")
    logistics_delivery_notes = fields.Text(related="logistics_profile_id.delivery_notes")
    logistics_tier_packing = fields.Text(
        related="logistics_profile_id.tier_id.packing", string="Packing Standard"
    )

    def _get_logistics_customer(self):
        """Return the partner whose commercial partner has the profile."""
        return self.partner_id

    def _get_logistics_company(self):
        """Return the company whose profile of the customer counts."""
        return self.company_id or self.env.company

    def _compute_logistics_profile_id(self):
        """One query for all records: profiles by commercial partner and company."""
        keys = {
            record: (
                record._get_logistics_customer().commercial_partner_id.id,
                record._get_logistics_company().id,
            )
            for record in self
        }
        profiles = self.env["logistics.profile"].search_fetch(
            [
                ("partner_id", "in", [partner_id for partner_id, _company in keys.values()]),
                ("company_id", "in", [company_id for _partner, company_id in keys.values()]),
            ],
            ["partner_id", "company_id", "tier_id", "delivery_notes", "packing_notes"],
        )
        found = {
            (profile.partner_id.id, profile.company_id.id): profile for profile in profiles
        }
        for record, key in keys.items():
            record.logistics_profile_id = found.get(key)

    @api.model
    def _search_logistics_profile_id(self, operator, value):
        """Search through the profile without reading ids: the condition becomes SQL.

        Whether a customer has a profile, its tier and its needs are shown to whoever may read the
        record (core asks with ``any!`` for these); other conditions need rights on profiles.
        """
        if operator not in ("any", "any!", "in"):
            return NotImplemented
        profiles = self.env["logistics.profile"]
        shown = profiles.sudo()
        if operator != "in":
            allowed = profiles if operator == "any" else shown
            return self._get_logistics_records_domain(allowed._search(Domain(value)))
        found = self._get_logistics_records_domain(shown._search([("id", "in", list(value))]))
        if False in value:
            return found | ~self._get_logistics_records_domain(shown._search([]))
        return found

    @api.model
    def _get_logistics_records_domain(self, profiles):
        """Return the domain of the records whose customer has one of the profiles.

        :param profiles: a query on profiles
        """
        return Domain(
            "id",
            "in",
            SQL(
                """(SELECT record.id
                      FROM %(table)s record
                      JOIN logistics_profile profile ON profile.id = (%(path)s)
                     WHERE profile.id IN %(profiles)s)""",
                table=SQL.identifier(self._table),
                path=self._get_logistics_profile_sql("record"),
                profiles=profiles.subselect(),
            ),
        )

    @api.model
    def _get_logistics_profile_sql(self, alias):
        """Return the SQL of the id of the profile of the record at ``alias``."""
        return SQL(
            """SELECT shown.id FROM logistics_profile shown
                 JOIN res_partner contact ON contact.commercial_partner_id = shown.partner_id
                WHERE contact.id = %s AND shown.company_id = %s AND shown.active""",
            self._get_logistics_customer_sql(alias),
            self._get_logistics_company_sql(alias),
        )

    @api.model
    def _get_logistics_customer_sql(self, alias):
        """SQL twin of :meth:`_get_logistics_customer`."""
        return SQL.identifier(alias, "partner_id")

    @api.model
    def _get_logistics_company_sql(self, alias):
        """SQL twin of :meth:`_get_logistics_company`."""
        return SQL.identifier(alias, "company_id")

    def _field_to_sql(self, alias, field_expr, query=None):
        """Lets tier, agent and needs be grouped and sorted: they are related through this one."""
        if field_expr != "logistics_profile_id":
            return super()._field_to_sql(alias, field_expr, query)
        return SQL("(%s)", self._get_logistics_profile_sql(alias))
