import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/views/fields/formatters";

/** Odoo's colours of records, as tags and kanban cards show them; what has none is grey. */
const RECORD_COLORS = [
    "#8F98A3", "#E06C5C", "#EF9A4B", "#E9B824", "#5AA9E6", "#8E6FA8",
    "#D98A86", "#3E8E8E", "#3F5FA8", "#CF4A86", "#3FA66B", "#9A6BC4",
]; // prettier-ignore
/** From the worst score to the best. */
const SCORE_COLORS = ["#C62828", "#EF6C00", "#F2B705", "#9CCC3C", "#2E7D32"];
export const NEUTRAL = RECORD_COLORS[0];
const ADDITIVE = ["sum", "count", "count_distinct", "bool_or", "bool_and"];

/** Mix a colour with white (share > 0). */
function lighten(color, share) {
    const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    const mixed = parts.map((part) => Math.round(part + (255 - part) * share));
    return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** The colour of a score between the worst and the best. */
export function scoreColor(value, [low, high]) {
    if (value === false || value < low) {
        return NEUTRAL;
    }
    const last = SCORE_COLORS.length - 1;
    return SCORE_COLORS[Math.round(((Math.min(value, high) - low) / (high - low)) * last)];
}

/** The colour of a record: its own; those that share one are told apart by their lightness. */
export function recordColor([color, place]) {
    return lighten(RECORD_COLORS[color % RECORD_COLORS.length], Math.min(0.75, place * 0.25));
}

/**
 * What a group is drawn in whatever is filtered, or undefined where nothing is fixed.
 *
 * @param {Object} facts as `logistics.chart` describes the model
 * @param {string} field by which is grouped
 * @param {any} value of the group, as it is read
 */
export function fixedColor(facts, field, value) {
    if (facts.scales[field]) {
        return scoreColor(value, facts.scales[field]);
    }
    if (facts.colors[field]) {
        const known = value && facts.colors[field][value[0]];
        return known ? recordColor(known) : NEUTRAL;
    }
}

/** What a measure is a rate of, or undefined where it is a count or a sum, for which nothing is 0. */
export function rateOf(facts, fields, measure) {
    if (facts.rates[measure]) {
        return facts.rates[measure];
    }
    const aggregator = fields[measure]?.aggregator;
    if (measure !== "__count" && aggregator && !ADDITIVE.includes(aggregator)) {
        return { count: "__count", unit: "number", least: 0 };
    }
}

/** A rate in words, with its unit. */
export function formatRate(value, unit) {
    const percents = { share: 100 * value, percent: value }[unit];
    if (percents !== undefined) {
        return _t("%s %", formatFloat(percents, { digits: [16, 1], trailingZeros: false }));
    }
    return formatFloat(value, { digits: [16, 2], trailingZeros: false });
}

/** A count in words: weights have decimals. */
export function formatCount(count) {
    return formatFloat(count, { digits: [16, 1], trailingZeros: false });
}

/** Whether two of the fields lead to the same records, which then are told apart by the field. */
export function isAmbiguous(fields, names, name) {
    const relation = fields[name]?.relation;
    return Boolean(relation) && names.filter((other) => fields[other]?.relation === relation).length > 1;
}
