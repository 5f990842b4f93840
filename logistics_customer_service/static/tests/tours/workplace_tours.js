import { registry } from "@web/core/registry";
import { withinClicks } from "./tour_steps";

const reassign = [
    {
        content: "All ten cases",
        trigger: ".o_list_view:has(.o_data_row:eq(9)) thead .o_list_record_selector input",
        run: "click",
    },
    {
        trigger: ".o_control_panel button[name='action_assign']",
        run: "click",
    },
    {
        content: "To a colleague",
        trigger: ".modal .o_field_widget[name='user_id'] input",
        run: "edit tour_colleague",
    },
    {
        trigger: ".o-autocomplete--dropdown-item:contains('colleague')",
        run: "click",
    },
    {
        trigger: ".modal-footer button[name='action_assign']",
        run: "click",
    },
];

registry.category("web_tour.tours").add("logistics_reassign_tour", {
    steps: () => [
        ...withinClicks(5, reassign),
        { content: "They are the colleague's", trigger: ".o_list_view:not(:has(.modal))" },
        { trigger: ".o_data_row:eq(9) td[name='user_id']:contains('colleague')" },
    ],
});
