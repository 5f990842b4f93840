from odoo import fields, models


class LogisticsComplaintWhy(models.Model):
    """One of the five whys: a question, and the answer that the next one asks about."""

    _name = "logistics.complaint.why"
    _description = "One of Five Whys"
    _order = "complaint_id, sequence, id"
    _rec_name = "answer"

    complaint_id = fields.Many2one(
        "logistics.complaint", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    question = fields.Char(string="Why?", required=True)
    answer = fields.Char(string="Because")
