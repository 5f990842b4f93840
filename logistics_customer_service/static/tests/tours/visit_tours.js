import { registry } from "@web/core/registry";

/** A visitor's stop on the phone: no step needs the keyboard but for what the customer says. */
registry.category("web_tour.tours").add("logistics_visit_tour", {
    url: "/odoo/my-visits",
    steps: () => [
        {
            content: "The first stop of the day",
            trigger: ".o_kanban_record:contains('Tour Cold Foods')",
            run: "click",
        },
        {
            content: "At the door",
            trigger: ".o_logistics_visit_check:contains('Check In')",
            run: "click",
        },
        { trigger: ".o_logistics_visit_check:contains('Check Out')" },
        {
            content: "Nothing on the screen needs to be pushed aside",
            trigger: ".o_form_view",
            run({ anchor }) {
                const content = anchor.closest(".o_content") || anchor;
                if (content.scrollWidth > window.innerWidth) {
                    throw new Error(`The form is ${content.scrollWidth} px wide`);
                }
            },
        },
        {
            content: "The customer wishes for something",
            trigger: "[name='topics'] button:contains('Wish')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='text'] textarea",
            run: "edit Before eight on Saturdays",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: ".o_field_widget[name='finding_ids'] .o_kanban_record:contains('Before eight')" },
        {
            content: "Something is agreed",
            trigger: ".o_field_widget[name='action_ids'] .o-kanban-button-new, .o_field_widget[name='action_ids'] button:contains('Add')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='name'] input",
            run: "edit Ask transport about Saturdays",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: ".o_field_widget[name='action_ids'] .o_kanban_record:contains('Ask transport')" },
        {
            content: "The customer signs",
            trigger: ".o_field_widget[name='signed_by'] input",
            run: "edit Wang Min",
        },
        { trigger: ".o_field_widget[name='signature'] .o_signature", run: "click" },
        { trigger: ".modal .o_web_sign_auto_button", run: "click" },
        { trigger: ".modal-footer button.btn-primary:enabled", run: "click" },
        { trigger: ".o_field_widget[name='signature'] img" },
        {
            content: "On to the next",
            trigger: ".o_logistics_visit_check:contains('Check Out')",
            run: "click",
        },
        { trigger: ".o_form_view:not(:has(.o_logistics_visit_check))" },
    ],
});
