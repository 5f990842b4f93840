from odoo import api, fields, models

from ....tools.complaint.moments import NEW_CASE


class LogisticsComplaint(models.Model):
    """A case that was opened on a call keeps it."""

    _inherit = "logistics.complaint"

    source_callback_id = fields.Many2one(
        "logistics.callback",
        string="Opened on the Call",
        index="btree_not_null",
        check_company=True,
        copy=False,
        ondelete="set null",
        groups="logistics_customer_service.group_agent",  # customers read their cases
    )

    @api.model
    def _get_reactions(self):
        return [*super()._get_reactions(), ("_note_on_call", {NEW_CASE})]

    def _note_on_call(self):
        # a customer's answer may open it, who has no rights on callbacks
        self.sudo().source_callback_id._note_case()
