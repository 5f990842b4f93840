from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _lang_get
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...tools.complaint.mail_text import get_people


class LogisticsCaseCustomerMixin(models.AbstractModel):
    """Whose case it is: the customer with profile and tier as they were then, and who turned to us."""

    _name = "logistics.case.customer.mixin"
    _description = "Customer of a Case"

    # --- the customer, as it was
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index=True,
        ondelete="restrict",
        tracking=True,
        help="The customer as a legal entity.",
    )
    contact_id = fields.Many2one(
        "res.partner", string="Contact", index="btree_not_null", ondelete="restrict"
    )
    contact_name = fields.Char(
        string="Caller", help="Who turned to us, where the person is no contact yet."
    )
    email_from = fields.Char(
        string="Email", compute="_compute_address", store=True, readonly=False, precompute=True
    )
    phone = fields.Char(compute="_compute_address", store=True, readonly=False, precompute=True)
    lang = fields.Selection(
        _lang_get,
        string="Language",
        compute="_compute_lang",
        store=True,
        readonly=False,
        precompute=True,
        help="The language in which the customer is written to.",
    )
    profile_id = fields.Many2one(
        "logistics.profile",
        compute="_compute_profile_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
    )
    tier_id = fields.Many2one(
        "logistics.tier",
        string="Tier",
        compute="_compute_profile_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        help="The customer's tier when the case was opened.",
    )
    tier_color = fields.Integer(related="tier_id.color", string="Tier Colour")

    # === COMPUTE METHODS ===#

    @api.depends("contact_id", "partner_id")
    def _compute_address(self):
        for case in self:
            person, customer = case.contact_id, case.partner_id
            email = person.email or customer.email or ""
            # of several in one field the first
            case.email_from = next((one for _name, one in get_people(email)), email) or case.email_from
            case.phone = person.phone or customer.phone or case.phone

    @api.depends("contact_id", "partner_id", "company_id")
    def _compute_lang(self):
        for case in self:
            case.lang = (
                case.contact_id.lang
                or case.partner_id.lang
                or case.lang
                or case.company_id.partner_id.lang
                or self.env.lang
            )

    @api.depends("partner_id", "company_id")
    def _compute_profile_id(self):
        """Keep profile and tier as they are now: one query for all cases."""
        # the case shows its customer's tier also to those without rights on profiles
        profiles = self.env["logistics.profile"].sudo()
        profiles.flush_model(["partner_id", "company_id", "tier_id", "active"])
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id, company_id, id, tier_id FROM logistics_profile
                    WHERE partner_id = ANY(%s) AND company_id = ANY(%s) AND active""",
                self.partner_id.ids,
                self.company_id.ids,
            )
        )
        held = {(partner, company): found for partner, company, *found in rows}
        for case in self:
            case.profile_id, case.tier_id = held.get(
                (case.partner_id.id, case.company_id.id), (False, False)
            )

    # === CRUD METHODS ===#

    @api.constrains("contact_id", "partner_id")
    def _check_contact(self):
        for case in self.filtered("contact_id"):
            if case.contact_id.commercial_partner_id != case.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact of %(customer)s.",
                        contact=case.contact_id.display_name,
                        customer=case.partner_id.display_name,
                    )
                )

    def _prepare_customer_vals(self, vals):
        """Return values in which the customer is a legal entity and a person its contact."""
        if not vals.get("partner_id") and not vals.get("contact_id"):
            return dict(vals)
        partners = self.env["res.partner"]
        named = partners.browse(vals.get("partner_id"))
        contact = partners.browse(vals.get("contact_id"))
        if not contact and named != named.commercial_partner_id:
            contact = named
        customer = (named or contact).commercial_partner_id
        return {
            **vals,
            "partner_id": customer.id,
            **({"contact_id": contact.id} if contact else {}),
        }

    def _get_customers(self):
        return {case: (case.partner_id, case.company_id) for case in self}
