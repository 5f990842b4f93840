from odoo import fields, models


class LogisticsContactDocumentMixin(models.AbstractModel):
    """A contact with a person of a customer that one of ours makes, maybe about a case."""

    _name = "logistics.contact.document.mixin"
    _inherit = ["logistics.customer.document.mixin"]
    _description = "Contact with a Customer"

    complaint_id = fields.Many2one(
        "logistics.complaint",
        string="Case",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    user_id = fields.Many2one(
        "res.users",
        index=True,
        tracking=True,
        check_company=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("logistics_customer_service.group_agent").id)
        ],
    )
