import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

// a visitor at the door does not wait longer for the satellites
const PATIENCE = 6000;
const FRESH = 60000;

/** Return the place as the browser knows it; nothing where it is refused, unknown or too slow. */
export function askPlace(geolocation = navigator.geolocation) {
    return new Promise((resolve) => {
        if (!geolocation) {
            resolve({});
            return;
        }
        // browsers do not count the time in which they ask the user
        const timer = setTimeout(() => resolve({}), PATIENCE);
        const answer = (place) => {
            clearTimeout(timer);
            resolve(place);
        };
        geolocation.getCurrentPosition(
            ({ coords }) => answer({ latitude: coords.latitude, longitude: coords.longitude }),
            () => answer({}),
            { timeout: PATIENCE, maximumAge: FRESH }
        );
    });
}

/** The one big button of a visit: check in on arriving, check out on leaving. */
export class VisitCheck extends Component {
    static template = "logistics_customer_service.VisitCheck";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ busy: false });
    }

    get visit() {
        return this.props.record.data;
    }

    get isArriving() {
        return this.visit.state === "planned";
    }

    async check() {
        const { record } = this.props;
        const method = this.isArriving ? "action_check_in" : "action_check_out";
        this.state.busy = true;
        try {
            if (!(await record.save())) {
                return;
            }
            const place = this.visit.keeps_place ? await askPlace() : {};
            await this.orm.call(record.resModel, method, [[record.resId]], place);
            await record.load();
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("view_widgets").add("logistics_visit_check", {
    component: VisitCheck,
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "keeps_place", type: "boolean" },
    ],
});
