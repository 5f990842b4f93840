import { describe as suite, expect, test } from "@odoo/hoot";
import { animationFrame, queryAll } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import "@logistics_customer_service/foundation/shown_list/shown_list";

class Case extends models.Model {
    _name = "case";
    name = fields.Char();
    answered = fields.Boolean();
    weight = fields.Float();
    note = fields.Char();
    amount = fields.Monetary({ currency_field: "currency_id" });
    currency_id = fields.Many2one({ relation: "res.currency" });
    _records = [
        { id: 1, name: "First", answered: true, weight: 2, note: "fragile", amount: 4, currency_id: 1 },
        { id: 2, name: "Second", answered: false, weight: 3, note: "heavy", amount: 5, currency_id: 1 },
    ];
}

defineMailModels();
defineModels([Case]);
suite.current.tags("headless");

const ARCH = `
    <list js_class="logistics_shown_list" decoration-bf="answered">
        <field name="currency_id" column_invisible="True"/>
        <field name="name"/>
        <field name="answered" optional="hide"/>
        <field name="weight" sum="Weight" optional="hide"/>
        <field name="amount" optional="hide"/>
        <field name="note" optional="show"/>
    </list>`;

async function mountCases(groupBy = []) {
    const asked = [];
    onRpc("case", "web_search_read", ({ kwargs }) => {
        asked.push(Object.keys(kwargs.specification).sort());
    });
    onRpc("case", "web_read_group", ({ kwargs }) => {
        asked.push(Object.keys(kwargs.unfold_read_specification || {}).sort());
    });
    await mountView({ type: "list", resModel: "case", arch: ARCH, groupBy });
    return asked;
}

async function toggle(label) {
    if (!queryAll(".o-dropdown-item").length) {
        await contains(".o_optional_columns_dropdown button").click();
    }
    await contains(`.o-dropdown-item:contains(${label})`).click();
    await animationFrame();
}

test("what is hidden is not read, but what others speak of", async () => {
    const asked = await mountCases();
    expect(asked).toEqual([["answered", "name", "note"]]);
    expect("th[data-name=weight]").toHaveCount(0);
    expect("tr.o_data_row.fw-bold").toHaveCount(1);
});

test("a column is read when it is shown, and once", async () => {
    const asked = await mountCases();
    await toggle("Weight");
    expect(asked.at(-1)).toEqual(["answered", "name", "note", "weight"]);
    expect("th[data-name=weight]").toHaveCount(1);
    expect("td[name=weight]:first").toHaveText("2.00");
    expect("tfoot").toHaveText(/5\.00/);
    const reads = asked.length;
    await toggle("Weight");
    expect("th[data-name=weight]").toHaveCount(0);
    await toggle("Weight");
    expect("td[name=weight]:first").toHaveText("2.00");
    expect(asked.length).toBe(reads);
});

test("a currency is read with the first amount that is shown", async () => {
    const asked = await mountCases();
    await toggle("Amount");
    expect(asked.at(-1)).toEqual(["amount", "answered", "currency_id", "name", "note"]);
    expect("td[name=amount]:first").toHaveText(/\$\s*4\.00/);
});

test("grouped, too", async () => {
    await mountCases(["note"]);
    await toggle("Weight");
    await contains(".o_group_header:first").click();
    expect("td[name=weight]:first").toHaveText("2.00");
});
