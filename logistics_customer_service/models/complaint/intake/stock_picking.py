from odoo import fields, models

from ....tools.shipment import tracking

CATEGORIES = {
    tracking.NOT_ARRIVED: "complaint_category_delay",
    tracking.DAMAGED: "complaint_category_damage",
    tracking.SHORT: "complaint_category_shortage",
    tracking.WRONG_GOODS: "complaint_category_misdelivery_goods",
    tracking.OTHER: "complaint_category_other",
}


class StockPicking(models.Model):
    """What customers tell on the page of a delivery becomes a case."""

    _inherit = "stock.picking"

    def _tell_tracking_remark(self, kind, text, author=None):
        """Open a case, or add to the one a remark opened; else have somebody look at it."""
        if not self._get_remark_team():
            return super()._tell_tracking_remark(kind, text, author)
        case = self._get_remark_case()
        if not case:
            case = self._open_remark_case(kind, text, author)
        elif author:
            case._take_customer_message(text, [], author_id=author.id)
        else:
            case._note_customer_said(text, "form")
        return self._note_remark(kind, text, author, case)

    def _get_remark_team(self):
        """Return the team that gets cases from remarks, empty where remarks open none."""
        company = self.company_id
        teams = self.env["logistics.service.team"]
        on = self.env["res.groups"]._has_logistics_part("cases")
        if not (on and company.logistics_remark_case):
            return teams
        return teams._get_first(company).get(company, teams)

    def _get_remark_case(self):
        """Return the open case about this delivery that customers opened themselves."""
        return self.env["logistics.complaint"].search(
            [
                ("picking_ids", "in", self.ids),
                ("channel", "in", ("form", "portal")),
                ("is_open", "=", True),
            ],
            limit=1,
        )

    def _open_remark_case(self, kind, text, author):
        cases = self.env["logistics.complaint"].with_company(self.company_id)
        vals = self._prepare_remark_case(kind, author)
        # whoever has the link may be anybody: it is told in nobody's name
        writer = author or self.env.ref("base.partner_root")
        return cases._open_by_customer(vals, text, [], author_id=writer.id)

    def _prepare_remark_case(self, kind, author):
        category = self.env.ref(f"logistics_customer_service.{CATEGORIES[kind]}", raise_if_not_found=False)
        return {
            "company_id": self.company_id.id,
            "channel": "portal" if author else "form",
            "partner_id": (author or self._get_recipient() or self.sale_id.partner_id).id,
            "category_id": category.id if category else False,
            "name": dict(self._get_tracking_kinds())[kind],
            "picking_ids": [fields.Command.set(self.ids)],
            "order_ids": [fields.Command.set(self.sale_id.ids)],
        }

    def _note_remark(self, kind, text, author, case):
        """Let the delivery's history say what was told and where it is dealt with."""
        label = dict(self._get_tracking_kinds())[kind]
        body = self._get_tracking_remark_body(label, text, bool(author))
        body += case._get_html_link(title=case.number)
        writer = author or self.env.ref("base.partner_root")
        self.message_post(body=body, author_id=writer.id, subtype_xmlid="mail.mt_note")
