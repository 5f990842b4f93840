from odoo import fields, models

from ...shipment.exception.logistics_exception import LIVE
from ..logistics_complaint import INCIDENT, OWN


class LogisticsException(models.Model):
    """An exception may become a case: ours, for the customer has not turned to us."""

    _inherit = "logistics.exception"

    complaint_id = fields.Many2one(
        "logistics.complaint",
        string="Case",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )

    def action_register_complaint(self):
        """Open the intake dialogue about the delivery, before the customer calls."""
        self.ensure_one()
        action = self.picking_id.action_register_complaint()
        found = {
            "default_kind": INCIDENT,
            "default_channel": OWN,
            "default_name": self.display_name,
            "default_exception_id": self.id,
        }
        return {**action, "context": {**action["context"], **found}}

    def _become(self, case):
        """Keep the case that takes an exception over, with all of the delivery's; be done with them."""
        whole = self._get_whole()
        # agents work on exceptions through actions only
        whole.sudo().complaint_id = case
        live = whole.filtered(lambda exception: exception.state in LIVE)
        if live:
            live._settle(self.env._("Case %s", case.number))

    def action_view_case(self):
        """Open the case that took the exception over."""
        self.ensure_one()
        return self.complaint_id.action_open()
