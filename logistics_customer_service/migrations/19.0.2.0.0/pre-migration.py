from odoo.addons.logistics_customer_service.renames import apply_renames

# (old, new)
RENAMED_MODELS = [
    ("logistics.contact", "logistics.touchpoint"),
    ("logistics.visit.daily.line", "logistics.visit.daily.report.line"),
    ("logistics.visit.daily.missing", "logistics.visit.daily.report.missing"),
    ("logistics.visit.daily", "logistics.visit.daily.report"),
    ("logistics.visit.monthly.figure", "logistics.visit.monthly.report.figure"),
    ("logistics.visit.monthly", "logistics.visit.monthly.report"),
    ("logistics.visit.report", "logistics.visit.analysis"),
    ("logistics.visit.urgent", "logistics.visit.urgent.report"),
]
# (model by its new name, old, new)
RENAMED_FIELDS = []
# (model and field by their new names, old, new)
RENAMED_VALUES = [
    # what is sent has the same states everywhere
    ("logistics.survey.request", "state", "planned", "waiting"),
    ("logistics.survey.request", "state", "not_sent", "suppressed"),
    ("logistics.survey.response.report", "state", "planned", "waiting"),
    ("logistics.survey.response.report", "state", "not_sent", "suppressed"),
]
# (old, new), without the module's name; those that Odoo makes for models, fields and values follow these
RENAMED_XMLIDS = [
    ("access_logistics_contact_agent", "access_logistics_touchpoint_agent"),
    ("access_logistics_visit_daily_agent", "access_logistics_visit_daily_report_agent"),
    ("access_logistics_visit_daily_line_agent", "access_logistics_visit_daily_report_line_agent"),
    ("access_logistics_visit_daily_missing_agent", "access_logistics_visit_daily_report_missing_agent"),
    ("access_logistics_visit_monthly_agent", "access_logistics_visit_monthly_report_agent"),
    ("access_logistics_visit_monthly_figure_agent", "access_logistics_visit_monthly_report_figure_agent"),
    ("access_logistics_visit_monthly_manager", "access_logistics_visit_monthly_report_manager"),
    ("access_logistics_visit_monthly_supervisor", "access_logistics_visit_monthly_report_supervisor"),
    ("access_logistics_visit_report_agent", "access_logistics_visit_analysis_agent"),
    ("access_logistics_visit_urgent_agent", "access_logistics_visit_urgent_report_agent"),
    ("logistics_contact_action", "logistics_touchpoint_action"),
    ("logistics_contact_action_customer", "logistics_touchpoint_action_customer"),
    ("logistics_contact_action_planned", "logistics_touchpoint_action_planned"),
    ("logistics_contact_rule_company", "logistics_touchpoint_rule_company"),
    ("logistics_contact_view_calendar", "logistics_touchpoint_view_calendar"),
    ("logistics_contact_view_form", "logistics_touchpoint_view_form"),
    ("logistics_contact_view_graph", "logistics_touchpoint_view_graph"),
    ("logistics_contact_view_kanban", "logistics_touchpoint_view_kanban"),
    ("logistics_contact_view_list", "logistics_touchpoint_view_list"),
    ("logistics_contact_view_pivot", "logistics_touchpoint_view_pivot"),
    ("logistics_contact_view_pivot_days", "logistics_touchpoint_view_pivot_days"),
    ("logistics_contact_view_search", "logistics_touchpoint_view_search"),
    ("logistics_visit_daily_action", "logistics_visit_daily_report_action"),
    ("logistics_visit_daily_action_to_read", "logistics_visit_daily_report_action_to_read"),
    ("logistics_visit_daily_line_rule_company", "logistics_visit_daily_report_line_rule_company"),
    ("logistics_visit_daily_line_rule_own", "logistics_visit_daily_report_line_rule_own"),
    ("logistics_visit_daily_line_rule_supervisor", "logistics_visit_daily_report_line_rule_supervisor"),
    ("logistics_visit_daily_line_rule_team", "logistics_visit_daily_report_line_rule_team"),
    ("logistics_visit_daily_missing_action", "logistics_visit_daily_report_missing_action"),
    ("logistics_visit_daily_missing_rule_company", "logistics_visit_daily_report_missing_rule_company"),
    ("logistics_visit_daily_missing_rule_supervisor", "logistics_visit_daily_report_missing_rule_supervisor"),
    ("logistics_visit_daily_missing_rule_team", "logistics_visit_daily_report_missing_rule_team"),
    ("logistics_visit_daily_missing_view_kanban", "logistics_visit_daily_report_missing_view_kanban"),
    ("logistics_visit_daily_missing_view_list", "logistics_visit_daily_report_missing_view_list"),
    ("logistics_visit_daily_missing_view_search", "logistics_visit_daily_report_missing_view_search"),
    ("logistics_visit_daily_rule_company", "logistics_visit_daily_report_rule_company"),
    ("logistics_visit_daily_rule_own", "logistics_visit_daily_report_rule_own"),
    ("logistics_visit_daily_rule_supervisor", "logistics_visit_daily_report_rule_supervisor"),
    ("logistics_visit_daily_rule_team", "logistics_visit_daily_report_rule_team"),
    ("logistics_visit_daily_view_calendar", "logistics_visit_daily_report_view_calendar"),
    ("logistics_visit_daily_view_form", "logistics_visit_daily_report_view_form"),
    ("logistics_visit_daily_view_kanban", "logistics_visit_daily_report_view_kanban"),
    ("logistics_visit_daily_view_list", "logistics_visit_daily_report_view_list"),
    ("logistics_visit_daily_view_search", "logistics_visit_daily_report_view_search"),
    ("logistics_visit_monthly_action", "logistics_visit_monthly_report_action"),
    ("logistics_visit_monthly_figure_rule_company", "logistics_visit_monthly_report_figure_rule_company"),
    (
        "logistics_visit_monthly_figure_rule_supervisor",
        "logistics_visit_monthly_report_figure_rule_supervisor",
    ),
    ("logistics_visit_monthly_figure_rule_team", "logistics_visit_monthly_report_figure_rule_team"),
    ("logistics_visit_monthly_rule_company", "logistics_visit_monthly_report_rule_company"),
    ("logistics_visit_monthly_rule_supervisor", "logistics_visit_monthly_report_rule_supervisor"),
    ("logistics_visit_monthly_rule_team", "logistics_visit_monthly_report_rule_team"),
    ("logistics_visit_monthly_view_form", "logistics_visit_monthly_report_view_form"),
    ("logistics_visit_monthly_view_kanban", "logistics_visit_monthly_report_view_kanban"),
    ("logistics_visit_monthly_view_list", "logistics_visit_monthly_report_view_list"),
    ("logistics_visit_monthly_view_search", "logistics_visit_monthly_report_view_search"),
    ("logistics_visit_report_action", "logistics_visit_analysis_action"),
    ("logistics_visit_report_rule_company", "logistics_visit_analysis_rule_company"),
    ("logistics_visit_report_view_graph", "logistics_visit_analysis_view_graph"),
    ("logistics_visit_report_view_list", "logistics_visit_analysis_view_list"),
    ("logistics_visit_report_view_pivot", "logistics_visit_analysis_view_pivot"),
    ("logistics_visit_report_view_search", "logistics_visit_analysis_view_search"),
    ("logistics_visit_urgent_action", "logistics_visit_urgent_report_action"),
    ("logistics_visit_urgent_action_analysis", "logistics_visit_urgent_report_action_analysis"),
    ("logistics_visit_urgent_action_new", "logistics_visit_urgent_report_action_new"),
    ("logistics_visit_urgent_rule_company", "logistics_visit_urgent_report_rule_company"),
    ("logistics_visit_urgent_rule_own", "logistics_visit_urgent_report_rule_own"),
    ("logistics_visit_urgent_rule_supervisor", "logistics_visit_urgent_report_rule_supervisor"),
    ("logistics_visit_urgent_rule_team", "logistics_visit_urgent_report_rule_team"),
    ("logistics_visit_urgent_view_form", "logistics_visit_urgent_report_view_form"),
    ("logistics_visit_urgent_view_graph", "logistics_visit_urgent_report_view_graph"),
    ("logistics_visit_urgent_view_kanban", "logistics_visit_urgent_report_view_kanban"),
    ("logistics_visit_urgent_view_list", "logistics_visit_urgent_report_view_list"),
    ("logistics_visit_urgent_view_pivot", "logistics_visit_urgent_report_view_pivot"),
    ("logistics_visit_urgent_view_search", "logistics_visit_urgent_report_view_search"),
    ("sequence_logistics_visit_urgent", "sequence_logistics_visit_urgent_report"),
    ("tracking_layout", "link_page_layout"),
]
# (old, new), of the methods that buttons call and of what else a customised view names
RENAMED_METHODS = [
    ("action_view_logistics_contacts", "action_view_logistics_touchpoints"),
    ("action_preview_logistics_contacts", "action_preview_logistics_touchpoints"),
    ("logistics_customer_service.tracking_layout", "logistics_customer_service.link_page_layout"),
    ("o_logistics_tracking", "o_logistics_page"),
]


def migrate(cr, version):
    """Give what is stored the names that today's code reads."""
    apply_renames(
        cr, RENAMED_MODELS, RENAMED_FIELDS, RENAMED_VALUES, RENAMED_XMLIDS, RENAMED_METHODS
    )
