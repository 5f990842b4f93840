import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A list of ``{label, level}`` as badges, in its order; a level is that of a badge. */
export class TagsField extends Component {
    static template = "logistics_customer_service.TagsField";
    static props = { ...standardFieldProps };

    get tags() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("logistics_tags", {
    component: TagsField,
    supportedTypes: ["json"],
});
