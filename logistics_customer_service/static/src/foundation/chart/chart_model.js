import { _t } from "@web/core/l10n/translation";
import { GraphModel, SEQUENTIAL_TYPES } from "@web/views/graph/graph_model";

import { fixedColor, isAmbiguous, rateOf } from "./chart_facts";

const DESCRIBER = "logistics.chart";

/**
 * A graph in which nothing stands for what is not known: a rate of nothing is a gap, and each rate
 * knows of how many it is.
 */
export class ChartModel extends GraphModel {
    setup(params, services) {
        super.setup(params, services);
        this.describer = this.orm; // examples are made up without it
        this.facts = { rates: {}, scales: {}, colors: {} };
    }

    async load(searchParams) {
        this.described ??= this.describer.call(DESCRIBER, "action_describe", [this.metaData.resModel]);
        this.facts = await this.described;
        await super.load(searchParams);
    }

    /** What the measure shown is a rate of, or undefined. */
    get rate() {
        return rateOf(this.facts, this.metaData.fields, this.metaData.measure);
    }

    /** Rates neither add up nor are parts of a whole. */
    _buildMetaData(params) {
        const metaData = super._buildMetaData(params);
        metaData.allIntegers = true;
        if (rateOf(this.facts, metaData.fields, metaData.measure)) {
            Object.assign(metaData, { stacked: false, cumulated: false });
            metaData.mode = metaData.mode === "pie" ? "bar" : metaData.mode;
        }
        return metaData;
    }

    async _loadDataPoints(metaData) {
        const rate = rateOf(this.facts, metaData.fields, metaData.measure);
        const { reader, rows } = this._getReader(metaData, rate);
        const [points, currencies] = await super._loadDataPoints.call(reader, metaData);
        const names = metaData.groupBy.map((gb) => gb.fieldName);
        for (const point of points) {
            const keys = JSON.parse(point.identifier).map((raw) => Object.values(raw)[0]);
            const row = rows.get(point.identifier);
            point.keys = keys;
            point.labels = point.labels.map((label, index) =>
                this._getLabel(metaData.fields, names, index, keys[index], label)
            );
            point.counted = rate && row ? row.counted || 0 : point.count;
            point.units = row?.units || [];
            if (typeof point.value !== "number") {
                point.value = rate || point.count ? null : 0;
            }
        }
        metaData.allIntegers =
            !rate && points.every(({ value }) => value === null || Number.isInteger(value));
        return [points, currencies];
    }

    /** Return this model reading of how many each rate is in the same request, and what is read. */
    _getReader(metaData, rate) {
        const rows = new Map();
        const isExample = this.orm !== this.describer;
        const extra = [];
        if (rate?.count && rate.count !== "__count" && !isExample) {
            extra.push(`${rate.count}:sum`);
        }
        if (rate?.unit_field && !isExample) {
            extra.push(`${rate.unit_field}:array_agg_distinct`);
        }
        const orm = {
            formattedReadGroup: async (model, domain, groupBy, aggregates, options) => {
                const asked = [...new Set([...aggregates, ...extra])];
                const groups = await this.orm.formattedReadGroup(model, domain, groupBy, asked, options);
                for (const group of groups) {
                    const key = JSON.stringify(metaData.groupBy.map(({ spec }) => ({ [spec]: group[spec] })));
                    rows.set(key, {
                        counted: rate?.count === "__count" ? group.__count : group[`${rate?.count}:sum`],
                        units: group[`${rate?.unit_field}:array_agg_distinct`],
                    });
                }
                return groups;
            },
        };
        return { rows, reader: Object.create(this, { orm: { value: orm } }) };
    }

    _getLabel(fields, names, index, key, label) {
        const name = names[index];
        const scale = this.facts.scales[name];
        if (scale && (key === false || key < scale[0])) {
            return _t("Not scored");
        }
        return isAmbiguous(fields, names, name) ? `${fields[name].string}: ${label}` : label;
    }

    /** The unit of all that is shown; of several, none. */
    get unit() {
        if (!this.rate?.unit_field) {
            return this.rate?.unit;
        }
        const units = new Set((this.dataPoints || []).flatMap((point) => point.units));
        return units.size === 1 && units.has("percent") ? "percent" : "number";
    }

    /** What only stands for what is missing is no bar and no label. */
    _getProcessedDataPoints() {
        return this._getKnownDataPoints().filter(
            (point) =>
                !this.rate || point.value !== null || this.isFew(point) || point.keys?.[0] !== false
        );
    }

    /** Days and months of which nothing is known keep their place. */
    _getKnownDataPoints() {
        const { groupBy, mode, order, fields } = this.metaData;
        const isSequence = SEQUENTIAL_TYPES.includes(fields[groupBy[0]?.fieldName]?.type);
        if (mode === "bar" && isSequence && order === null) {
            return this.dataPoints.filter((point) => point.count || point.keys?.[0] !== false);
        }
        return super._getProcessedDataPoints();
    }

    _getData(dataPoints, forceUseAllDataPoints) {
        const data = super._getData(dataPoints, forceUseAllDataPoints);
        const byLabel = new Map(data.datasets.map((dataset) => [dataset.label, dataset]));
        for (const dataset of data.datasets) {
            dataset.data = dataset.data.map(() => (this.rate ? null : 0));
            dataset.points = dataset.data.map(() => null);
        }
        for (const point of dataPoints) {
            const dataset = byLabel.get(this._getDatasetLabel(point));
            if (dataset?.data && point.labelIndex !== undefined) {
                dataset.data[point.labelIndex] = point.value;
                dataset.points[point.labelIndex] = point;
            }
        }
        data.few = this._getFew(data.datasets);
        data.datasets = this._dropEmpty(data.datasets);
        data.datasets.forEach((dataset) => this._fixColors(dataset));
        return data;
    }

    /** Whether something has been counted that is too little to tell. */
    isFew({ value, counted }) {
        const { rate } = this;
        return Boolean(rate) && value === null && counted > 0 && (rate.least === false || counted < rate.least);
    }

    /** Return what has been counted and is too little to tell. */
    _getFew(datasets) {
        const points = datasets.flatMap((dataset) => dataset.points.filter(Boolean));
        return points
            .filter((point) => this.isFew(point))
            .map((point) => ({ label: point.labels.join(" / "), count: point.counted }));
    }

    /** Leave out series that only stand for days and months without anything, and rates of nothing. */
    _dropEmpty(datasets) {
        if (this.metaData.groupBy.length < 2 || this.metaData.mode === "pie") {
            return datasets;
        }
        return datasets.filter((dataset) =>
            dataset.points.some((point) => point?.count && (!this.rate || point.value !== null))
        );
    }

    _fixColors(dataset) {
        const { groupBy, mode } = this.metaData;
        const at = mode === "pie" || groupBy.length === 1 ? 0 : 1;
        const name = groupBy.length <= 2 && groupBy[at]?.fieldName;
        const colorOf = (point) => point && fixedColor(this.facts, name, point.keys?.[at] ?? false);
        if (!name || !(this.facts.scales[name] || this.facts.colors[name])) {
            return;
        }
        if (at === 0) {
            dataset.fixedColors = dataset.points.map(colorOf);
        } else {
            dataset.fixedColor = colorOf(dataset.points.find(Boolean));
        }
    }

    /** Whether nothing at all can be drawn though something has been counted, or nothing was. */
    get isBlank() {
        const values = this.data?.datasets.flatMap((dataset) => dataset.data) || [];
        return Boolean(this.rate) && values.every((value) => value === null);
    }
}
