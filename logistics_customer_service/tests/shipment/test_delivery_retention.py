from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.tools import config

from ..common import LogisticsCommon
from .test_carrier_api import image


class TestDeliveryRetention(LogisticsCommon):
    """What of shipments is emptied when its time is over, and what every figure needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._order(cls._customer("Customer"))
        cls.picking = cls._deliver(cls.order)
        cls.event = cls._handed_over()

    @classmethod
    def _handed_over(cls, days=60, **vals):
        return cls.env["logistics.shipment.event"].create(
            {
                "picking_id": cls.picking.id,
                "kind": "delivered",
                "source": "staff",
                "happened_at": fields.Datetime.now() - timedelta(days=days),
                "place": "Gate 3",
                "text": "Dog in the yard",
                "signer_name": "Anna Weber",
                "signature": image(),
                **vals,
            }
        )

    def test_movements_lose_places_and_remarks(self):
        self._retention("movement")
        young = self._handed_over(days=3)
        facts = self.picking.read(["shipment_state", "carrier_delivered_at", "shipment_since"])
        self._run_retention()
        self.assertEqual((self.event.place, self.event.text), (False, False))
        self.assertEqual(young.place, "Gate 3")
        self.assertEqual(self.event.signer_name, "Anna Weber", "another policy's")
        self.assertEqual(self.event.kind, "delivered")
        self.assertEqual(
            self.picking.read(["shipment_state", "carrier_delivered_at", "shipment_since"]), facts
        )

    def test_proofs_leave_the_file_store(self):
        self._retention("delivery_proof")
        files = self.env["ir.attachment"].sudo()
        domain = [("res_model", "=", self.event._name), ("res_id", "=", self.event.id)]
        file = files.search([*domain, ("res_field", "=", "signature")])
        store, name = Path(config.filestore(self.env.cr.dbname)), file.store_fname
        self.assertTrue((store / name).exists())
        self._run_retention()
        self.assertFalse(file.exists())
        self.assertEqual((self.event.signer_name, self.event.signature), (False, False))
        self.assertEqual(self.event.place, "Gate 3")
        marked = (store / "checklist" / name).exists()
        self.assertTrue(marked, "core's garbage collection takes it from the file store")

    def test_nothing_of_shipments_under_way(self):
        self._retention("movement")
        self.env.cr.execute(
            "UPDATE stock_picking SET shipment_open = TRUE WHERE id = %s", [self.picking.id]
        )
        self.env.invalidate_all()
        self._run_retention()
        self.assertEqual(self.event.place, "Gate 3")

    def test_what_belongs_to_no_delivery_goes_too(self):
        self._retention("movement")
        self.env.cr.execute(
            "UPDATE logistics_shipment_event SET picking_id = NULL WHERE id = %s", [self.event.id]
        )
        self.env.invalidate_all()
        self._run_retention()
        self.assertFalse(self.event.place)
