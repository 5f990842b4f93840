import { registry } from "@web/core/registry";
import { openApp } from "./tour_steps";

const KEYS = { done: "d", no_answer: "a", postponed: "l", refused: "f", wrong_number: "w" };
// what becomes of twenty calls, one after the other
const HOUR = [
    ...["done", "no_answer", "done", "postponed", "done", "refused", "done", "wrong_number"],
    ...["done", "no_answer", "postponed", "done", "no_answer", "done", "refused", "done"],
    ...["wrong_number", "postponed", "done", "no_answer"],
];

const name = (number) => `Hour ${String(number).padStart(2, "0")}`;
const person = (number) =>
    `.o_form_view .o_field_widget[name='partner_id']:contains('${name(number)}')`;
const inCall = (number) => [
    { content: `Call ${number} is on the screen`, trigger: person(number) },
    {
        content: "The call before is off the screen",
        trigger:
            ".o_action_manager:not(:has(button[name='action_next_call'])) button[name='action_done']:visible",
    },
];

/** The result by its key, and what it asks for. */
function end(number, result) {
    const steps = [
        {
            content: `Call ${number}: ${result}`,
            trigger: "button[name='action_done']:visible",
            run: `press alt+${KEYS[result]}`,
        },
    ];
    if (result === "postponed") {
        steps.push({
            content: "Until tomorrow",
            trigger: ".modal button[name='action_postpone']:visible",
            run: "press alt+q",
        });
    } else if (result === "refused") {
        steps.push({
            content: "Nobody calls again",
            trigger: ".modal .modal-footer .btn-primary:visible",
            run: "press Enter",
        });
    }
    return steps;
}

const goOn = {
    content: "The next one is shown",
    trigger: "button[name='action_next_call']:visible",
    run: "press alt+g",
};
const start = (number) => [
    { content: `Call ${number} is shown, and nobody's yet`, trigger: `.o_field_widget[name='partner_id'] input:value(${name(number)})` },
    {
        content: "It is the agent's from now on",
        trigger: ".o_statusbar_buttons .btn-primary[name='action_start']:visible",
        run: "press alt+q",
    },
];

registry.category("web_tour.tours").add("logistics_agent_hour_tour", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        {
            content: "Who is to be called? The first of all that waits",
            trigger: ".o_list_view .o_data_row button[name='action_start']",
            run: "click",
        },
        ...inCall(1),
        {
            content: "What was said is kept with the result",
            trigger: ".o_field_widget[name='note'] textarea",
            run: "edit All came whole",
        },
        ...HOUR.flatMap((result, index) => [
            ...(index ? [goOn, ...start(index + 1), ...inCall(index + 1)] : []),
            ...(index === 4 ? openCase : []),
            ...end(index + 1, result),
        ]),
        goOn,
        {
            content: "Nobody is left",
            trigger: ".o_notification:contains('Nobody waits for a call now')",
        },
    ],
});

const openCase = [
    {
        content: "Something is to be put right",
        trigger: "button[name='action_open_case']:visible",
        run: "press alt+o",
    },
    {
        trigger: ".modal .o_field_widget[name='name'] input",
        run: "edit Two cartons broken",
    },
    {
        trigger: ".modal-footer button[name='action_register']:visible",
        run: "click",
    },
    { trigger: ".o_form_view .o_field_widget[name='number']:contains('C/')" },
    {
        content: "Back to the call",
        trigger: ".o_control_panel .o_back_button",
        run: "press alt+b",
    },
    ...inCall(5),
];
