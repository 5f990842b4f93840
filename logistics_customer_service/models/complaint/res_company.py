from odoo import api, fields, models

SEQUENCE_CODE = "logistics.complaint"


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_repeat_days = fields.Integer(
        string="Repeated Within (Days)",
        default=30,
        help="A second complaint of a customer in the same category within so many days is marked "
        "as repeated and one step more urgent.",
    )
    logistics_duplicate_days = fields.Integer(
        string="Duplicates Within (Days)",
        default=14,
        help="Cases so recent are offered as duplicates when a new one is registered.",
    )
    logistics_reopen_days = fields.Integer(
        string="Reopen Within (Days)",
        default=14,
        help="A customer's answer reopens a case closed so many days ago at most; later it opens "
        "a new one linked to it.",
    )

    _check_logistics_days = models.Constraint(
        "CHECK (logistics_repeat_days >= 0 AND logistics_duplicate_days >= 0"
        " AND logistics_reopen_days >= 0)",
        "A number of days cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_logistics_complaint_sequence()
        return companies

    @api.model
    def _create_missing_logistics_sequences(self):
        """Give every company a sequence of its own for the numbers of cases."""
        sequences = self.env["ir.sequence"].search([("code", "=", SEQUENCE_CODE)])
        (self.search([]) - sequences.company_id)._create_logistics_complaint_sequence()

    def _create_logistics_complaint_sequence(self):
        # who may make a company makes what belongs to it
        self.env["ir.sequence"].sudo().create(
            [company._prepare_logistics_complaint_sequence() for company in self]
        )

    def _prepare_logistics_complaint_sequence(self):
        return {
            "name": self.env._("Complaint numbers of %s", self.name),
            "code": SEQUENCE_CODE,
            "company_id": self.id,
            "prefix": "C/%(range_year)s/",
            "padding": 5,
            "use_date_range": True,
            "implementation": "standard",
        }
