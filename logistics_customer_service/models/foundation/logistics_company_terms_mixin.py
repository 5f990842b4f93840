from odoo import api, fields, models


class LogisticsCompanyTermsMixin(models.AbstractModel):
    """Terms of a company, else of every company without its own, in the currency they apply in."""

    _name = "logistics.company.terms.mixin"
    _description = "Terms of a Company"

    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for record in self:
            record.currency_id = (record.company_id or self.env.company).currency_id
