from odoo import fields, models


class LogisticsGuideMark(models.Model):
    """What somebody said of a step of the guide, and the mail that tries the way out and back."""

    _name = "logistics.guide.mark"
    _description = "Step of the Guide"
    _rec_name = "step"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade", default=lambda self: self.env.company
    )
    step = fields.Char(required=True)
    state = fields.Selection([("done", "Done"), ("skipped", "Skipped")])
    token = fields.Char(copy=False, index="btree_not_null", groups=fields.NO_ACCESS)
    sent_at = fields.Datetime(readonly=True)
    arrived_at = fields.Datetime(readonly=True)
    failure = fields.Char(readonly=True)

    _step_unique = models.UniqueIndex("(company_id, step)")
