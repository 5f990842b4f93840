from odoo import api, fields, models


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

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        if any(vals.get("source_callback_id") for vals in vals_list):
            # a customer's answer may open it, who has no rights on callbacks
            cases.sudo().source_callback_id._note_case()
        return cases
