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

/** Return steps of the user's with one more that fails where they take too many clicks. */
export function withinClicks(limit, steps) {
    const clicks = steps.filter((step) => /^(click|check)/.test(step.run || "")).length;
    return [
        ...steps,
        {
            content: `${clicks} clicks`,
            trigger: "body",
            run() {
                if (clicks > limit) {
                    throw new Error(`${clicks} clicks, which are more than ${limit}`);
                }
            },
        },
    ];
}
