from odoo import fields, models


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_logistics_answers = fields.Boolean("Answers to Surveys")
    kpi_logistics_answers_value = fields.Integer(
        compute="_compute_kpi_logistics_answers_value", export_string_translation=False
    )
    kpi_logistics_csat = fields.Boolean("Satisfied Customers (%)")
    kpi_logistics_csat_value = fields.Float(
        compute="_compute_kpi_logistics_csat_value", export_string_translation=False
    )
    kpi_logistics_bad_answers = fields.Boolean("Bad Answers")
    kpi_logistics_bad_answers_value = fields.Integer(
        compute="_compute_kpi_logistics_bad_answers_value", export_string_translation=False
    )

    def _compute_kpi_logistics_answers_value(self):
        self._sum_logistics_answers("kpi_logistics_answers_value", "answer_count")

    def _compute_kpi_logistics_bad_answers_value(self):
        self._sum_logistics_answers("kpi_logistics_bad_answers_value", "low_count")

    def _compute_kpi_logistics_csat_value(self):
        """Of too few answers there is none: the digest says zero, and how many answered."""
        self._check_logistics_access()
        start, end, companies = self._get_kpi_compute_parameters()
        rows = self.env["logistics.feedback.report"]._read_group(
            [
                ("company_id", "in", companies.ids),
                ("answered_at", ">=", start),
                ("answered_at", "<", end),
            ],
            ["company_id"],
            ["csat:avg"],
        )
        shares = {company.id: csat or 0.0 for company, csat in rows}
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_logistics_csat_value = shares.get(company.id, 0.0)

    def _sum_logistics_answers(self, name, column):
        self._check_logistics_access()
        self._calculate_company_based_kpi(
            "logistics.feedback.report",
            name,
            date_field="answered_at",
            additional_domain=[(column, "=", 1)],
        )

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("logistics_customer_service.menu_root").id
        report = f"logistics_customer_service.logistics_feedback_report_action?menu_id={menu}"
        names = ("kpi_logistics_answers", "kpi_logistics_csat", "kpi_logistics_bad_answers")
        return {**actions, **dict.fromkeys(names, report)}
