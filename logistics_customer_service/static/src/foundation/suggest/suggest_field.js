import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";

/** Text that is typed freely, or chosen among the texts of another field of the record. */
export class SuggestField extends CharField {
    static template = "logistics_customer_service.SuggestField";
    static props = { ...CharField.props, choicesField: { type: String } };

    get choices() {
        return this.props.record.data[this.props.choicesField] || [];
    }

    get listId() {
        return `${this.props.id || this.props.name}_choices`;
    }
}

registry.category("fields").add("logistics_suggest", {
    ...charField,
    component: SuggestField,
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...charField.extractProps(fieldInfo, dynamicInfo),
        choicesField: fieldInfo.options.choices_field,
    }),
});
