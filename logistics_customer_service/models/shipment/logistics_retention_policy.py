from odoo import api, models
from odoo.fields import Domain

from ..foundation.retention import Kind

# a row about a delivery
DELIVERY = {"stock.picking": "picking_id"}


class LogisticsRetentionPolicy(models.Model):
    """How long movements of shipments and proofs of delivery are kept."""

    _inherit = "logistics.retention.policy"

    @api.model
    def _get_kinds(self):
        # or of no delivery that we know
        ended = Domain("picking_id", "=", False) | Domain("picking_id.shipment_open", "!=", True)
        return {
            **super()._get_kinds(),
            "movement": Kind(
                model="logistics.shipment.event",
                label=self.env._("Movements of Shipments"),
                covers=self.env._("Places and remarks of shipment events, once the shipment has ended."),
                dated=self.env._("The event's time."),
                effect=self.env._(
                    "Places and remarks go; what happened and when stays, and with it every figure."
                ),
                date="happened_at",
                rows=ended,
                texts=("place", "text"),
                links=DELIVERY,
            ),
            "delivery_proof": Kind(
                model="logistics.shipment.event",
                label=self.env._("Proofs of Delivery"),
                covers=self.env._("Signatures, photos and names of who signed."),
                dated=self.env._("The event's time."),
                effect=self.env._("They go; that and when goods were handed over stays."),
                date="happened_at",
                rows=ended,
                texts=("signer_name",),
                files=("signature", "photo"),
                links=DELIVERY,
            ),
            "carrier_inbox": Kind(
                model="logistics.carrier.inbox",
                label=self.env._("Incoming Carrier Events"),
                covers=self.env._("What carriers told and no shipment event could be made of."),
                dated=self.env._("When it was received."),
                effect=self.env._("Places, remarks, proofs and names go; what happened and when stays."),
                date="received_at",
                rows=Domain("failed_at", "!=", False),
                texts=("place", "text", "signer_name", "signature", "photo"),
            ),
        }
