from contextlib import closing, contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.contact.care.logistics_care_occasion import HOLIDAY


class LogisticsCarePreview(models.TransientModel):
    """The texts of an occasion as a person would get them."""

    _name = "logistics.care.preview"
    _inherit = ["logistics.sending.preview.mixin"]
    _description = "Greeting Preview"

    occasion_id = fields.Many2one("logistics.care.occasion", required=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        default=lambda self: self._get_somebody(),
        ondelete="cascade",
        help="To whom it is shown; nothing is sent.",
    )

    @api.model
    def _get_somebody(self):
        """Return a customer of the company."""
        profiles = self.env["logistics.profile"]
        return profiles.search([("company_id", "=", self.env.company.id)], limit=1).partner_id

    @api.model
    def _get_last_number(self):
        return False

    @api.model
    def _get_text_fields(self):
        return ("lang", "occasion_id", "partner_id")

    def _get_texts(self):
        if not self.partner_id:
            raise UserError(self.env._("Choose somebody to show the greeting to."))
        with self._sample() as greeting:
            return greeting._render(self.occasion_id.sudo(), self.lang)  # templates read customers

    @contextmanager
    def _sample(self):
        """Yield a greeting of the occasion; when the block ends it never was."""
        # nothing is sent, and nobody need have rights on greetings to see a text
        greetings = self.env["logistics.greeting"].sudo()
        try:
            # without flush: rolling back must not empty the cache of the form that is open
            with closing(self.env.cr.savepoint(flush=False)):
                yield greetings.create(self._prepare_sample_vals())
        finally:
            greetings.invalidate_model(flush=False)

    def _prepare_sample_vals(self):
        occasion = self.occasion_id
        company = occasion.company_id or self.env.company
        today = company._get_logistics_today()
        # holidays are everybody's to see
        coming = self.env["logistics.care.day"].sudo().search(
            [("holiday_id", "in", occasion.holiday_ids.ids), ("date", ">=", today)], limit=1
        )
        holiday = coming if occasion.kind == HOLIDAY else coming.browse()
        return {
            "occasion_id": occasion.id,
            "kind": occasion.kind,
            "action": occasion.action,
            "company_id": company.id,
            "partner_id": self.partner_id.id,
            "customer_id": self.partner_id.commercial_partner_id.id,
            "day": holiday.date or today,
            "day_id": holiday.id,
            "turn": "preview",
            "years": 5,
            "planned_at": fields.Datetime.now(),
        }
