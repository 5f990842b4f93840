import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

registry.category("web_tour.tours").add("logistics_agent_tour", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
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
        ...openApp(),
        {
            content: "Open the policies",
            trigger: "button[data-menu-xmlid='logistics_customer_service.menu_configuration']",
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

registry.category("web_tour.tours").add("logistics_exception_tour", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        {
            content: "Open the shipments",
            trigger: "button[data-menu-xmlid='logistics_customer_service.menu_shipments']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='logistics_customer_service.menu_exceptions']",
            run: "click",
        },
        {
            content: "Open what is late",
            trigger: ".o_data_row:contains('Tour Cold Foods') .o_data_cell[name='partner_id']",
            run: "click",
        },
        {
            content: "Take it",
            trigger: ".o_form_view button[name='action_take']",
            run: "click",
        },
        {
            content: "It is mine",
            trigger: ".o_arrow_button_current[data-value='in_hand']",
        },
        {
            content: "The customer's number is at hand",
            trigger: ".o_field_widget[name='phone'] a[href='tel:+862155501201']",
        },
        {
            content: "Look at the delivery",
            trigger: "button[name='action_open_delivery']",
            run: "click",
        },
        {
            trigger: ".o_form_view .alert-danger:contains('Late')",
        },
        {
            content: "Add what the driver said",
            trigger: "button[name='action_add_shipment_event']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='kind'] select, .modal .o_field_widget[name='kind'] input",
        },
        {
            content: "Silence is not for people to note",
            trigger: ".modal .o_field_widget[name='kind']:not(:contains('Silent'))",
        },
        {
            trigger: ".modal .btn-close, .modal-header button[aria-label='Close']",
            run: "click",
        },
        {
            content: "Back to the exception",
            trigger: ".o_back_button, .breadcrumb-item:last-of-type a",
            run: "click",
        },
        {
            content: "What came of the call",
            trigger: ".o_form_view:has(.o_arrow_button_current[data-value='in_hand']) button[name='action_settle'].btn-primary",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='outcome'] textarea",
            run: "edit Friday is fine",
        },
        {
            trigger: ".modal button[name='action_settle']",
            run: "click",
        },
        {
            content: "Settled",
            trigger: ".o_arrow_button_current[data-value='settled']",
        },
        {
            trigger: ".o_field_widget[name='outcome']:contains('Friday is fine')",
        },
    ],
});
