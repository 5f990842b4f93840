import { describe as suite, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    allowTranslations,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { getDefaultConfig } from "@web/views/view";
import { PhoneScreen } from "@logistics_customer_service/satisfaction/answer/phone/phone_screen";

const FACES = [1, 2, 3, 4, 5].map((step) => ({ value: 10 + step, step, label: `Face ${step}` }));
const SHEET = {
    title: "Your delivery",
    person: { name: "Ann", company: "Ann", language: "English", time: "09:00" },
    about: [],
    earlier: [],
    state: "sent",
    questions: [
        { id: 1, kind: "faces", title: "How was it?", options: FACES, triggers: [] },
        { id: 2, kind: "faces", title: "And the courier?", options: FACES, triggers: [] },
    ],
};

defineMailModels();

async function show() {
    allowTranslations();
    onRpc("logistics.survey.phone", "action_get_sheet", () => structuredClone(SHEET));
    await mountWithCleanup(PhoneScreen, {
        componentEnv: { config: getDefaultConfig() },
        props: { action: { params: { phone_id: 3 } }, actionId: 1, className: "" },
    });
    await animationFrame();
}

suite("logistics_customer_service.phone_screen", () => {
    test("digits choose from the moment it opens", async () => {
        await show();
        await press("4");
        await animationFrame();
        expect(queryAllTexts(".o_chosen span")).toEqual(["Face 4"]);
        await press("Enter");
        await press("2");
        await animationFrame();
        expect(queryAllTexts(".o_chosen span")).toEqual(["Face 4", "Face 2"]);
    });

    test("digits choose after a click beside the questions, and for the one that is asked next", async () => {
        await show();
        await press("5");
        document.activeElement.blur();
        await press("1");
        await animationFrame();
        expect(queryAllTexts(".o_chosen span")).toEqual(["Face 5", "Face 1"]);
    });
});
