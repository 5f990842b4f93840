import { Component, onWillStart, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { PivotRenderer } from "@web/views/pivot/pivot_renderer";
import { pivotView } from "@web/views/pivot/pivot_view";

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

class OutcomeGraphRenderer extends GraphRenderer {
    static template = "logistics_customer_service.OutcomeGraph";
    static components = { ...GraphRenderer.components, OutcomeState };
}

class OutcomeListRenderer extends ListRenderer {
    static template = "logistics_customer_service.OutcomeList";
    static components = { ...ListRenderer.components, OutcomeState };
}

class OutcomePivotRenderer extends PivotRenderer {
    static components = { ...PivotRenderer.components, OutcomeState };
}

registry.category("views").add("logistics_outcome_graph", {
    ...graphView,
    Renderer: OutcomeGraphRenderer,
});
registry.category("views").add("logistics_outcome_list", {
    ...listView,
    Renderer: OutcomeListRenderer,
});
registry.category("views").add("logistics_outcome_pivot", {
    ...pivotView,
    Renderer: OutcomePivotRenderer,
    buttonTemplate: "logistics_customer_service.OutcomePivot.Buttons",
});
