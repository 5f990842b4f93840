from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.addons.sms.tools.sms_api import SmsApi

from ...common import MODULE, LogisticsCommon
from ...foundation.mail_server import MailServer


class NoticeCommon(MailServer, LogisticsCommon):
    """A company that tells its customers, rules without quiet hours, servers that only listen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Notice = cls.env["logistics.notice"]
        cls.Rule = cls.env["logistics.notice.rule"].with_context(active_test=False)
        cls.Event = cls.env["logistics.shipment.event"]
        cls.Notice.search([]).unlink()
        cls.company.write({"email": "service@logistics.example", "phone": "+86 21 5555 0100"})
        cls.Rule.search([]).write({"active": True, "quiet_from": 0, "quiet_until": 0})
        product = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.carrier = cls.env["delivery.carrier"].create(
            {"name": "Express", "product_id": product.id}
        )
        cls.customer = cls._customer(
            email="li@customer.example", phone="+86 138 0013 8000", lang="en_US"
        )

    @classmethod
    def _rule(cls, occasion):
        return cls.env.ref(f"{MODULE}.notice_rule_{occasion}")

    @classmethod
    def _delivery(cls, partner=None, validate=True, carrier=True, **vals):
        order = cls._order(partner or cls.customer, **vals)
        picking = order.picking_ids
        picking.carrier_id = carrier and cls.carrier
        if validate:
            cls._deliver(order)
        return picking

    @classmethod
    def _say(cls, picking, kind, at=None, **vals):
        return cls.Event.create(
            {
                "picking_id": picking.id,
                "kind": kind,
                "happened_at": at or fields.Datetime.now(),
                "source": "carrier",
                **vals,
            }
        )

    @classmethod
    def _notices(cls, record, occasion=None):
        field = "picking_id" if record._name == "stock.picking" else "order_id"
        domain = [(field, "in", record.ids)]
        if occasion:
            domain.append(("occasion", "=", occasion))
        return cls.Notice.search(domain, order="id")

    @classmethod
    def _told(cls, picking):
        """Return what is noted for the customer of a delivery, in order."""
        return cls._notices(picking).mapped("occasion")

    @classmethod
    def _process(cls):
        """Do what the scheduled action does, within the test's transaction."""
        while cls.Notice._advance_or_rest():
            continue
        cls.env.invalidate_all()

    @contextmanager
    def _sms_gateway(self, state="success"):
        """Yield the batches that arrive at the gateway; ``state`` is what it answers."""
        arrived = []

        def send(_api, messages, delivery_reports_url=False):
            uuids = [number["uuid"] for message in messages for number in message["numbers"]]
            arrived.append(messages)
            return [{"uuid": uuid, "state": state} for uuid in uuids]

        with patch.object(SmsApi, "_send_sms_batch", send):
            yield arrived

    def _send_sms(self, state="success"):
        """Empty Odoo's queue of SMS and return the batches that arrived."""
        commit = patch.object(type(self.env["ir.cron"]), "_commit_progress")
        with self._sms_gateway(state) as arrived, commit:
            self.env["sms.sms"]._process_queue()
        self._apply_results()
        return arrived
