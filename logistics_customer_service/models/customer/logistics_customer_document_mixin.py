from odoo import api, fields, models


class LogisticsCustomerDocumentMixin(models.AbstractModel):
    """The head of what is done for a person of a customer: the person, the customer, its profile.

    What keeps the customer's facts as they were then is no such document: it is filled once.
    """

    _name = "logistics.customer.document.mixin"
    _description = "Done for a Customer"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    # cascade: what was said to a person goes with the person
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, index=True, ondelete="cascade"
    )
    customer_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_customer_id",
        store=True,
        index=True,
        precompute=True,
        help="The customer as a legal entity.",
    )
    profile_id = fields.Many2one(
        "logistics.profile",
        compute="_compute_profile_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )

    @api.depends("partner_id")
    def _compute_customer_id(self):
        for document in self:
            document.customer_id = document.partner_id.commercial_partner_id

    @api.depends("partner_id", "company_id")
    def _compute_profile_id(self):
        profiles = self._get_profiles_to_show()._find_for(
            self.partner_id.commercial_partner_id, self.company_id
        )
        for document in self:
            key = document.partner_id.commercial_partner_id.id, document.company_id.id
            document.profile_id = profiles.get(key)

    @api.model
    def _get_profiles_to_show(self):
        """Return the model among whose records the profile is; its context says which count."""
        return self.env["logistics.profile"]
