from odoo import api, models


class LogisticsConsent(models.Model):
    """A customer who wants no visits any more gets none, also not those that were planned."""

    _inherit = "logistics.consent"

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        consents._cancel_refused_visits()
        return consents

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._cancel_refused_visits()
        return result

    def _cancel_refused_visits(self):
        purpose = self.env["logistics.visit"]._get_consent_purpose()
        refused = self.filtered(
            lambda consent: consent.purpose_id == purpose and consent.state == "refused"
        )
        if refused:
            # visits of colleagues, too
            visits = self.env["logistics.visit"].sudo()
            visits.search(
                [("profile_id", "in", refused.profile_id.ids), ("state", "=", "planned")]
            )._cancel_unwanted()
