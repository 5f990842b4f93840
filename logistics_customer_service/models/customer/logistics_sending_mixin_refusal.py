from datetime import timedelta

from odoo import api, fields, models

# RFC 8058: mail programs offer it beside the sender and send it without a browser
ONE_CLICK = "List-Unsubscribe=One-Click"
# whoever was written to may refuse so long after
REFUSABLE = timedelta(days=730)
# what was not sent yet can be taken back
COMING = ("waiting", "queued", "failed")


class LogisticsSendingMixin(models.AbstractModel):
    """By a link in what is sent, customers refuse whatever would come for the same purpose.

    A model that can be refused has ``_refuse_path``, tokens (``logistics.secret.mixin``) and a
    purpose: ``_refuse_purpose``, else the one as which it counts.
    """

    _inherit = "logistics.sending.mixin"

    # where the page is by which it is refused; None: it cannot be
    _refuse_path = None
    # code of the consent purpose that is refused
    _refuse_purpose = None

    refuse_url = fields.Char(string="Link to Refuse", compute="_compute_refuse_url", compute_sudo=True)

    # === COMPUTE METHODS ===#

    @api.depends("partner_id")
    def _compute_refuse_url(self):
        """The link as whoever works with it sees it; what goes out bears the link itself."""
        for record in self:
            path = record._refuse_path
            # a preview that is not kept has none
            mask = record._get_masked_token() if path and record.id else ""
            record.refuse_url = path and f"{record.get_base_url()}{path}/{mask}"

    def _get_refuse_url(self):
        """Return the address at which the customer refuses; whoever has it may."""
        self.ensure_one()
        return f"{self.get_base_url()}{self._refuse_path}/{self._get_token()}"

    # === BUSINESS METHODS ===#

    def _queue_mail(self, rule):
        """As inherited; mail programs offer the link to refuse beside the sender."""
        result = super()._queue_mail(rule)
        for record in self if self._refuse_path else ():
            record.mail_id._note_links(record._get_own_links())
            headers = {
                "List-Unsubscribe": f"<{record.refuse_url}>",
                "List-Unsubscribe-Post": ONE_CLICK,
            }
            record.mail_id.headers = repr(headers)
        return result

    def _prepare_sms_vals(self, body):
        vals = super()._prepare_sms_vals(body)
        return {**vals, "logistics_links": self._get_own_links()} if self._refuse_path else vals

    def _get_own_links(self):
        """Return the links that a message of this record bears, as texts keep them."""
        return [[self._name, self.id]]

    @api.model
    def _get_purpose(self):
        """Return the purpose for which customers agree to be written to."""
        # whoever plans what is sent need not read purposes
        purposes = self.env["logistics.consent.purpose"].sudo().with_context(active_test=False)
        return purposes.search([("code", "=", self._get_refused_purpose())], limit=1)

    @api.model
    def _get_refused_purpose(self):
        """Return the code of the consent purpose that is refused."""
        return self._refuse_purpose or self._sending_purpose

    @api.model
    def _find_refusable(self, token):
        """Return what the link to refuse was sent with, or an empty set."""
        found = self._find_held(token)
        return found if found._is_refusable() else self.browse()

    def _is_refusable(self):
        """Tell whether the link still lets somebody refuse."""
        return bool(self) and self.create_date + REFUSABLE >= fields.Datetime.now()

    def _has_refused(self):
        """Tell whether the customer wants nothing for this purpose."""
        record = self.sudo()  # as in _refuse
        profile = record._get_profiles()[record]
        return profile._refuses(self._get_refused_purpose(), record.partner_id)

    def _refuse(self):
        """Keep that the customer wants no more for this purpose; take back what is on its way."""
        self.ensure_one()
        # a visitor has no rights: the secret of the link is what allows this one answer
        record = self.sudo()
        profiles = self.env["logistics.profile"].sudo()
        profile = record._get_profiles()[record] or profiles._ensure_for(
            record.partner_id.commercial_partner_id, record.company_id
        )
        if profile and not profile._refuses(self._get_refused_purpose(), record.partner_id):
            record._keep_refusal(profile)
            record._take_back_others()

    def _keep_refusal(self, profile):
        told = self.address or self.partner_id.name
        vals = {
            "state": "refused",
            "date": self.company_id._get_logistics_today(),
            "source": self.env._("Link in a message to %s", told),
        }
        purpose = self._get_purpose()
        # whoever has an answer of his own changes that one, others speak for the customer
        own = profile._get_consent(purpose.code, self.partner_id).contact_id
        profile._keep_answer(purpose, own, vals)

    def _take_back_others(self):
        customer = self.partner_id.commercial_partner_id
        coming = self.search(
            [
                ("partner_id.commercial_partner_id", "=", customer.id),
                ("company_id", "=", self.company_id.id),
                ("state", "in", COMING),
            ]
        )
        coming._cancel_queued()
        coming._suppress("refused")
