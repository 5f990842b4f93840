import { Chatter } from "@mail/chatter/web_portal/chatter";
import { onMounted } from "@odoo/owl";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

const CASE = "logistics.complaint";

/** The conversation with a customer: the last words, and to whom and how an answer goes. */
export class CaseChatter extends Chatter {
    static template = "logistics_customer_service.CaseChatter";
    static components = { ...Chatter.components, DropdownItem };

    setup() {
        super.setup();
        this.action = useService("action");
        this.state.answers = [];
        this.state.wordsUnfolded = false;
        onMounted(() => {
            if (this.talk.reply && this.props.record.context.logistics_reply) {
                this.reply();
            }
        });
    }

    get talk() {
        return this.props.record.data.talk || {};
    }

    /** What the customer said last, unless it is the first thing to be read below anyway. */
    get words() {
        const { words } = this.talk;
        return words && !words.newest && !this.state.isSearchOpen ? words : null;
    }

    get wordsAt() {
        return toLocaleDateTimeString(deserializeDateTime(this.words.at), { showSeconds: false });
    }

    get isLong() {
        return this.words.text.length > 700 || this.words.text.split("\n").length > 7;
    }

    /** Whether the customer can be called, and reached by no other way. */
    get mustCall() {
        const { reply } = this.talk;
        return reply && !reply.way && reply.phone;
    }

    get replyLabel() {
        const { name, way } = this.talk.reply || {};
        if (way === "mail") {
            return _t("Reply to %(name)s, by mail", { name });
        }
        return way === "portal" ? _t("Reply to %(name)s, on the portal", { name }) : _t("Reply");
    }

    /** Odoo's own speaks of followers, who are not whom an answer is for. */
    get composerProps() {
        const { name } = this.talk.reply || {};
        return this.state.composerType === "message" && name
            ? { placeholder: _t("Write to %(name)s…", { name }) }
            : {};
    }

    get callLabel() {
        const { name } = this.talk.reply;
        return name ? _t("Call %(name)s", { name }) : _t("Call");
    }

    /** Opens the composer for the customer, whoever wrote last; closes it where it is open. */
    async reply() {
        const opens = this.state.composerType !== "message";
        this.toggleComposer("message");
        if (opens) {
            this.state.thread.suggestedRecipients = await this.orm.call(
                CASE,
                "read_reply_recipients",
                [[this.props.threadId]]
            );
        }
    }

    async loadAnswers() {
        this.state.answers = await this.orm.call(CASE, "read_canned_answers", [
            [this.props.threadId],
        ]);
    }

    /** Odoo's own composer, filled from a template and for the customer. */
    async answerWith(answer) {
        const action = await this.orm.call(CASE, "action_answer_with", [
            [this.props.threadId],
            answer.id,
        ]);
        await this.action.doAction(action, {
            onClose: () => {
                this.onPostCallback();
                this.state.composerType = false;
            },
        });
    }
}
