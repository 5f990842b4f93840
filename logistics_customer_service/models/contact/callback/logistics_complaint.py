from odoo import fields, models

from ....tools.foundation.periods import local_midnight


class LogisticsComplaint(models.Model):
    """The callback that repairs the relation after a case."""

    _inherit = "logistics.complaint"

    callback_ids = fields.One2many("logistics.callback", "complaint_id", string="Callbacks")
    callback_count = fields.Integer(
        string="Number of Callbacks",
        compute="_compute_callback_count",
        groups="logistics_customer_service.group_agent",
    )

    def _compute_callback_count(self):
        counts = dict(
            self.env["logistics.callback"]._read_group(
                [("complaint_id", "in", self.ids)], ["complaint_id"], ["__count"]
            )
        )
        for case in self:
            case.callback_count = counts.get(case, 0)

    def _plan_callback(self):
        """A date for a callback is a callback: who is owed one stands in the queue of calls."""
        result = super()._plan_callback()
        owed = self.filtered(
            lambda case: case.callback_on and (case.contact_id or case.partner_id)
        )
        planned = owed.callback_ids.filtered("next_at").complaint_id
        if owed - planned:
            purpose = self.env.ref("logistics_customer_service.callback_purpose_after_case")
            # whoever closes the case may owe the callback to another agent
            self.env["logistics.callback"].sudo().create(
                [case._prepare_callback_vals(purpose) for case in owed - planned]
            )
        return result

    def _prepare_callback_vals(self, purpose):
        zone = self.company_id._get_logistics_tz()
        return {
            "company_id": self.company_id.id,
            "partner_id": (self.contact_id or self.partner_id).id,
            "phone": self.phone,
            "purpose_id": purpose.id,
            "complaint_id": self.id,
            "reason": self.display_name,
            "user_id": self.user_id.id,
            # the day may be past: of a case that was closed late, or once more
            "call_from": max(local_midnight(self.callback_on, zone), fields.Datetime.now()),
        }

    def action_view_callbacks(self):
        """Open the callbacks of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_callback_action"
        )
        return {
            **action,
            "domain": [("complaint_id", "=", self.id)],
            "context": {
                "default_complaint_id": self.id,
                "default_partner_id": (self.contact_id or self.partner_id).id,
                "default_company_id": self.company_id.id,
            },
        }
