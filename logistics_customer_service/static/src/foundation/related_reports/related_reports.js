import { Component, onWillStart, useState } from "@odoo/owl";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** The reports that stand beside the one that is open, in its cog menu. */
export class RelatedReports extends Component {
    static template = "logistics_customer_service.RelatedReports";
    static components = { DropdownItem };
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ reports: [] });
        onWillStart(async () => {
            this.state.reports = await this.orm.call("ir.actions.act_window", "get_logistics_reports", [
                this.env.searchModel.globalContext.logistics_reports,
            ]);
        });
    }

    open(report) {
        return this.action.doAction(report.id);
    }
}

registry.category("cogMenu").add("logistics-related-reports", {
    Component: RelatedReports,
    groupNumber: 0,
    isDisplayed: (env) => Boolean(env.searchModel?.globalContext?.logistics_reports?.length),
});
