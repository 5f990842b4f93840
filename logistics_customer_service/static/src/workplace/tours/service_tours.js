import { markup } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const MODULE = "logistics_customer_service";

function openApp(content) {
    return [
        stepUtils.showAppsMenuItem(),
        {
            trigger: `.o_app[data-menu-xmlid='${MODULE}.menu_root']`,
            content,
            tooltipPosition: "right",
            run: "click",
        },
    ];
}

function openMenu(section, menu, content, hint) {
    return [
        {
            trigger: `.o_menu_sections [data-menu-xmlid='${MODULE}.${section}']`,
            content,
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: `.o-dropdown--menu [data-menu-xmlid='${MODULE}.${menu}']`,
            content: hint,
            tooltipPosition: "right",
            run: "click",
        },
    ];
}

/** Five minutes: what waits, a case, a customer. */
registry.category("web_tour.tours").add("logistics_service_agent_tour", {
    url: "/odoo",
    steps: () => [
        ...openApp(markup(_t("Everything of <b>customer service</b> begins here."))),
        { trigger: ".o_list_view, .o_kanban_view, .o_logistics_overview" },
        ...openMenu(
            "menu_workplace",
            "menu_my_work",
            _t("Your workplace: what waits for you and for your team."),
            markup(_t("<b>My Work</b> is one list, the next deadline first. Each row has one button: what is next."))
        ),
        { trigger: ".o_list_view, .o_kanban_view" },
        ...openMenu(
            "menu_complaints",
            "menu_all_cases",
            _t("Whatever customers turn to you with is a case."),
            _t("Mails and forms become cases by themselves; what is said by phone you register yourself.")
        ),
        { trigger: ".o_kanban_view, .o_list_view" },
        ...openMenu(
            "menu_customers",
            "menu_profiles",
            _t("Before you answer: who is the customer?"),
            _t("A profile shows the tier, what was agreed, and every contact so far.")
        ),
        { trigger: ".o_list_view, .o_kanban_view" },
    ],
});

/** Ten minutes: what is to be decided, what customers receive, what the figures say. */
registry.category("web_tour.tours").add("logistics_service_manager_tour", {
    url: "/odoo",
    steps: () => [
        ...openApp(markup(_t("Everything of <b>customer service</b> begins here."))),
        { trigger: ".o_logistics_overview" },
        ...openMenu(
            "menu_configuration",
            "menu_guide",
            _t("What a company decides stands under Configuration."),
            markup(_t("The <b>guide</b> leads from the installation to the first day."))
        ),
        {
            trigger: ".o_logistics_guide [data-step='notices'] [data-button='sent']",
            content: _t("Nothing is sent until you switch it on. See what there is to send."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger: "button[name='action_preview']",
            content: _t("Every rule shows a sample of what a customer would get."),
            tooltipPosition: "left",
            run: "click",
        },
        {
            trigger: ".modal .btn-close, .modal button[special='cancel']",
            content: _t("Switch a rule on when its sample is right."),
            run: "click",
        },
        ...openMenu(
            "menu_workplace",
            "menu_team_work",
            _t("What waits for your people?"),
            _t("All that waits for the team; select rows to give them to somebody else.")
        ),
        { trigger: ".o_list_view, .o_kanban_view" },
        ...openMenu(
            "menu_reporting",
            "logistics_indicator_figure_menu",
            _t("How good is the service?"),
            _t("Each figure with what it is a share of, its goal and its rows.")
        ),
        { trigger: ".o_list_view, .o_kanban_view" },
        ...openMenu(
            "menu_workplace",
            "menu_home",
            _t("Back to where you begin each day."),
            _t("What is overdue, unassigned or to be approved, and the figures above it.")
        ),
        { trigger: ".o_logistics_overview" },
    ],
});
