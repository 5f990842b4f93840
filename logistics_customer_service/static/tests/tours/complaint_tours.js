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
            trigger: ".o_form_view .o_case_words:contains('Two cartons arrived broken')",
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

/** The steps from an open composer to a sent answer, counted by the clicks that they take. */
function answer(text) {
    return [
        {
            content: "The answer is for the customer, by name",
            trigger: ".o-mail-RecipientsInput .o_tag:contains('Anna Weber')",
        },
        {
            content: "The customer's words stay in sight",
            trigger: ".o_logistics_main :contains('Two cartons are wet'):visible",
        },
        {
            trigger: ".o-mail-Composer-input",
            run: `edit ${text}`,
        },
        {
            content: "Send",
            trigger: ".o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            trigger: `.o-mail-Message:contains('${text}')`,
        },
    ];
}

/** The customer's words and the button that answers them are there without scrolling. */
function seenAtOnce() {
    return {
        content: "Words and Reply at first sight, before any field that is to be filled",
        trigger: ".o_case_reply",
        run() {
            const [words, reply, label] = [".o_case_words", ".o_case_reply", ".o_inner_group"].map(
                (selector) => document.querySelector(selector).getBoundingClientRect()
            );
            const seen = words.top > 0 && reply.bottom < window.innerHeight;
            const beside = label.left > words.right;
            if (!seen || !(beside || label.top > reply.bottom)) {
                throw new Error(`words ${words.top}, reply ${reply.bottom}, fields ${label.top}`);
            }
        },
    };
}

registry.category("web_tour.tours").add("logistics_reply_phone_tour", {
    steps: () => [
        {
            trigger: ".o_kanban_record:contains('Wet cartons')",
            run: "click",
        },
        seenAtOnce(),
        {
            trigger: ".o_case_reply:contains('Reply to Anna Weber, by mail')",
            run: "click",
        },
        ...answer("We send two new ones"),
    ],
});

registry.category("web_tour.tours").add("logistics_reply_tour", {
    steps: () => [
        {
            content: "Open the case",
            trigger: ".o_data_cell:contains('Wet cartons')",
            run: "click",
        },
        seenAtOnce(),
        {
            content: "Reply",
            trigger: ".o_case_reply:contains('Reply to Anna Weber, by mail')",
            run: "click",
        },
        ...answer("We send two new ones"),
        {
            content: "It is the customer's turn",
            trigger: "button[name='action_wait']",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains('Waiting for Customer')",
        },
        {
            content: "The other pages are a click away",
            trigger: ".o_notebook a[name='more']",
            run: "click",
        },
        {
            trigger: ".o_notebook a[name='clocks']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='clock_ids']",
        },
        {
            trigger: ".o_notebook a[name='talk']",
            run: "click",
        },
        {
            content: "A canned answer fills Odoo's composer",
            trigger: ".o_case_answers",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains('Please Send Us More')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='partner_ids'] .o_tag:contains('Anna Weber')",
        },
        {
            trigger: ".modal .o_mail_send:enabled, .modal button[name='action_send_mail']:enabled",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o-mail-Message:contains('photographs of the goods')",
        },
    ],
});

registry.category("web_tour.tours").add("logistics_work_reply_tour", {
    steps: () => [
        {
            content: "Reply from what waits",
            trigger: ".o_data_row:contains('Wet cartons') button:contains('Reply')",
            run: "click",
        },
        ...answer("We send two new ones"),
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
