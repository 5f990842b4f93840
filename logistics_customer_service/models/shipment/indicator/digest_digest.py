from odoo import fields, models

from ...customer.logistics_profile_mixin import AGENTS


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    # what somebody may not read the digest leaves out of his mail
    kpi_logistics_on_time = fields.Boolean("Orders Delivered on Time")
    kpi_logistics_on_time_value = fields.Integer(
        compute="_compute_kpi_logistics_on_time_value", groups=AGENTS, export_string_translation=False
    )
    kpi_logistics_late = fields.Boolean("Orders Late or Overdue")
    kpi_logistics_late_value = fields.Integer(
        compute="_compute_kpi_logistics_late_value", groups=AGENTS, export_string_translation=False
    )

    def _compute_kpi_logistics_on_time_value(self):
        self._count_logistics_orders("kpi_logistics_on_time_value", ("kept", "short"))

    def _compute_kpi_logistics_late_value(self):
        self._count_logistics_orders("kpi_logistics_late_value", ("late", "late_short", "overdue"))

    def _count_logistics_orders(self, name, verdicts):
        """Count orders promised for the period, whose lines share the verdict: one line each."""
        self._calculate_company_based_kpi(
            "logistics.delivery.report",
            name,
            date_field="promised_date",
            additional_domain=[("is_first_line", "=", True), ("verdict", "in", verdicts)],
        )

    def _compute_kpis(self, company, user):
        """As inherited, without figures of parts that are switched off.

        The mail is told of which figures more is worse, see ``digest_tool_kpi``.
        """
        off = self._find_logistics_off_kpis()
        kpis = [kpi for kpi in super()._compute_kpis(company, user) if kpi["kpi_name"] not in off]
        for kpi in kpis:
            kpi["more_is_worse"] = kpi["kpi_name"] in self._get_logistics_burdens()
        return kpis

    def _find_logistics_off_kpis(self):
        parts, off = self._get_logistics_kpi_parts(), self.env["res.groups"]._get_logistics_parts_off()
        return {name for name, part in parts.items() if part in off}

    def _get_logistics_kpi_parts(self):
        """Return of which part of customer service each figure of ours is."""
        return dict.fromkeys(("kpi_logistics_on_time", "kpi_logistics_late"), "shipments")

    def _get_logistics_burdens(self):
        """Return the names of the figures of which more is worse."""
        return {"kpi_logistics_late"}

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("logistics_customer_service.menu_root").id
        report = f"logistics_customer_service.logistics_delivery_report_action?menu_id={menu}"
        return {**actions, "kpi_logistics_on_time": report, "kpi_logistics_late": report}
