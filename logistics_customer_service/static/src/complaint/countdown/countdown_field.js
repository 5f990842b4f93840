import { Component, onWillUnmount, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;
const TICK = 30 * 1000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in the two units that matter, cut, never rounded up. */
export function formatSpan(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const days = Math.floor(whole / DAY);
    const hours = Math.floor((whole % DAY) / HOUR);
    const minutes = Math.floor((whole % HOUR) / MINUTE);
    if (days >= 2) {
        return hours && days < 10
            ? _t("%(days)s d %(hours)s h", { days, hours })
            : _t("%(days)s d", { days });
    }
    const allHours = days * 24 + hours;
    if (!allHours) {
        return _t("%(minutes)s min", { minutes });
    }
    return minutes && allHours < 10
        ? _t("%(hours)s h %(minutes)s min", { hours: allHours, minutes })
        : _t("%(hours)s h", { hours: allHours });
}

/**
 * What a countdown shows at an instant: each state has an icon and words of its own, so that
 * nobody has to tell colours apart.
 *
 * @param {Object|false} countdown as the server prepares it, its instants in UTC
 * @param {DateTime} now
 */
export function describe(countdown, now) {
    if (!countdown) {
        return null;
    }
    const waiting = { kind: "waits", icon: "fa-hourglass-half", text: countdown.waits };
    if (countdown.stopped && countdown.waits) {
        return waiting;
    }
    if (countdown.stopped) {
        return countdown.state === "met"
            ? { kind: "met", icon: "fa-check-circle", text: _t("In time") }
            : { kind: "missed", icon: "fa-times-circle", text: _t("Too late") };
    }
    const due = countdown.due && deserializeDateTime(countdown.due);
    if (due && now > due) {
        const time = formatSpan(now.diff(due, "seconds").seconds);
        return {
            kind: "overdue",
            icon: "fa-exclamation-triangle",
            text: _t("Overdue %(time)s", { time }),
        };
    }
    const warn = countdown.warn && deserializeDateTime(countdown.warn);
    if (countdown.waits && !(warn && now >= warn)) {
        // others must act: theirs is the turn, ours the deadline in the tooltip
        return waiting;
    }
    if (countdown.state === "paused") {
        const time = formatSpan(countdown.remaining);
        return { kind: "paused", icon: "fa-pause-circle", text: _t("Paused, %(time)s left", { time }) };
    }
    if (!due) {
        return null;
    }
    const time = formatSpan(due.diff(now, "seconds").seconds);
    return warn && now >= warn
        ? { kind: "soon", icon: "fa-hourglass-end", text: _t("Soon: %(time)s", { time }) }
        : { kind: "calm", icon: "fa-clock-o", text: _t("%(time)s left", { time }) };
}

export class CountdownField extends Component {
    static template = "logistics_customer_service.CountdownField";
    static props = { ...standardFieldProps, target: { type: Boolean, optional: true } };
    static defaultProps = { target: true };

    setup() {
        this.state = useState({ now: DateTime.now() });
        const timer = setInterval(() => (this.state.now = DateTime.now()), TICK);
        onWillUnmount(() => clearInterval(timer));
    }

    get countdown() {
        return this.props.record.data.countdown;
    }

    get shown() {
        return describe(this.countdown, this.state.now);
    }

    /** The target and, in the reader's own time zone, when it is due. */
    get tooltip() {
        const { target, due } = this.countdown;
        return due
            ? _t("%(target)s, due %(due)s", { target, due: formatDateTime(deserializeDateTime(due)) })
            : target;
    }
}

export const countdownField = {
    component: CountdownField,
    displayName: _t("Countdown"),
    supportedTypes: ["datetime"],
    supportedOptions: [
        { label: _t("Name the target"), name: "target", type: "boolean", default: true },
    ],
    fieldDependencies: [{ name: "countdown", type: "json" }],
    extractProps: ({ options }) => ({ target: options.target ?? true }),
};

registry.category("fields").add("logistics_countdown", countdownField);
