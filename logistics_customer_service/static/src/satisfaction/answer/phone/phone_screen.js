import { Component, markup, onMounted, onWillStart, useExternalListener, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const CHOICES = ["faces", "steps", "choice", "multiple_choice"];
const TYPED_TOGETHER = 700; // ms within which 1 and 0 are a ten

/** The questionnaire as an agent fills it in with a customer on the telephone: by keys alone. */
export class PhoneScreen extends Component {
    static template = "logistics_customer_service.PhoneScreen";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.root = useRef("root");
        this.phoneId = this.props.action.params?.phone_id;
        this.state = useState({ sheet: false, given: {}, problems: {}, noContact: false, busy: false });
        onWillStart(() => this.load());
        onMounted(() => this.state.sheet && this.focusOn(this.pending));
        useExternalListener(window, "keydown", (event) => this.onKeydown(event));
    }

    async load() {
        if (!this.phoneId) {
            return;
        }
        const sheet = await this.orm.call("logistics.survey.phone", "action_get_sheet", [[this.phoneId]]);
        sheet.intro = sheet.intro && markup(sheet.intro);
        for (const question of sheet.questions) {
            question.hint = question.hint && markup(question.hint);
            const chosen = question.options.filter((option) => option.chosen).map((o) => o.value);
            this.state.given[question.id] = chosen.length ? chosen : question.text;
        }
        this.state.sheet = sheet;
    }

    /** The questions that are asked now, with the number by which the agent speaks of them. */
    get questions() {
        const chosen = new Set();
        const asked = [];
        for (const question of this.state.sheet.questions) {
            if (question.triggers.length && !question.triggers.some((id) => chosen.has(id))) {
                continue;
            }
            asked.push(question);
            if (CHOICES.includes(question.kind)) {
                for (const id of this.state.given[question.id] || []) {
                    chosen.add(id);
                }
            } else if (question.kind === "scale") {
                for (const step of this.state.given[question.id] || []) {
                    chosen.add(`${question.id}_${step}`);
                }
            }
        }
        return asked;
    }

    /** The question that is asked next: the first one without an answer. */
    get pending() {
        const asked = this.questions.filter((one) => one.kind !== "section");
        return asked.find((one) => !this.state.given[one.id]?.length) || asked[0];
    }

    isChosen(question, option) {
        const given = this.state.given[question.id];
        return Array.isArray(given) && given.includes(option.value);
    }

    choose(question, option) {
        const given = this.state.given;
        if (question.kind === "multiple_choice") {
            const chosen = Array.isArray(given[question.id]) ? given[question.id] : [];
            given[question.id] = chosen.includes(option.value)
                ? chosen.filter((value) => value !== option.value)
                : [...chosen, option.value];
        } else {
            given[question.id] = [option.value];
        }
        delete this.state.problems[question.id];
    }

    // === KEYS: digits choose, Enter goes on, Ctrl+Enter keeps ===

    onKeydown(event) {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            this.save(true);
        } else if (this.isLoose(event)) {
            // nothing has the keys: they belong to the question that is asked next
            this.focusOn(this.pending);
            this.onQuestionKeydown(this.pending, event);
        }
    }

    /** Tell whether a digit was typed outside of all questions and of all that takes text. */
    isLoose(event) {
        const { target } = event;
        return (
            /^\d$/.test(event.key) &&
            !event.defaultPrevented &&
            Boolean(this.state.sheet && this.pending) &&
            !document.querySelector(".modal") &&
            !target.closest?.("[data-question]") &&
            !/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) &&
            !target.isContentEditable
        );
    }

    onQuestionKeydown(question, event) {
        if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
            return;
        }
        if (event.key === "Enter" && event.target.tagName !== "TEXTAREA") {
            event.preventDefault();
            this.focusAfter(question);
        } else if (/^\d$/.test(event.key) && question.options.length) {
            event.preventDefault();
            this.chooseByDigit(question, event);
        }
    }

    chooseByDigit(question, event) {
        const before = this.typed;
        const together =
            before && before.id === question.id && event.timeStamp - before.at < TYPED_TOGETHER;
        const typed = (together ? before.digits : "") + event.key;
        const both = together && this.findOption(question, typed);
        const option = both || this.findOption(question, event.key);
        if (both && before.option && question.kind === "multiple_choice") {
            this.choose(question, before.option); // the 1 of a ten was not meant
        }
        this.typed = { id: question.id, digits: typed, at: event.timeStamp, option };
        if (option) {
            this.choose(question, option);
        }
    }

    /** Steps and scales go by their value, other choices by their place. */
    findOption(question, digits) {
        const number = parseInt(digits);
        const byStep = ["faces", "steps", "scale"].includes(question.kind);
        return byStep
            ? question.options.find((option) => option.step === number)
            : question.options[number - 1];
    }

    focusAfter(question) {
        const asked = this.questions.filter((one) => one.kind !== "section");
        this.focusOn(asked[asked.indexOf(question) + 1]);
    }

    /** Give the keys to a question; after the last one, to the button that keeps. */
    focusOn(question) {
        const box = question && this.root.el.querySelector(`[data-question="${question.id}"]`);
        const field = box
            ? box.querySelector("input:checked, input, textarea")
            : this.root.el.querySelector(".o_logistics_phone_save");
        field?.focus();
    }

    // === KEEPING ===

    async save(complete) {
        if (this.state.busy || !this.state.sheet) {
            return;
        }
        this.state.busy = true;
        try {
            const given = Object.fromEntries(
                this.questions.map((question) => [question.id, this.state.given[question.id] ?? ""])
            );
            const result = await this.orm.call("logistics.survey.phone", "action_take_answers", [
                [this.phoneId],
                given,
                this.state.noContact,
                complete,
            ]);
            if (result.problems) {
                this.state.problems = result.problems;
                this.notification.add(_t("Something is still missing."), { type: "warning" });
                const first = this.questions.find((one) => result.problems[one.id]);
                const selector = first && `[data-question="${first.id}"] :is(input, textarea)`;
                (selector && this.root.el.querySelector(selector))?.focus();
                return;
            }
            this.notification.add(result.message, { type: "success" });
            this.leave();
        } finally {
            this.state.busy = false;
        }
    }

    leave() {
        const { breadcrumbs } = this.env.config;
        if (breadcrumbs?.length > 1) {
            this.action.restore(breadcrumbs.at(-2).jsId);
        } else {
            this.action.doAction("logistics_customer_service.logistics_profile_action", {
                clearBreadcrumbs: true,
            });
        }
    }
}

registry.category("actions").add("logistics_survey_phone", PhoneScreen);
