import { registry } from "@web/core/registry";
import { setAttributes } from "@web/core/utils/xml";
import { formView } from "@web/views/form/form_view";
import { CaseChatter } from "./case_chatter";

/** Puts the conversation where the form says, instead of beside or below it. */
export class CaseFormCompiler extends formView.Compiler {
    compile() {
        const compiled = super.compile(...arguments);
        const place = compiled.querySelector("[name='conversation']");
        const chatter = compiled.querySelector(".o-mail-Form-chatter");
        if (place && chatter) {
            chatter.removeAttribute("t-attf-class");
            setAttributes(chatter.querySelector("t[t-component]"), {
                isChatterAside: "false",
                isInFormSheetBg: "true",
            });
            place.append(chatter);
        }
        return compiled;
    }
}

export class CaseFormRenderer extends formView.Renderer {
    setup() {
        super.setup();
        this.mailComponents = { ...this.mailComponents, Chatter: CaseChatter };
    }
}

registry.category("views").add("logistics_case_form", {
    ...formView,
    Compiler: CaseFormCompiler,
    Renderer: CaseFormRenderer,
});
