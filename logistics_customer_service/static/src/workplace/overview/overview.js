import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { describe } from "../../complaint/countdown/countdown_field";

const { DateTime } = luxon;
const LISTS = { approval: "logistics_compensation_action_approvals" };

/** What waits for a supervisor's team, who has how much, and a manager's figures with their rows. */
export class Overview extends Component {
    static template = "logistics_customer_service.Overview";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ sections: [], people: [], read_at: null });
        onWillStart(() => this.read());
    }

    async read() {
        Object.assign(this.state, await this.orm.call("logistics.overview", "action_read", []));
    }

    time(instant) {
        return formatDateTime(deserializeDateTime(instant), { showSeconds: false });
    }

    left(row) {
        return describe(row.countdown, DateTime.now());
    }

    get most() {
        return Math.max(1, ...this.state.people.map((person) => person.count));
    }

    openSection(section) {
        const name = LISTS[section.key];
        return name
            ? this.action.doAction(`logistics_customer_service.${name}`)
            : this.openWork(section.name, section.domain);
    }

    openWork(name, domain) {
        return this.openList(name, "logistics.work", domain, ["list", "kanban"]);
    }

    openPerson(person) {
        return this.openWork(person.name, [["user_id", "=", person.id]]);
    }

    openList(name, model, domain, modes = ["list", "kanban", "form"]) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: modes.map((mode) => [false, mode]),
            domain,
        });
    }

    async openRow(row) {
        return this.action.doAction(await this.orm.call("logistics.work", "action_open", [row.id]));
    }

    async openFigure(figure) {
        return this.action.doAction(
            await this.orm.call("logistics.indicator.figure", "action_open_rows", [figure.id])
        );
    }

    openLoad() {
        return this.action.doAction("logistics_customer_service.logistics_work_action_load");
    }
}

registry.category("actions").add("logistics_overview", Overview);
