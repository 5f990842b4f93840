import { registry } from "@web/core/registry";

const dialogue = ".modal:has(button[name='action_erase'])";
const tick = (name) => ({
    content: `Tick ${name}`,
    trigger: `${dialogue} .o_field_widget[name='${name}'] input`,
    run: "check",
});
const erase = {
    content: "Erase for good",
    trigger: `${dialogue} button[name='action_erase']`,
    run: "click",
};
/** It says what is missing, and the dialogue stays. */
const told = (words) => [
    { content: words, trigger: `.o_error_dialog .modal-body:contains('${words}')` },
    { content: "Read", trigger: ".o_error_dialog .modal-footer button", run: "click" },
    { content: "Back in the dialogue", trigger: `body:not(:has(.o_error_dialog)) ${dialogue}` },
];

registry.category("web_tour.tours").add("logistics_erasure_tour", {
    steps: () => [
        { content: "The gear of the contact", trigger: ".o_cp_action_menus button", run: "click" },
        {
            content: "Erase Person",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains('Erase Person')",
            run: "click",
        },
        { content: "What goes", trigger: `${dialogue} td:contains('Case')` },
        erase,
        ...told("Open cases: 1"),
        tick("anyway"),
        erase,
        ...told("cannot be taken back"),
        tick("sure"),
        erase,
        {
            content: "The protocol, and no way back to the name",
            trigger: ".o_form_view .o_field_widget[name='line_ids'] .o_data_row",
        },
        {
            content: "Nobody is named",
            trigger: "body:not(:contains('Tour Erasable'))",
        },
    ],
});
