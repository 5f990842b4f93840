from odoo import fields, models


class LogisticsCaseDocumentMixin(models.AbstractModel):
    """The head of what settles a case: the case, which stays while it has such, and its company.

    What goes with its case, such as a question about it, is no such document.
    """

    _name = "logistics.case.document.mixin"
    _description = "Settles a Case"
    _check_company_auto = True

    complaint_id = fields.Many2one(
        "logistics.complaint",
        string="Case",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, index=True)
