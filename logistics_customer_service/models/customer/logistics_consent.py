from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

from ...tools.foundation import channels

PHONE = "phone"
# by which ways somebody is contacted, and the field that says whether it may be
WAYS = {channels.MAIL: "by_mail", channels.SMS: "by_sms", PHONE: "by_phone"}


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
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact Person",
        index="btree_not_null",
        ondelete="cascade",
        help="Whose own answer it is, which counts for this person in the place of the customer's. "
        "Empty: the customer's, for everybody there.",
    )
    state = fields.Selection(
        [("granted", "Granted"), ("refused", "Refused")], required=True, default="granted"
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    by_mail = fields.Boolean(string="Mail", default=True)
    by_sms = fields.Boolean(string="SMS", default=True)
    by_phone = fields.Boolean(string="Phone", default=True)
    source = fields.Char(help="Where the customer said so: call, contract, web form, mail.")
    user_id = fields.Many2one(
        "res.users", string="Recorded by", default=lambda self: self.env.user, readonly=True
    )

    _profile_purpose_unique = models.UniqueIndex(
        "(profile_id, purpose_id, COALESCE(contact_id, 0))",
        "This customer already has an answer for this purpose.",
    )

    @api.constrains("contact_id", "profile_id")
    def _check_contact(self):
        for consent in self.filtered("contact_id"):
            # whoever notes an answer need not read every contact
            customer = consent.contact_id.sudo().commercial_partner_id
            if customer != consent.profile_id.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(person)s is nobody of %(customer)s.",
                        person=consent.contact_id.display_name,
                        customer=consent.profile_id.display_name,
                    )
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
            if {"profile_id", "purpose_id", "contact_id"} & vals.keys():
                raise AccessError(self.env._("An answer stays with its customer and purpose."))
            vals = {**vals, "user_id": self.env.uid}
        result = super().write(vals)
        if {"state", "date", "source", *WAYS.values()} & vals.keys():
            self._log_answers()
        return result

    def _hand_over(self, profile, person):
        """Make the answer one of another profile or person; of two the later counts, a tie is a no."""
        person = person - profile.partner_id
        other = profile.consent_ids.filtered(
            lambda one: one != self
            and (one.purpose_id, one.contact_id) == (self.purpose_id, person)
        )
        if other and other._get_weight() >= self._get_weight():
            self.unlink()
            return
        other.unlink()
        self.write({"profile_id": profile.id, "contact_id": person.id})

    def _get_weight(self):
        return self.date, self.state == "refused"

    def _log_answers(self):
        """Note each answer in the profile's chatter: who agreed to what must stay provable."""
        for profile, consents in self.grouped("profile_id").items():
            answers = [consent._get_words() for consent in consents]
            profile._message_log(body=Markup("<br/>").join(answers))

    def _get_words(self):
        """Return the answer in a line: for what, who, what, by which ways not, when and where."""
        states = dict(self._fields["state"]._description_selection(self.env))
        closed = self._get_closed_ways() if self.state == "granted" else []
        ways = ", ".join(self._fields[WAYS[way]]._description_string(self.env) for way in closed)
        parts = [
            states[self.state],
            ways and self.env._("not by %s", ways),
            self.contact_id.name,
            format_date(self.env, self.date),
            self.source,
        ]
        return f"{self.purpose_id.name}: {', '.join(filter(None, parts))}"

    def _get_closed_ways(self):
        """Return the ways by which the answer lets nobody come; none of a missing answer."""
        return [way for way, name in WAYS.items() if self and not self[name]]
