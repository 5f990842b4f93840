import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** From the installation to the first day: each step with its state, what is known of it, and its buttons. */
export class Guide extends Component {
    static template = "logistics_customer_service.Guide";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ company: "", steps: [], left: 0 });
        this.labels = { done: _t("Done"), skipped: _t("Skipped"), open: _t("Open") };
        onWillStart(() => this.read());
    }

    async read() {
        Object.assign(this.state, await this.orm.call("logistics.guide", "action_read", []));
    }

    get percent() {
        return Math.round((100 * (this.state.steps.length - this.state.left)) / (this.state.steps.length || 1));
    }

    async mark(step, state) {
        Object.assign(this.state, await this.orm.call("logistics.guide", "action_mark", [step.key, state]));
    }

    async press(step, button) {
        const action = await this.orm.call("logistics.guide", "action_press", [step.key, button.key]);
        if (action) {
            await this.action.doAction(action, { onClose: () => this.read() });
        } else {
            await this.read();
        }
    }
}

registry.category("actions").add("logistics_guide", Guide);
