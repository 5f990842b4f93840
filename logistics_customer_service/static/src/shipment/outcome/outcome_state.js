import { Component, onWillStart, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

import { ChartRenderer } from "../../foundation/chart/chart_renderer";
import { ChartPivotRenderer, chartPivotView, chartView } from "../../foundation/chart/chart_views";

/** As of when the figures are what they are, in words. */
export class OutcomeState extends Component {
    static template = "logistics_customer_service.OutcomeState";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.state = useState({ text: "", isBehind: false });
        onWillStart(async () => {
            const [text, isBehind] = await this.orm.call(
                "logistics.outcome.judge",
                "get_state_text",
                []
            );
            Object.assign(this.state, { text, isBehind });
        });
    }
}

class OutcomeGraphRenderer extends ChartRenderer {
    static template = "logistics_customer_service.OutcomeGraph";
    static components = { ...ChartRenderer.components, OutcomeState };
}

class OutcomeListRenderer extends ListRenderer {
    static template = "logistics_customer_service.OutcomeList";
    static components = { ...ListRenderer.components, OutcomeState };
}

class OutcomePivotRenderer extends ChartPivotRenderer {
    static components = { ...ChartPivotRenderer.components, OutcomeState };
}

registry.category("views").add("logistics_outcome_graph", {
    ...chartView,
    Renderer: OutcomeGraphRenderer,
});
registry.category("views").add("logistics_outcome_list", {
    ...listView,
    Renderer: OutcomeListRenderer,
});
registry.category("views").add("logistics_outcome_pivot", {
    ...chartPivotView,
    Renderer: OutcomePivotRenderer,
    buttonTemplate: "logistics_customer_service.OutcomePivot.Buttons",
});
