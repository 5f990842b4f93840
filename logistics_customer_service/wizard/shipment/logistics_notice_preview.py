from contextlib import closing, contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.shipment import notices as occasions


class LogisticsNoticePreview(models.TransientModel):
    """The texts of a notice rule as the customer of a sample delivery would get them."""

    _name = "logistics.notice.preview"
    _inherit = ["logistics.sending.preview.mixin"]
    _description = "Notice Preview"

    rule_id = fields.Many2one("logistics.notice.rule", required=True, ondelete="cascade")

    @api.model
    def _get_text_fields(self):
        return ("rule_id", *super()._get_text_fields())

    def _get_texts(self):
        with self._sample() as notice:
            return notice._render(self.rule_id.sudo(), self.lang)  # templates read orders

    @contextmanager
    def _sample(self):
        """Yield a notice of the rule about the sample; when the block ends it never was."""
        vals = self._prepare_sample_vals()
        # nothing is sent, and nobody need have rights on orders to see a text
        notices = self.env["logistics.notice"].sudo()
        key = [(name, "=", vals[name]) for name in ("occasion", "picking_id", "order_id")]
        if known := notices.search(key, limit=1):
            yield known
            return
        try:
            # without flush: rolling back must not empty the cache of the form that is open
            with closing(self.env.cr.savepoint(flush=False)):
                yield notices.create(vals)
        finally:
            notices.invalidate_model(flush=False)

    def _prepare_sample_vals(self):
        """Return the values of a notice about the sample.

        :raise UserError: when there is no delivery nor order of the number
        """
        companies = [("company_id", "in", self.env.companies.ids), ("name", "=", self.number)]
        # see _sample
        picking = self.env["stock.picking"].sudo().search(companies, limit=1)
        order = picking.sale_id or self.env["sale.order"].sudo().search(companies, limit=1)
        if not picking and not order:
            raise UserError(self.env._("There is no delivery nor order of this number."))
        return {
            "occasion": self.rule_id.occasion,
            "picking_id": self.rule_id.occasion != occasions.ORDER_CONFIRMED and picking.id,
            "order_id": order.id,
            "partner_id": (order or picking).partner_id.id,
            "company_id": (order or picking).company_id.id,
            "happened_at": fields.Datetime.now(),
        }
