import { stepUtils } from "@web_tour/tour_utils";

/** Return the steps that open the app of customer service. */
export function openApp() {
    return [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Customer Service",
            trigger: ".o_app[data-menu-xmlid='logistics_customer_service.menu_root']",
            run: "click",
        },
    ];
}
