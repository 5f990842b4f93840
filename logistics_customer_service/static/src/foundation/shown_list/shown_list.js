import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { extractFieldsFromArchInfo } from "@web/model/relational_model/utils";
import { ListController } from "@web/views/list/list_controller";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/** The key under which a browser keeps which columns are shown: core's, whose list reads all fields. */
function getKey(archInfo, fields, resModel, viewId) {
    const { activeFields } = extractFieldsFromArchInfo(archInfo, fields);
    return [resModel, "list", viewId, ...Object.keys(activeFields).sort()].join(",");
}

/** What the list's attributes speak of besides the names of its columns. */
function getWords(xmlDoc) {
    const words = new Set();
    for (const node of [xmlDoc, ...xmlDoc.querySelectorAll("*")]) {
        for (const { name, value } of node.attributes) {
            if (!["name", "string", "help", "field_id"].includes(name)) {
                value.match(/\w+/g)?.forEach((word) => words.add(word));
            }
        }
    }
    return words;
}

/** The columns that can be hidden without anything else in the list missing their values. */
function getSpareColumns({ columns, xmlDoc }) {
    const words = getWords(xmlDoc);
    return columns.filter(
        ({ name, type, optional }) =>
            type === "field" &&
            optional &&
            !words.has(name) &&
            columns.every((column) => column.name !== name || column.optional)
    );
}

/** The currencies, never shown themselves, of amounts of which none is read. */
function getSpareCurrencies({ columns, xmlDoc }, fields, activeFields) {
    const words = getWords(xmlDoc);
    const amounts = columns.filter(({ name }) => fields[name]?.currency_field);
    const read = amounts.filter(({ name }) => name in activeFields);
    const needed = new Set(read.map(({ name }) => fields[name].currency_field));
    return amounts
        .map(({ name }) => fields[name].currency_field)
        .filter(
            (currency) =>
                !needed.has(currency) &&
                !words.has(currency) &&
                columns.every(
                    ({ name, column_invisible }) =>
                        name !== currency || ["1", "True"].includes(column_invisible)
                )
        );
}

/** A list that reads the columns that are shown; whoever shows another one has it read then. */
export class ShownListController extends ListController {
    get modelParams() {
        const params = super.modelParams;
        if (!this.props.state?.modelState?.config) {
            const { fields, resModel } = this.props;
            const key = getKey(this.archInfo, fields, resModel, this.env.config.viewId);
            const chosen = browser.localStorage.getItem(`optional_fields,${key}`)?.split(",");
            for (const { name, optional } of getSpareColumns(this.archInfo)) {
                if (!(chosen ? chosen.includes(name) : optional === "show")) {
                    delete params.config.activeFields[name];
                }
            }
            const { activeFields } = params.config;
            for (const name of getSpareCurrencies(this.archInfo, fields, activeFields)) {
                delete activeFields[name];
            }
        }
        return params;
    }
}

export class ShownListRenderer extends ListRenderer {
    createViewKey() {
        const { archInfo, list } = this.props;
        return getKey(archInfo, list.fields, list.resModel, this.env.config.viewId);
    }

    /** What another window shows since is shown here when it has been read. */
    getActiveColumns() {
        const { activeFields } = this.props.list;
        return super
            .getActiveColumns()
            .filter(({ name, type }) => type !== "field" || name in activeFields);
    }

    async toggleOptionalField(fieldName) {
        const { archInfo, list } = this.props;
        if (!(fieldName in list.activeFields)) {
            const { activeFields } = extractFieldsFromArchInfo(archInfo, list.fields);
            for (const name of [fieldName, list.fields[fieldName].currency_field]) {
                if (name in activeFields) {
                    list.activeFields[name] = activeFields[name];
                }
            }
            list.config.fieldsToAggregate?.push(fieldName);
            await list.leaveEditMode();
            await list.model.load();
            if (this.optionalActiveFields[fieldName]) {
                return this.render(); // another window has it shown already
            }
        }
        return super.toggleOptionalField(fieldName);
    }
}

registry.category("views").add("logistics_shown_list", {
    ...listView,
    Controller: ShownListController,
    Renderer: ShownListRenderer,
});
