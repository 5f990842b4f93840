import { describe as suite, expect, test } from "@odoo/hoot";
import { advanceTime, mockDate, mockTimeZone } from "@odoo/hoot-mock";
import { animationFrame } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    allowTranslations,
    defineModels,
    fields,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";
import { describe, formatSpan } from "@logistics_customer_service/complaint/countdown/countdown_field";

const { DateTime } = luxon;
const NOON = DateTime.fromISO("2026-03-02T12:00:00Z");

class Case extends models.Model {
    _name = "case";
    name = fields.Char();
    due_at = fields.Datetime();
    countdown = fields.Json();
    _records = [
        {
            id: 1,
            name: "First",
            due_at: "2026-03-02 14:05:30",
            countdown: {
                target: "Resolution",
                state: "running",
                due: "2026-03-02 14:05:30",
                warn: "2026-03-02 13:00:00",
                stopped: null,
                remaining: 7500,
            },
        },
        {
            id: 2,
            name: "Second",
            due_at: false,
            countdown: {
                target: "Resolution",
                state: "paused",
                due: null,
                warn: null,
                stopped: null,
                remaining: 50400,
            },
        },
        { id: 3, name: "Third", due_at: false, countdown: false },
    ];
}

defineMailModels();
defineModels([Case]);

suite.current.tags("headless");

test("lengths of time are cut, never rounded up", () => {
    allowTranslations();
    expect(formatSpan(59).toString()).toBe("0 min");
    expect(formatSpan(3599).toString()).toBe("59 min");
    expect(formatSpan(3600).toString()).toBe("1 h");
    expect(formatSpan(5 * 3600 + 20 * 60 + 59).toString()).toBe("5 h 20 min");
    expect(formatSpan(33 * 3600 + 8 * 60).toString()).toBe("33 h");
    expect(formatSpan(3 * 86400 + 9 * 3600).toString()).toBe("3 d 9 h");
    expect(formatSpan(20 * 86400 + 9 * 3600).toString()).toBe("20 d");
    expect(formatSpan(-5).toString()).toBe("0 min");
});

test("every state has words and an icon of its own", () => {
    allowTranslations();
    const due = "2026-03-02 13:00:00";
    const warn = "2026-03-02 12:30:00";
    const at = (minutes) => NOON.plus({ minutes });
    const kinds = [
        describe({ state: "running", due, warn }, at(0)),
        describe({ state: "running", due, warn }, at(31)),
        describe({ state: "running", due, warn }, at(61)), // before the server has noticed
        describe({ state: "paused", due: null, warn, remaining: 3600 }, at(61)),
        describe({ state: "met", due, warn, stopped: "2026-03-02 12:10:00" }, at(90)),
        describe({ state: "breached", due, warn, stopped: "2026-03-02 13:10:00" }, at(90)),
    ];
    expect(kinds.map(({ kind }) => kind)).toEqual([
        "calm",
        "soon",
        "overdue",
        "paused",
        "met",
        "missed",
    ]);
    expect(new Set(kinds.map(({ icon }) => icon)).size).toBe(6);
    expect(new Set(kinds.map(({ text }) => String(text))).size).toBe(6);
    expect(describe(false, NOON)).toBe(null);
});

test("whoever else must act has the turn, until our deadline comes near", () => {
    allowTranslations();
    const clock = {
        state: "running",
        due: "2026-03-02 13:00:00",
        warn: "2026-03-02 12:30:00",
        waits: "Waiting for customer",
    };
    const at = (minutes) => describe(clock, NOON.plus({ minutes })).kind;
    expect([at(0), at(31), at(61)]).toEqual(["waits", "soon", "overdue"]);
    expect(describe(clock, NOON).text).toBe("Waiting for customer");
    const over = { ...clock, state: "met", stopped: "2026-03-02 12:10:00" };
    expect(describe(over, NOON.plus({ minutes: 90 })).kind).toBe("waits");
});

test("it counts down, whatever the time zone of the reader", async () => {
    mockTimeZone(+8);
    mockDate("2026-03-02 12:00:00"); // UTC: eight in the evening there
    await mountView({
        type: "list",
        resModel: "case",
        arch: `<list><field name="name"/><field name="due_at" widget="logistics_countdown"/></list>`,
    });
    expect(".o_logistics_countdown").toHaveCount(2);
    expect(".o_countdown_calm .o_countdown_text").toHaveText("2 h 5 min left");
    expect(".o_countdown_calm").toHaveAttribute("title", /22:05|10:05/);
    expect(".o_countdown_paused .o_countdown_text").toHaveText("Paused, 14 h left");
    await advanceTime(90 * 60 * 1000);
    await animationFrame();
    expect(".o_countdown_soon .o_countdown_text").toHaveText("Soon: 35 min");
    await advanceTime(60 * 60 * 1000);
    await animationFrame();
    expect(".o_countdown_overdue .o_countdown_text").toHaveText("Overdue 24 min");
    expect(".o_countdown_paused .o_countdown_text").toHaveText("Paused, 14 h left");
});
