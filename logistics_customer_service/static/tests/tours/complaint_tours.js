import { registry } from "@web/core/registry";
import { openApp, withinClicks } from "./tour_steps";

registry.category("web_tour.tours").add("logistics_call_tour", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...withinClicks(6, registerByPhone),
        {
            content: "The case has a number and its description",
            trigger: ".o_form_view .o_field_widget[name='number']:contains('C/')",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='description']:contains('Two cartons arrived broken')",
        },
        {
            content: "Begin to work on it",
            trigger: "button[name='action_start']",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains('In Progress')",
        },
    ],
});

const registerByPhone = [
    {
        content: "A call comes in",
        trigger: "button[data-menu-xmlid='logistics_customer_service.menu_complaints']",
        run: "click",
    },
    {
        trigger: ".dropdown-item[data-menu-xmlid='logistics_customer_service.menu_register_case']",
        run: "click",
    },
    {
        content: "The caller gives the telephone number",
        trigger: ".modal .o_field_widget[name='query'] input",
        run: "edit 021 5550 7788 && press Tab",
    },
    {
        content: "The customer is found; the last order stands beside and is ticked",
        trigger: ".modal .o_field_widget[name='row_ids'] .o_data_row .o_field_boolean, .modal .o_field_widget[name='row_ids'] .o_data_row .o_boolean_cell, .modal .o_field_widget[name='row_ids'] .o_data_row td[name='chosen']",
        run: "click",
    },
    {
        trigger: ".modal .o_field_widget[name='row_ids'] .o_data_row input[type='checkbox']",
        run: "check",
    },
    {
        content: "What it is about",
        trigger: ".modal .o_field_widget[name='category_id'] input",
        run: "edit Goods Broken",
    },
    {
        trigger: ".o-autocomplete--dropdown-item > a:contains('Goods Broken')",
        run: "click",
    },
    {
        content: "What happened",
        trigger: ".modal .o_field_widget[name='description'] textarea",
        run: "edit Two cartons arrived broken",
    },
    {
        content: "Register",
        trigger: ".modal-footer button[name='action_register']:visible",
        run: "click",
    },
];
