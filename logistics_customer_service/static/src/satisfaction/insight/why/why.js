import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatFloat, formatInteger } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Picture } from "./picture";

const { DateTime } = luxon;
const ANALYSIS = "logistics.feedback.analysis";
const ANSWERS = "logistics.feedback.report";
const SCORES = "logistics.feedback.score.report";
const RESPONSE = "logistics.survey.response.report";
const FIELDS = ["concentrate", "keep", "low_priority", "overdone", "undecided"];

function number(value, digits) {
    return formatFloat(value, { digits: [16, digits] });
}

export class Why extends Component {
    static template = "logistics_customer_service.Why";
    static components = { Layout, Picture };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useService("ui");
        this.keepLast = new KeepLast();
        this.state = useState({
            filters: { period: "365", ...this.props.state?.filters },
            importance: this.props.state?.importance || "derived",
            result: null,
            loading: false,
            choices: {},
            canImprove: false,
        });
        useSetupAction({
            getLocalState: () => ({
                filters: { ...this.state.filters },
                importance: this.state.importance,
            }),
        });
        onWillStart(() => this.start());
    }

    async start() {
        const [choices, canImprove] = await Promise.all([
            this.orm.call(ANALYSIS, "action_get_choices", []),
            user.hasGroup("logistics_customer_service.group_supervisor"),
            this.load(),
        ]);
        Object.assign(this.state, { choices, canImprove });
    }

    async load() {
        this.state.loading = true;
        try {
            this.state.result = await this.keepLast.add(
                this.orm.call(ANALYSIS, "action_explain", [this.filters])
            );
        } finally {
            this.state.loading = false;
        }
    }

    // --- filters

    get periods() {
        return [
            ["30", _t("Last 30 days")],
            ["90", _t("Last 90 days")],
            ["365", _t("Last 12 months")],
            ["all", _t("All answers")],
            ["custom", _t("From … to …")],
        ];
    }

    get selects() {
        return [
            ["survey_id", _t("All questionnaires")],
            ["tier_id", _t("All tiers")],
            ["carrier_id", _t("All carriers")],
            ["warehouse_id", _t("All warehouses")],
        ].filter(([name]) => this.state.choices[name]?.length);
    }

    /** What the server is asked for. */
    get filters() {
        const { period, date_from, date_to, ...rest } = this.state.filters;
        const filters = Object.fromEntries(Object.entries(rest).filter(([, value]) => value));
        if (period === "custom") {
            return { ...filters, date_from: date_from || false, date_to: date_to || false };
        }
        if (period !== "all") {
            filters.date_from = DateTime.now().minus({ days: Number(period) }).toISODate();
        }
        return filters;
    }

    isChosen(name, id) {
        return String(this.state.filters[name]) === String(id);
    }

    setFilter(name, value) {
        this.state.filters[name] = value;
        return this.load();
    }

    // --- figures in words

    percent(share) {
        return _t("%s %", number(100 * share, 1));
    }

    score(value) {
        return number(value, 2);
    }

    whole(count) {
        return formatInteger(count);
    }

    fewText(figure) {
        return figure.count ? _t("Too few answers (%s)", this.whole(figure.count)) : _t("No answers");
    }

    rangeText(figure, format) {
        if (figure.few || figure.low === null) {
            return "";
        }
        return _t("95 %: %(low)s to %(high)s", { low: format(figure.low), high: format(figure.high) });
    }

    get cards() {
        const { summary, response } = this.state.result;
        const points = (value) => number(100 * value, 1);
        const score = (value) => this.score(value);
        const percent = (value) => this.percent(value);
        return [
            {
                name: _t("CSAT"),
                help: _t("Overall scores 4 and 5 of all from 1 to 5"),
                figure: summary.csat,
                format: percent,
                open: () => this.openAnswers(_t("Overall scores"), [["rated_count", "=", 1]]),
            },
            {
                name: _t("NPS"),
                help: _t("Percent of 9 and 10 less percent of 0 to 6"),
                figure: summary.nps,
                format: points,
                open: () => this.openAnswers(_t("Recommendations"), [["recommend_count", "=", 1]]),
            },
            {
                name: _t("CES"),
                help: _t("How easy it was, mean of 1 to 7"),
                figure: summary.ces,
                format: score,
                extra: summary.easy.few ? "" : _t("%s found it easy", percent(summary.easy.value)),
                open: () => this.openAnswers(_t("Effort"), [["effort_count", "=", 1]]),
            },
            {
                name: _t("Response rate"),
                help: _t("Of those who were sent a request"),
                figure: { count: response.sent, few: !response.sent, value: response.rate, low: null },
                format: percent,
                count: _t("%(answered)s of %(sent)s requests", {
                    answered: this.whole(response.responded),
                    sent: this.whole(response.sent),
                }),
                open: () => this.open(RESPONSE, _t("Requests sent"), response.domain),
            },
        ];
    }

    // --- importance and performance

    get picture() {
        return this.state.result.pictures[this.state.importance];
    }

    get numbered() {
        return this.state.result.aspects.map((aspect, index) => ({ ...aspect, number: index + 1 }));
    }

    get points() {
        return this.numbered
            .filter((aspect) => this.picture.fields[aspect.id])
            .map((aspect) => ({
                id: aspect.id,
                number: aspect.number,
                name: aspect.name,
                field: this.picture.fields[aspect.id],
                importance: aspect[this.state.importance].value,
                performance: aspect.performance.value,
                count: Math.min(aspect[this.state.importance].count, aspect.performance.count),
            }));
    }

    get fieldLists() {
        const names = {
            concentrate: [_t("Concentrate here"), _t("Important, and not good enough")],
            keep: [_t("Keep it up"), _t("Important, and good")],
            low_priority: [_t("Low priority"), _t("Not so good, and less important")],
            overdone: [_t("Possibly overdone"), _t("Good, and less important")],
            undecided: [_t("No verdict"), this.undecidedText],
        };
        return FIELDS.map((field) => ({
            field,
            name: names[field][0],
            help: names[field][1],
            points: this.points.filter((point) => point.field === field),
        }));
    }

    /** Whether there are enough aspects for verdicts. */
    get isTold() {
        return this.points.length >= this.picture.least;
    }

    get undecidedText() {
        return this.isTold
            ? _t("Their 95 % intervals reach over a line, or customers name them as reasons for complaints")
            : _t("It takes at least %s aspects with enough answers", this.picture.least);
    }

    get leftOut() {
        return this.numbered.filter((aspect) => !this.picture.fields[aspect.id]);
    }

    setImportance(kind) {
        this.state.importance = kind;
    }

    // --- drivers, punctuality, reasons, expectations

    get drivers() {
        const byId = Object.fromEntries(this.numbered.map((aspect) => [aspect.id, aspect]));
        return this.state.result.drivers.map((id) => byId[id]);
    }

    get undriven() {
        return this.numbered.filter((aspect) => !this.state.result.drivers.includes(aspect.id));
    }

    /** Where a value lies in a range, in percent of its width. */
    place(value, low, high) {
        return Math.max(0, Math.min(100, (100 * (value - low)) / (high - low)));
    }

    barStyle(value, low, high) {
        return `width: ${this.place(value, low, high)}%`;
    }

    rangeStyle(figure, low, high) {
        const from = this.place(figure.low, low, high);
        return `left: ${from}%; width: ${this.place(figure.high, low, high) - from}%`;
    }

    dotStyle(value, low, high) {
        return `left: ${this.place(value, low, high)}%`;
    }

    get punctual() {
        const { on_time, late } = this.state.result.punctuality;
        return [
            { key: "on_time", name: _t("On time"), figure: on_time },
            { key: "late", name: _t("Late"), figure: late },
        ];
    }

    get differenceText() {
        const { difference } = this.state.result.punctuality;
        const values = {
            value: this.score(Math.abs(difference.value)),
            low: this.score(difference.low),
            high: this.score(difference.high),
        };
        if (difference.low <= 0 && difference.high >= 0) {
            return _t(
                "No difference that is certain: late less on time lies between %(low)s and %(high)s.",
                values
            );
        }
        return difference.value < 0
            ? _t("Late deliveries score %(value)s lower (95 %: %(low)s to %(high)s).", values)
            : _t("Late deliveries score %(value)s higher (95 %: %(low)s to %(high)s).", values);
    }

    get expected() {
        return this.numbered.filter((aspect) => aspect.expectation.count);
    }

    gapClass(gap) {
        if (gap.few || (gap.low <= 0 && gap.high >= 0)) {
            return "";
        }
        return gap.value < 0 ? "o_why_short" : "o_why_beyond";
    }

    gapText(gap) {
        const sign = gap.value > 0 ? "+" : "";
        return sign + this.score(gap.value);
    }

    // --- every figure opens its answers

    open(model, name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: [
                [false, "list"],
                ...(model === ANSWERS ? [[false, "kanban"]] : []),
                [false, "pivot"],
                [false, "graph"],
            ],
            domain,
            target: "current",
        });
    }

    openAnswers(name, domain) {
        return this.open(ANSWERS, name, [...this.state.result.domain, ...domain]);
    }

    openScores(name, domain) {
        return this.open(SCORES, name, [...this.state.result.domain, ...domain]);
    }

    openAspect(aspect, part = "score") {
        return this.openScores(aspect.name, [
            ["aspect_id", "=", aspect.id],
            [`${part}_count`, "=", 1],
        ]);
    }

    openPunctuality({ key, name }) {
        return this.openAnswers(name, [
            ["punctuality", "=", key],
            ["rated_count", "=", 1],
        ]);
    }

    openReason(bar) {
        return this.openScores(bar.name, [
            ["reason_count", "=", 1],
            ["answer_id", "in", bar.answer_ids],
        ]);
    }

    improve(point) {
        const context = { default_name: _t("Improve: %s", point.name), default_aspect_id: point.id };
        for (const [name, value] of Object.entries(this.filters)) {
            if (name !== "survey_id") {
                context[`default_${name}`] = name.endsWith("_id") ? Number(value) : value;
            }
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Improvement"),
            res_model: "logistics.improvement",
            views: [[false, "form"]],
            context,
            target: "current",
        });
    }
}

registry.category("actions").add("logistics_why", Why);
