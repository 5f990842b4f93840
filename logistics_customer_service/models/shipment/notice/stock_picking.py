from odoo import fields, models

from ....tools.foundation.periods import local_date
from ....tools.foundation.said import SAID, is_said
from ....tools.shipment import notices
from ..stock_picking import EVENT_READERS


class StockPicking(models.Model):
    _inherit = "stock.picking"

    notice_ids = fields.One2many(
        "logistics.notice", "picking_id", string="Notices", groups=EVENT_READERS
    )
    notice_count = fields.Integer(
        string="Number of Notices",
        compute="_compute_notice_count",
        compute_sudo=True,
        groups="base.group_user",
    )

    def _compute_notice_count(self):
        counts = dict(
            self.env["logistics.notice"]._read_group(
                [("picking_id", "in", self.ids)], ["picking_id"], ["__count"]
            )
        )
        for picking in self:
            picking.notice_count = counts.get(picking, 0)

    # === BUSINESS METHODS ===#

    def _note_goods_out(self):
        """Have customers told that the goods are out; without a carrier that is delivered."""
        out = self.filtered(
            lambda picking: picking.state == "done" and picking._is_customer_delivery()
        )
        out._note_occasion(notices.GOODS_OUT)
        out.filtered(
            lambda picking: not picking.carrier_id and not picking.shipment_reported
        )._note_occasion(notices.DELIVERED)

    def _note_notices(self, occasion):
        """Have the customers of these deliveries told of something that begins now.

        :param occasion: one of the occasions of notice rules
        """
        now = fields.Datetime.now()
        # warehouse staff and carriers have no rights on orders and notices
        deliveries = self.sudo().filtered(lambda picking: picking._is_customer_delivery())
        deliveries.env["logistics.notice"]._note(
            [
                picking._prepare_notice_vals(
                    occasion, now, expected_on=picking._get_told_day(occasion)
                )
                for picking in deliveries
            ]
        )

    def _get_told_day(self, occasion):
        """Return the day that tells one new expected arrival from the next, or False."""
        if occasion != notices.NEW_ARRIVAL:
            return False
        expected = self.env["logistics.notice"]._get_expected_instant(self.sale_id, self)
        return expected and local_date(expected, self.company_id._get_logistics_tz())

    def _prepare_notice_vals(self, occasion, happened_at, **values):
        return {
            "occasion": occasion,
            "picking_id": self.id,
            "order_id": self.sale_id.id,
            "partner_id": self._get_logistics_customer().id,
            "company_id": self.company_id.id,
            "happened_at": happened_at,
            **values,
        }

    def _send_confirmation_email(self):
        """Where our notice says that the goods are out, core's messages are not sent.

        No delivery is left out: carriers' integrations are told of their shipments here, too.
        """
        # whoever validates need not see the company's settings
        told = self.filtered(
            lambda picking: picking.company_id.sudo()._tells_of(notices.GOODS_OUT)
        )
        if told:
            quiet = told.with_context(logistics_told_by_notice=SAID)
            super(StockPicking, quiet)._send_confirmation_email()
        return super(StockPicking, self - told)._send_confirmation_email()

    def message_post_with_source(self, source_ref, **kwargs):
        """Leave out core's mail on validation where our notice tells the same."""
        # as in _send_confirmation_email
        confirmation = self.company_id.sudo().stock_mail_confirmation_template_id
        if is_said(self.env, "logistics_told_by_notice") and source_ref == confirmation:
            return self.env["mail.message"]
        return super().message_post_with_source(source_ref, **kwargs)

    # === ACTION METHODS ===#

    def action_view_notices(self):
        """Open what the customer was told about the delivery."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_notice_action"
        )
        return {**action, "domain": [("picking_id", "=", self.id)], "context": {}}
