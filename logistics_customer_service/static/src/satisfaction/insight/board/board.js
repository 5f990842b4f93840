import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatFloat } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const POLL = 30 * 1000;

/** Today's answers as they come, the bad ones on top; it reads anew every half minute. */
export class FeedbackBoard extends Component {
    static template = "logistics_customer_service.FeedbackBoard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.seen = new Set();
        this.state = useState({ answers: [], counts: {}, domain: [], readAt: null, stale: false });
        this.onVisible = () => !document.hidden && this.poll();
        onWillStart(() => this.read());
        onMounted(() => {
            this.timer = setInterval(this.onVisible, POLL);
            document.addEventListener("visibilitychange", this.onVisible);
        });
        onWillUnmount(() => {
            clearInterval(this.timer);
            document.removeEventListener("visibilitychange", this.onVisible);
        });
    }

    async read() {
        const { answers, counts, domain, read_at } = await this.orm.silent.call(
            "logistics.feedback.board",
            "action_read",
            []
        );
        const first = !this.state.readAt;
        for (const answer of answers) {
            answer.isNew = !first && !this.seen.has(answer.id);
            this.seen.add(answer.id);
        }
        Object.assign(this.state, { answers, counts, domain, readAt: read_at, stale: false });
    }

    /** A board on the wall survives a server that is away for a minute: it says so. */
    async poll() {
        try {
            await this.read();
        } catch {
            this.state.stale = true;
        }
    }

    time(instant) {
        return formatDateTime(deserializeDateTime(instant), { format: "HH:mm" });
    }

    get cards() {
        const { answers, bad, csat, rated, to_do } = this.state.counts;
        return [
            { name: _t("Answers"), value: answers, domain: [["answer_count", "=", 1]] },
            {
                name: _t("CSAT"),
                value: csat === null ? _t("Too few") : _t("%s %", formatFloat(100 * csat, { digits: [16, 1] })),
                note: _t("n = %s", rated),
                domain: [["rated_count", "=", 1]],
            },
            { name: _t("Bad"), value: bad, domain: [["bad_count", "=", 1]] },
            { name: _t("To do"), value: to_do, domain: [["to_do_count", "=", 1]] },
        ];
    }

    said(answer) {
        if (answer.overall) {
            return "★".repeat(answer.overall) + "☆".repeat(5 - answer.overall);
        }
        return answer.recommend === null ? "–" : _t("%s of 10", answer.recommend);
    }

    openAll(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "logistics.feedback.report",
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "pivot"],
            ],
            domain: [...this.state.domain, ...domain],
        });
    }

    open(answer) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "logistics.feedback",
            res_id: answer.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("logistics_feedback_board", FeedbackBoard);
