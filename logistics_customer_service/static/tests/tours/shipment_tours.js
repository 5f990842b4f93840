import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("logistics_agree_date_tour", {
    steps: () => [
        {
            content: "The customer wants the goods later",
            trigger: "button[name='action_agree_promise']",
            run: "click",
        },
        {
            content: "The day agreed",
            trigger: ".modal .o_field_widget[name='promised_date'] input",
            run: "edit 06/15/2031 10:00:00",
        },
        {
            content: "And the reason",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Shop is being rebuilt",
        },
        {
            content: "The open line is chosen",
            trigger: ".modal .o_field_widget[name='line_ids'] .o_tag:contains('Carton')",
        },
        {
            content: "Keep it",
            trigger: ".modal button[name='action_agree']",
            run: "click",
        },
        {
            content: "The order shows its promises",
            trigger: "body:not(:has(.modal)) .o_notebook a[name='logistics_promises']",
            run: "click",
        },
        {
            content: "The new one with its reason",
            trigger: ".o_field_widget[name='promise_ids'] .o_data_row:contains('Shop is being rebuilt')",
        },
        {
            content: "The first one stays",
            trigger: ".o_field_widget[name='promise_ids'] .o_data_row:contains('Given at confirmation')",
        },
    ],
});

registry.category("web_tour.tours").add("logistics_shipment_tour", {
    steps: () => [
        {
            content: "What happened to the shipment?",
            trigger: ".o_notebook a[name='logistics_shipment']",
            run: "click",
        },
        {
            content: "Tell it",
            trigger: "button[name='action_add_shipment_event']",
            run: "click",
        },
        {
            content: "It was delivered",
            trigger: ".modal .o_field_widget[name='kind'] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Delivered')",
            run: "click",
        },
        {
            content: "Somebody signed",
            trigger: ".modal .o_field_widget[name='signer_name'] input",
            run: "edit Maria Lopez",
        },
        {
            content: "Here is the signature",
            trigger: ".modal .o_field_widget[name='signature'] input[type='file']:not(:visible)",
            async run({ anchor }) {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 20;
                const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
                const transfer = new DataTransfer();
                transfer.items.add(new File([blob], "signature.png", { type: "image/png" }));
                anchor.files = transfer.files;
                anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            trigger: ".modal .o_field_widget[name='signature'] img[src^='data:image']",
        },
        {
            content: "Save",
            trigger: ".modal .modal-footer .o_form_button_save, .modal .modal-footer button.btn-primary",
            run: "click",
        },
        {
            content: "The delivery is delivered, says staff",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='shipment_state']:contains('Delivered')",
        },
        {
            trigger: ".o_field_widget[name='delivered_source']:contains('Staff')",
        },
        {
            content: "Give the customer the link",
            trigger: "button[name='action_copy_tracking_link']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='url']:contains('/t/')",
        },
    ],
});
