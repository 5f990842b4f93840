import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";
import { PivotModel } from "@web/views/pivot/pivot_model";
import { PivotRenderer } from "@web/views/pivot/pivot_renderer";
import { pivotView } from "@web/views/pivot/pivot_view";

import { formatRate, isAmbiguous } from "./chart_facts";
import { ChartModel } from "./chart_model";
import { ChartRenderer } from "./chart_renderer";

/** A pivot in which a rate of nothing is blank, and columns and rows of the same kind are named. */
export class ChartPivotModel extends PivotModel {
    setup(params, services) {
        super.setup(params, services);
        this.describer = this.orm;
        this.facts = { rates: {}, scales: {}, colors: {} };
    }

    async load(searchParams) {
        this.described ??= this.describer.call("logistics.chart", "action_describe", [
            this.metaData.resModel,
        ]);
        this.facts = await this.described;
        await super.load(searchParams);
    }

    _sanitizeLabel(value, groupBy, config) {
        const label = super._sanitizeLabel(value, groupBy, config);
        const { fields, fullColGroupBys = [], fullRowGroupBys = [] } = config.metaData;
        const names = [...fullColGroupBys, ...fullRowGroupBys].map((spec) => spec.split(":")[0]);
        const name = groupBy.split(":")[0];
        const scale = this.facts.scales[name];
        if (scale && (value === false || value < scale[0])) {
            return _t("Not scored");
        }
        return isAmbiguous(fields, names, name) ? `${fields[name].string}: ${label}` : label;
    }
}

export class ChartPivotRenderer extends PivotRenderer {
    getFormattedValue(cell) {
        if (cell.value === false || cell.value === null) {
            return { value: "" };
        }
        const { rates } = this.model.facts;
        if (rates[cell.measure]?.unit === "share") {
            return { value: formatRate(cell.value, "share") };
        }
        return super.getFormattedValue(cell);
    }
}

export const chartView = {
    ...graphView,
    Model: ChartModel,
    Renderer: ChartRenderer,
    buttonTemplate: "logistics_customer_service.Chart.Buttons",
};
export const chartPivotView = {
    ...pivotView,
    Model: ChartPivotModel,
    Renderer: ChartPivotRenderer,
};

registry.category("views").add("logistics_graph", chartView);
registry.category("views").add("logistics_pivot", chartPivotView);
