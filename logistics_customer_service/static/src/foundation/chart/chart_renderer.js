import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { SEP } from "@web/views/graph/graph_model";
import { GraphRenderer } from "@web/views/graph/graph_renderer";

import { formatCount, formatRate, NEUTRAL } from "./chart_facts";

const colorScheme = cookie.get("color_scheme");
const LABEL_COLOR = getCustomColor(colorScheme, "#5f6670", "#c5c9d0");
const HALO_COLOR = getCustomColor(colorScheme, "rgba(255, 255, 255, .85)", "rgba(27, 29, 38, .85)");
const MOST_FEW = 12;

/** Write each rate's n beside it, where it covers no other. */
const countsBeside = {
    id: "logisticsCounts",
    afterDatasetsDraw: (chart) => {
        const { ctx, chartArea } = chart;
        const taken = [];
        ctx.save();
        ctx.font = "11px sans-serif";
        ctx.fillStyle = LABEL_COLOR;
        ctx.strokeStyle = HALO_COLOR;
        ctx.lineWidth = 3;
        ctx.textAlign = "center";
        chart.data.datasets.forEach((dataset, index) => {
            if (!dataset.points || !chart.isDatasetVisible(index)) {
                return;
            }
            chart.getDatasetMeta(index).data.forEach((element, at) => {
                const point = dataset.points[at];
                if (!point?.counted || point.value === null) {
                    return;
                }
                const text = `n=${formatCount(point.counted)}`;
                const half = ctx.measureText(text).width / 2 + 2;
                const x = Math.max(chartArea.left + half, Math.min(chartArea.right - half, element.x));
                // at the top below it: above there is the legend
                const y = element.y - 18 < chartArea.top ? element.y + 18 : element.y - 7;
                const isFree = taken.every(
                    (other) => Math.abs(other.x - x) > other.half + half || Math.abs(other.y - y) > 12
                );
                if (isFree) {
                    taken.push({ x, y, half });
                    ctx.strokeText(text, x, y);
                    ctx.fillText(text, x, y);
                }
            });
        });
        ctx.restore();
    },
};

export class ChartRenderer extends GraphRenderer {
    static template = "logistics_customer_service.Chart";

    get rate() {
        return this.model.rate;
    }

    formatMeasure(value, unit = this.model.unit) {
        return formatRate(value, unit);
    }

    fewOf(count) {
        return _t("%s: too few to tell", formatCount(count));
    }

    /** What is counted and makes no figure yet, in words. */
    get fewText() {
        const few = this.model.data.few;
        if (!few?.length) {
            return "";
        }
        const shown = few.slice(0, MOST_FEW).map(({ label, count }) =>
            label ? `${label} (${formatCount(count)})` : formatCount(count)
        );
        const rest = few.length > MOST_FEW ? [_t("%s more", few.length - MOST_FEW)] : [];
        return _t("Too few to tell: %s", [...shown, ...rest].join(", "));
    }

    get leastText() {
        const least = this.rate?.least;
        return least ? _t("Fewer than %s make no figure.", least) : "";
    }

    getBarChartData() {
        const data = super.getBarChartData();
        for (const dataset of data.datasets) {
            dataset.backgroundColor =
                dataset.fixedColor ||
                dataset.fixedColors?.map((color) => color || NEUTRAL) ||
                dataset.backgroundColor;
        }
        return data;
    }

    getLineChartData() {
        for (const dataset of this.model.data.datasets) {
            dataset.spanGaps = false;
        }
        const data = super.getLineChartData();
        for (const dataset of data.datasets) {
            if (this.model.data.datasets.length && data.labels[0] === "" && dataset.points?.length === 1) {
                dataset.points.unshift(null); // as core moves a single value into the middle
            }
            if (dataset.fixedColor) {
                Object.assign(dataset, {
                    borderColor: dataset.fixedColor,
                    backgroundColor: dataset.fixedColor,
                    pointBackgroundColor: dataset.fixedColor,
                });
            }
        }
        return data;
    }

    getPieChartData() {
        const data = super.getPieChartData();
        for (const dataset of data.datasets) {
            if (dataset.fixedColors) {
                dataset.backgroundColor = dataset.fixedColors.map((color) => color || NEUTRAL);
                dataset.hoverBackgroundColor = dataset.backgroundColor;
            }
        }
        return data;
    }

    getChartConfig() {
        const config = super.getChartConfig();
        if (this.rate) {
            config.plugins = [...(config.plugins || []), countsBeside];
        }
        return config;
    }

    getScaleOptions() {
        const scales = super.getScaleOptions();
        if (!scales.y) {
            return scales;
        }
        if (this.rate) {
            scales.y.ticks.callback = (value) => this.formatMeasure(value);
            this.endAtWhole(scales.y);
            scales.x.ticks.callback = (_value, index) => this.getTickLines(index);
        } else if (this.model.metaData.allIntegers) {
            const format = scales.y.ticks.callback;
            scales.y.ticks.precision = 0;
            scales.y.ticks.callback = (value) =>
                Math.abs(value) < 1000 ? formatCount(value) : format(value);
            scales.y.suggestedMax = 1;
        }
        return scales;
    }

    /** What comes near the whole ends at the whole: there is no 120 %. */
    endAtWhole(axis) {
        const whole = { share: 1, percent: 100 }[this.model.unit];
        const values = this.model.data.datasets.flatMap((dataset) => dataset.data);
        const highest = Math.max(...values.filter((value) => typeof value === "number"));
        if (whole && highest <= whole && highest > 0.8 * whole) {
            axis.max = whole;
        }
    }

    prepareOptions() {
        const options = super.prepareOptions();
        if (this.rate) {
            options.clip = false;
        }
        return options;
    }

    /** A label below the chart; where there is one series, with what it says of too few. */
    getTickLines(index) {
        const { labels, datasets } = this.model.data;
        const text = String(labels[index] ?? "");
        const label = text.length > 30 ? `${text.slice(0, 30)}…` : text;
        const points = datasets.map((dataset) => dataset.points?.[index]).filter(Boolean);
        const [point] = points;
        if (points.length !== 1 || !this.model.isFew(point)) {
            return label;
        }
        return [label, this.fewOf(point.counted)];
    }

    /** A series' legend says of how many it is in all; bars in colours of their own need none. */
    getLegendOptions() {
        const options = super.getLegendOptions();
        const { mode } = this.model.metaData;
        const { datasets } = this.model.data;
        if (mode !== "pie" && datasets.length === 1 && datasets[0].fixedColors && mode === "bar") {
            return { ...options, display: false };
        }
        const generate = options.labels.generateLabels;
        options.labels.generateLabels = (chart) =>
            generate(chart).map((item) => this.completeLegend(chart, item));
        return options;
    }

    completeLegend(chart, item) {
        const dataset = chart.data.datasets[item.datasetIndex ?? 0];
        if (this.model.metaData.mode === "pie") {
            return { ...item, fillStyle: dataset.fixedColors?.[item.index] || item.fillStyle };
        }
        const counted = (dataset.points || []).reduce((sum, point) => sum + (point?.counted || 0), 0);
        const text = this.rate && counted ? `${item.text} (n=${formatCount(counted)})` : item.text;
        return { ...item, text };
    }

    getTooltipItems(data, metaData, tooltipModel) {
        const known = tooltipModel.dataPoints.filter(
            (item) => !data.datasets[item.datasetIndex] || typeof item.raw === "number"
        );
        const items = super.getTooltipItems(data, metaData, { ...tooltipModel, dataPoints: known });
        const sorted = known.toSorted((a, b) => b.raw - a.raw);
        return items.map((item, at) => {
            const { datasetIndex, dataIndex } = sorted[at];
            const dataset = data.datasets[datasetIndex];
            const point = dataset?.points?.[dataIndex];
            const boxColor = dataset?.fixedColors?.[dataIndex] || item.boxColor;
            if (!this.rate || !point) {
                return { ...item, boxColor };
            }
            const [unit] = point.units.length === 1 ? point.units : [this.model.unit];
            const value = this.formatMeasure(point.value, unit);
            const label = point.labels.join(SEP) || item.label;
            return {
                ...item,
                boxColor,
                label,
                value: point.counted ? `${value} (n=${formatCount(point.counted)})` : value,
            };
        });
    }
}
