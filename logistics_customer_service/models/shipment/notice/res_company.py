from datetime import timedelta

from odoo import fields, models

from ....tools.shipment import notices


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_notify = fields.Boolean(
        string="Notify Customers",
        default=True,
        help="Customers are told about their shipments, as the notice rules say.",
    )
    logistics_notice_hours = fields.Integer(
        string="Notices Until (Hours)",
        default=48,
        required=True,
        help="What happened longer ago than this is not told any more.",
    )

    _check_logistics_notice_hours = models.Constraint(
        "CHECK (logistics_notice_hours > 0)", "Notices are sent for an hour at least."
    )

    def _tells_of(self, occasion):
        """Tell whether the company's customers are told of an occasion, by our rules."""
        self.ensure_one()
        rules = self.env["logistics.notice.rule"]
        return self.logistics_notify and occasion in rules._get_covered_occasions(self.id)

    def _get_notice_limit(self, now):
        """Return the naive UTC instant before which facts are too old to be told."""
        return now - timedelta(hours=self.logistics_notice_hours)

    def _get_text_validation(self, confirmation_type):
        """Where our notice says that the goods are out, core's text on validation is not sent."""
        if confirmation_type == "sms" and self.sudo()._tells_of(notices.GOODS_OUT):
            return False
        return super()._get_text_validation(confirmation_type)
