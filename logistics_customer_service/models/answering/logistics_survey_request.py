from datetime import timedelta

from odoo import fields, models

REVOKED = "revoked"


class LogisticsSurveyRequest(models.Model):
    """The link by which a customer answers a request, without login."""

    _name = "logistics.survey.request"
    _inherit = ["logistics.survey.request", "logistics.secret.mixin"]

    # requests are planned by the thousand in one query; whoever is asked gets a token
    handle = fields.Char(required=False)
    secret = fields.Char(required=False)

    # === THE LINK ===#

    def write(self, vals):
        """As inherited; what is revoked stays closed even if the request is renewed later."""
        result = super().write(vals)
        if vals.get("state") == REVOKED:
            self.sudo()._draw_anew()  # nobody else writes secrets
        return result

    def _is_open(self):
        """Tell whether the link opens its page now."""
        return bool(self) and self.state != REVOKED and self._get_expiry() >= fields.Datetime.now()

    def _get_expiry(self):
        """Return until when the link is open, a naive UTC instant.

        Requests that were never sent are open for as long from their making on.
        """
        days = timedelta(days=max(self.policy_id.expiry_days, 1))
        return self.expires_at or self.create_date + days

    def _get_answer_path(self):
        """Return the path of the page on which the customer answers: 30 characters."""
        return f"/a/{self._get_token()}"

    def _get_answer_url(self):
        """Return the address of that page; whoever has it may answer."""
        return self.get_base_url() + self._get_answer_path()
