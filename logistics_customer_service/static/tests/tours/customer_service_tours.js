import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openApp = [
    stepUtils.showAppsMenuItem(),
    {
        content: "Open Customer Service",
        trigger: ".o_app[data-menu-xmlid='logistics_customer_service.menu_root']",
        run: "click",
    },
];

registry.category("web_tour.tours").add("logistics_agent_tour", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "Open the customers",
            trigger: "button[data-menu-xmlid='logistics_customer_service.menu_customers']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='logistics_customer_service.menu_profiles']",
            run: "click",
        },
        {
            content: "Open the customer",
            trigger: ".o_data_cell:contains('Tour Cold Foods')",
            run: "click",
        },
        {
            content: "Say that the goods are chilled",
            trigger: ".o_field_widget[name='cargo_nature_ids'] input",
            run: "edit Chilled",
        },
        {
            trigger: ".o-autocomplete--dropdown-item > a:contains('Chilled')",
            run: "click",
        },
        {
            content: "Tell the drivers where to go",
            trigger: ".o_field_widget[name='delivery_notes'] textarea",
            run: "edit Gate 3",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Saved; look at the score",
            trigger: ".o_form_saved .o_notebook a[name='score']",
            run: "click",
        },
        {
            content: "The score is explained",
            trigger: ".o_logistics_score .progress-bar",
        },
        {
            content: "Open the customer as a contact",
            trigger: ".o_field_widget[name='partner_id'] a",
            run: "click",
        },
        {
            content: "The contact shows the profile",
            trigger: ".o_notebook a[name='logistics']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='logistics_needs']:contains('Chilled')",
        },
        {
            trigger: ".o_field_widget[name='logistics_delivery_notes']:contains('Gate 3')",
        },
    ],
});

registry.category("web_tour.tours").add("logistics_manager_tour", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "Open the tiers",
            trigger: "button[data-menu-xmlid='logistics_customer_service.menu_tiers']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='logistics_customer_service.menu_tier_schemes']",
            run: "click",
        },
        {
            content: "Open the draft",
            trigger: ".o_data_cell:contains('Tour Scheme')",
            run: "click",
        },
        {
            content: "See who would move",
            trigger: "button[name='action_try_on_live_data']",
            run: "click",
        },
        {
            content: "The matrix of moves",
            trigger: ".o_pivot td.o_pivot_cell_value",
        },
        {
            content: "Back to the draft",
            trigger: ".o_back_button, .breadcrumb-item:contains('Tour Scheme') a",
            run: "click",
        },
        {
            content: "Put it in force",
            trigger: "button[name='action_put_in_force']",
            run: "click",
        },
        {
            content: "Yes, really",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It is in force",
            trigger: ".o_arrow_button_current[data-value='in_force']",
        },
        {
            trigger: "body:not(:has(button[name='action_put_in_force']))",
        },
    ],
});
