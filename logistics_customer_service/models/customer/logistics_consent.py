from odoo import fields, models


class LogisticsConsent(models.Model):
    _name = "logistics.consent"
    _description = "Contact Consent"
    _order = "profile_id, purpose_id"
    _rec_name = "purpose_id"

    profile_id = fields.Many2one(
        "logistics.profile", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="profile_id.company_id", store=True, index=True)
    purpose_id = fields.Many2one(
        "logistics.consent.purpose", required=True, ondelete="restrict"
    )
    state = fields.Selection(
        [("granted", "Granted"), ("refused", "Refused")], required=True, default="granted"
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    source = fields.Char(help="Where the customer said so: call, contract, web form, mail.")
    user_id = fields.Many2one(
        "res.users", string="Recorded by", default=lambda self: self.env.user, readonly=True
    )

    _profile_purpose_unique = models.UniqueIndex(
        "(profile_id, purpose_id)", "This customer already has an answer for this purpose."
    )
