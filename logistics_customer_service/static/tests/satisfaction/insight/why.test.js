import { describe as suite, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, queryText, select } from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    allowTranslations,
    mockService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { user } from "@web/core/user";
import { getDefaultConfig } from "@web/views/view";
import { FeedbackBoard } from "@logistics_customer_service/satisfaction/insight/board/board";
import { Why } from "@logistics_customer_service/satisfaction/insight/why/why";

const FEW = { count: 3, few: true };
const NONE = { count: 0, few: true };

function figure(value, count = 40) {
    return { count, few: false, value, low: value - 0.1, high: value + 0.1 };
}

function aspect(id, name, vals) {
    return {
        id,
        name,
        csat: FEW,
        performance: FEW,
        derived: FEW,
        stated: NONE,
        expectation: NONE,
        gap: NONE,
        ...vals,
    };
}

const RESULT = {
    least: 10,
    domain: [["company_id", "in", [1]]],
    summary: { answers: 43, partial: 2, csat: figure(0.8, 43), nps: FEW, ces: NONE, easy: NONE },
    response: { sent: 100, responded: 43, rate: 0.43, domain: [["sent_count", "=", 1]] },
    aspects: [
        aspect(1, "Speed", { performance: figure(3), derived: figure(0.8), csat: figure(0.4) }),
        aspect(2, "Care", { performance: figure(4.5), derived: figure(0.3), csat: figure(0.9) }),
        aspect(3, "Manners", {}),
    ],
    pictures: {
        derived: {
            centre: { importance: 0.55, performance: 3.75 },
            least: 2,
            fields: { 1: "concentrate", 2: "overdone" },
        },
        stated: { centre: null, least: 2, fields: {} },
    },
    drivers: [1, 2],
    punctuality: {
        on_time: figure(4.3),
        late: figure(2.3),
        difference: { count: 80, few: false, value: -2, low: -2.2, high: -1.8 },
    },
    reasons: {
        count: 12,
        few: false,
        bars: [
            { name: "Late", aspect: "Speed", answer_ids: [7], count: 10, share: 10 / 12, cumulated: 10 / 12, vital: true },
            { name: "Torn", aspect: "Care", answer_ids: [8], count: 2, share: 2 / 12, cumulated: 1, vital: false },
        ],
    },
};

defineMailModels();

async function show(Component) {
    allowTranslations();
    mockDate("2026-03-31T12:00:00");
    mockService("action", { doAction: (action) => expect.step(action) });
    patchWithCleanup(user, { hasGroup: async () => true });
    onRpc("logistics.feedback.analysis", "action_get_choices", () => ({
        tier_id: [{ id: 5, name: "VIP" }],
    }));
    onRpc("logistics.feedback.analysis", "action_explain", ({ args }) => {
        expect.step(args[0]);
        return RESULT;
    });
    await mountWithCleanup(Component, {
        componentEnv: { config: getDefaultConfig() },
        props: { action: {}, actionId: 1, className: "" },
    });
    await animationFrame();
}

suite("logistics_customer_service.why", () => {
    test("figures, too few, and what they open", async () => {
        await show(Why);
        expect.verifySteps([{ date_from: "2025-03-31" }]);
        expect(queryAllTexts(".o_why_card_value")).toEqual(["80.0 %", "43.0 %"]);
        expect(queryText(".o_why_card:eq(1)")).toInclude("3");
        expect(".o_why_card:eq(1) .o_why_card_value").toHaveCount(0);
        expect(queryText(".o_why_verdict")).toBe("Late deliveries score 2.00 lower (95 %: -2.20 to -1.80).");
        expect(".o_why_picture .o_why_marker").toHaveCount(2);
        await click(".o_why_card:eq(0)");
        await click(".o_why_list_concentrate .btn-link");
        await animationFrame();
        const opened = [
            ["logistics.feedback.report", [["company_id", "in", [1]], ["rated_count", "=", 1]]],
            ["logistics.feedback.score.report", [["company_id", "in", [1]], ["aspect_id", "=", 1], ["score_count", "=", 1]]],
        ];
        const names = ["Overall scores", "Speed"];
        expect.verifySteps(
            opened.map(([res_model, domain], index) => ({
                type: "ir.actions.act_window",
                name: names[index],
                res_model,
                views: [
                    [false, "list"],
                    ...(index ? [] : [[false, "kanban"]]),
                    [false, "pivot"],
                    [false, "graph"],
                ],
                domain,
                target: "current",
            }))
        );
    });

    test("a filter asks anew; an improvement starts with it", async () => {
        await show(Why);
        expect.verifySteps([{ date_from: "2025-03-31" }]);
        await click(".o_why_filters select:eq(1)");
        await select("5");
        await animationFrame();
        expect.verifySteps([{ tier_id: "5", date_from: "2025-03-31" }]);
        expect(".o_why_list .btn-primary").toHaveCount(1);
        await click(".o_why_list_concentrate .btn-primary");
        await animationFrame();
        expect.verifySteps([
            {
                type: "ir.actions.act_window",
                name: "Improvement",
                res_model: "logistics.improvement",
                views: [[false, "form"]],
                context: {
                    default_name: "Improve: Speed",
                    default_aspect_id: 1,
                    default_tier_id: 5,
                    default_date_from: "2025-03-31",
                },
                target: "current",
            },
        ]);
    });

    test("importance that nobody stated is too few", async () => {
        await show(Why);
        expect.verifySteps([{ date_from: "2025-03-31" }]);
        await click(".btn-group .btn:eq(1)");
        await animationFrame();
        expect(".o_why_picture").toHaveCount(0);
        expect(".o_why_box .o_why_few:eq(0)").toHaveText("Too few answers to compare aspects with each other.");
    });
});

suite("logistics_customer_service.board", () => {
    test("it says so when the server is away, and shows what it knew", async () => {
        let isAway = false;
        onRpc("logistics.feedback.board", "action_read", () => {
            if (isAway) {
                throw new Error("away");
            }
            return {
                counts: { answers: 1, bad: 1, to_do: 1, rated: 1, csat: null },
                domain: [],
                read_at: "2026-03-31 12:00:00",
                answers: [
                    {
                        id: 4,
                        answered_at: "2026-03-31 11:00:00",
                        partner: "Kestrel & Co",
                        about: "WH/OUT/1",
                        carrier: "",
                        tier: "VIP",
                        overall: 2,
                        recommend: null,
                        comment: "<b>Late</b>",
                        reasons: ["Late"],
                        is_low: true,
                        partial: false,
                        no_contact: false,
                        late: true,
                        channel: "Mail",
                        reaction_state: "open",
                        reaction: "To do",
                        reaction_of: "Grace",
                    },
                ],
            };
        });
        await show(FeedbackBoard);
        expect(".o_board_answer.o_board_low").toHaveCount(1);
        expect(".o_board_comment").toHaveText("<b>Late</b>");
        expect(".o_board_said").toHaveText("★★☆☆☆");
        expect(".o_board_count:eq(1)").toHaveText("Too few\nCSAT\nn = 1");
        isAway = true;
        document.dispatchEvent(new Event("visibilitychange"));
        await animationFrame();
        await animationFrame();
        expect(".o_board_page [role=status]").toHaveText(/does not answer/);
        expect(".o_board_answer").toHaveCount(1);
    });
});
