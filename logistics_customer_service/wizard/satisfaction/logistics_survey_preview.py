from contextlib import closing, contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsSurveyPreview(models.TransientModel):
    """The texts of a survey policy as the person asked about a sample would get them."""

    _name = "logistics.survey.preview"
    _inherit = ["logistics.sending.preview.mixin"]
    _description = "Survey Preview"

    policy_id = fields.Many2one("logistics.survey.policy", required=True, ondelete="cascade")
    number = fields.Char(help="Number of a delivery, an order or a case.")
    as_reminder = fields.Boolean(string="Reminder")

    @api.model
    def _get_text_fields(self):
        return ("policy_id", "as_reminder", *super()._get_text_fields())

    def _get_texts(self):
        with self._sample() as request:
            return request._render(self.policy_id.sudo(), self.lang)  # templates read orders

    @contextmanager
    def _sample(self):
        """Yield a request of the policy about the sample; when the block ends it never was."""
        vals = self._prepare_sample_vals()
        # nothing is sent, and nobody need have rights on orders to see a text
        requests = self.env["logistics.survey.request"].sudo()
        try:
            # without flush: rolling back must not empty the cache of the form that is open
            with closing(self.env.cr.savepoint(flush=False)):
                yield requests.create(vals)
        finally:
            requests.invalidate_model(flush=False)

    def _prepare_sample_vals(self):
        """Return the values of a request about the sample.

        :raise UserError: when there is no delivery, order nor case of the number
        """
        now = fields.Datetime.now()
        return {
            "policy_id": self.policy_id.id,
            "survey_id": self.policy_id.survey_id.id,
            "occasion": "sample",
            "occurred_at": now,
            "expires_at": fields.Datetime.add(now, days=self.policy_id.expiry_days),
            "reminded_at": self.as_reminder and now,
            **self._find_sample(),
        }

    def _find_sample(self):
        """Return what the sample is about."""
        domain = [("company_id", "in", self.env.companies.ids)]
        # see _sample
        case = (
            self.env["logistics.complaint"]
            .sudo()
            .search([*domain, ("number", "=", self.number or "")], limit=1)
        )
        named = [*domain, ("name", "=", self.number or "")]
        # see _sample
        picking = self.env["stock.picking"].sudo().search(named, limit=1)
        order = picking.sale_id or self.env["sale.order"].sudo().search(named, limit=1)
        found = case or order or picking
        if not found:
            raise UserError(self.env._("There is no delivery, order nor case of this number."))
        return {
            "complaint_id": case.id,
            "picking_id": picking.id,
            "order_id": order.id,
            "partner_id": (found.partner_id or found.company_id.partner_id).id,
            "company_id": found.company_id.id,
        }
