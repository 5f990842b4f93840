from odoo import fields, models


class LogisticsEvidence(models.Model):
    """A file or a fact that speaks for or against what is claimed."""

    _name = "logistics.evidence"
    _inherit = "logistics.past.mixin"
    _description = "Evidence"
    _order = "complaint_id, sequence, id"
    _past_fields = ("received_on",)

    complaint_id = fields.Many2one(
        "logistics.complaint", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("photo", "Photo"),
            ("video", "Video"),
            ("delivery_proof", "Proof of delivery"),
            ("recording", "Recording of a call"),
            ("document", "Document"),
            ("statement", "Statement"),
            ("measurement", "Measurement"),
        ],
        required=True,
        default="photo",
    )
    name = fields.Char(string="What It Shows", required=True)
    source = fields.Selection(
        [
            ("customer", "Customer"),
            ("carrier", "Carrier"),
            ("own", "Own people"),
            ("other", "Somebody else"),
        ],
        string="Comes From",
        required=True,
        default="customer",
    )
    received_on = fields.Date(default=fields.Date.context_today)
    file = fields.Binary(attachment=True)
    file_name = fields.Char()
