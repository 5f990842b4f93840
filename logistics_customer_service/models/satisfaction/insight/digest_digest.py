from odoo import fields, models
from odoo.fields import Domain

from ...customer.logistics_profile_mixin import AGENTS

ANSWERS = ("kpi_logistics_answers", "kpi_logistics_csat", "kpi_logistics_bad_answers")


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_logistics_answers = fields.Boolean("Answers to Surveys")
    kpi_logistics_answers_value = fields.Integer(
        compute="_compute_kpi_logistics_answers_value", groups=AGENTS, export_string_translation=False
    )
    kpi_logistics_csat = fields.Boolean("Satisfied Customers (%)")
    kpi_logistics_csat_value = fields.Float(
        compute="_compute_kpi_logistics_csat_value", groups=AGENTS, export_string_translation=False
    )
    kpi_logistics_bad_answers = fields.Boolean("Bad Answers")
    kpi_logistics_bad_answers_value = fields.Integer(
        compute="_compute_kpi_logistics_bad_answers_value", groups=AGENTS, export_string_translation=False
    )

    def _compute_kpi_logistics_answers_value(self):
        self._sum_logistics_answers("kpi_logistics_answers_value", "answer_count")

    def _compute_kpi_logistics_bad_answers_value(self):
        self._sum_logistics_answers("kpi_logistics_bad_answers_value", "bad_count")

    def _compute_kpi_logistics_csat_value(self):
        """Zero where there are too few answers; the mail says so, see :meth:`_compute_kpis`."""
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

    def _compute_kpis(self, company, user):
        """As inherited; a share of too few answers is no figure, and no fall against the time before."""
        kpis = super()._compute_kpis(company, user)
        for kpi in kpis:
            if kpi["kpi_name"] == "kpi_logistics_csat":
                self._mark_few_answers(kpi, company, user)
        return kpis

    def _get_logistics_kpi_parts(self):
        return {**super()._get_logistics_kpi_parts(), **dict.fromkeys(ANSWERS, "surveys")}

    def _get_logistics_burdens(self):
        return super()._get_logistics_burdens() | {"kpi_logistics_bad_answers"}

    def _mark_few_answers(self, kpi, company, user):
        for number, (_name, (current, previous)) in enumerate(self._compute_timeframes(company), 1):
            # whoever has no right to the answers gets no such line
            counts = [
                self.with_user(user)._count_logistics_scores(company, *frame) for frame in (current, previous)
            ]
            least = company._get_logistics_min_answers()
            if counts[0] < least:
                kpi[f"kpi_col{number}"]["value"] = self.env._("Too few (%s)", counts[0])
            if min(counts) < least:
                kpi[f"kpi_col{number}"]["margin"] = 0.0

    def _count_logistics_scores(self, company, start, end):
        return self.env["logistics.feedback.report"].search_count(
            Domain("company_id", "=", company.id)
            & Domain("answered_at", ">=", fields.Datetime.to_string(start))
            & Domain("answered_at", "<", fields.Datetime.to_string(end))
            & Domain("rated_count", "=", 1)
        )

    def _sum_logistics_answers(self, name, column):
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
        return {**actions, **dict.fromkeys(ANSWERS, report)}
