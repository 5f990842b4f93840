from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date


class LogisticsConsent(models.Model):
    _name = "logistics.consent"
    _inherit = "logistics.past.mixin"
    _description = "Contact Consent"
    _past_fields = ("date",)
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

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [{**vals, "user_id": self.env.uid} for vals in vals_list]
        consents = super().create(vals_list)
        consents._log_answers()
        return consents

    def write(self, vals):
        if not self.env.su:
            if {"profile_id", "purpose_id"} & vals.keys():
                raise AccessError(self.env._("An answer stays with its customer and purpose."))
            vals = {**vals, "user_id": self.env.uid}
        result = super().write(vals)
        if {"state", "date", "source"} & vals.keys():
            self._log_answers()
        return result

    def _log_answers(self):
        """Note each answer in the profile's chatter: who agreed to what must stay provable."""
        states = dict(self._fields["state"]._description_selection(self.env))
        for profile, consents in self.grouped("profile_id").items():
            answers = [
                f"{consent.purpose_id.name}: {states[consent.state]}, "
                + ", ".join(filter(None, [format_date(self.env, consent.date), consent.source]))
                for consent in consents
            ]
            profile._message_log(body=Markup("<br/>").join(answers))
