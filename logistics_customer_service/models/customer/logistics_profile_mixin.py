from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# customers read their own contacts, orders and deliveries: what is noted about them is not theirs
STAFF = "base.group_user"
# who reads profiles; what others see of them is shown by fields of its own
AGENTS = "logistics_customer_service.group_agent"


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
        groups=AGENTS,
    )
    # a profile tells its changes itself: fields that the profile tracks would be tracked here, too,
    # and read the profile at every write on a customer, an order or a delivery
    logistics_tier_id = fields.Many2one(
        related="logistics_profile_id.tier_id",
        string="Customer Tier",
        groups=STAFF,
        tracking=False,
    )
    logistics_tier_color = fields.Integer(
        related="logistics_profile_id.tier_id.color", string="Tier Colour", groups=STAFF
    )
    logistics_agent_id = fields.Many2one(
        related="logistics_profile_id.agent_id", groups=STAFF, tracking=False
    )
    logistics_time_class_id = fields.Many2one(
        related="logistics_profile_id.time_class_id", groups=STAFF, tracking=False
    )
    logistics_cargo_nature_ids = fields.Many2many(
        related="logistics_profile_id.cargo_nature_ids", groups=STAFF
    )
    logistics_special_service_ids = fields.Many2many(
        related="logistics_profile_id.special_service_ids", groups=STAFF
    )
    logistics_packing_notes = fields.Text(
        related="logistics_profile_id.packing_notes", groups=STAFF
    )
    logistics_delivery_notes = fields.Text(
        related="logistics_profile_id.delivery_notes", groups=STAFF
    )
    logistics_tier_packing = fields.Text(
        related="logistics_profile_id.tier_id.packing", string="Packing Standard", groups=STAFF
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
        shown = profiles.sudo()  # only for what the record itself shows, see above
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

        A condition on each row, so that a page of a list need not find all rows first.

        :param profiles: a query on profiles
        """

        def to_sql(model, alias, _query):
            return SQL(
                """EXISTS (
                    SELECT FROM res_partner contact
                      JOIN logistics_profile shown
                        ON shown.partner_id = contact.commercial_partner_id
                     WHERE contact.id = %s AND shown.company_id = %s AND shown.active
                       AND shown.id IN %s)""",
                model._get_logistics_customer_sql(alias),
                model._get_logistics_company_sql(alias),
                profiles.subselect(),
            )

        return Domain.custom(to_sql=to_sql)

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
        if field_expr != "logistics_profile_id" or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        contact = query.make_alias(alias, "logistics_party")
        query.add_join(
            "LEFT JOIN",
            contact,
            "res_partner",
            SQL("%s = %s", SQL.identifier(contact, "id"), self._get_logistics_customer_sql(alias)),
        )
        shown = query.make_alias(alias, "logistics_shown")
        query.add_join(
            "LEFT JOIN",
            shown,
            "logistics_profile",
            SQL(
                "%s = %s AND %s = %s AND %s",
                SQL.identifier(shown, "partner_id"),
                SQL.identifier(contact, "commercial_partner_id"),
                SQL.identifier(shown, "company_id"),
                self._get_logistics_company_sql(alias),
                SQL.identifier(shown, "active"),
            ),
        )
        return SQL.identifier(shown, "id")

    @api.model
    def _forget_logistics_profiles(self):
        """Drop what the cache holds of profiles shown on records.

        A change of many profiles would otherwise search every record that might show one of them.
        """
        for name in ("res.partner", "sale.order", "stock.picking"):
            fields_shown = [field for field in self._fields if field.startswith("logistics_")]
            self.env[name].invalidate_model(fields_shown, flush=False)
