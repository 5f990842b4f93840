from datetime import timedelta

from odoo import api, fields, models

from ....tools.complaint.moments import NEW_CASE
from ....tools.foundation.periods import local_midnight
from ...complaint.logistics_complaint_stage import CANCELLED, CLOSED, OPEN_PHASES
from .logistics_callback import WAITING


class LogisticsComplaint(models.Model):
    """The callback that repairs the relation after a case. A case that was opened on a call keeps it."""

    _inherit = "logistics.complaint"

    callback_ids = fields.One2many("logistics.callback", "complaint_id", string="Callbacks")
    callback_count = fields.Integer(
        string="Number of Callbacks",
        compute="_compute_callback_count",
        groups="logistics_customer_service.group_agent",
    )
    source_callback_id = fields.Many2one(
        "logistics.callback",
        string="Opened on the Call",
        index="btree_not_null",
        check_company=True,
        copy=False,
        ondelete="set null",
        groups="logistics_customer_service.group_agent",  # customers read their cases
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
        if not self.env["res.groups"]._has_logistics_part("callbacks"):
            return result
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

    def _plan_callback_when_closed(self, old, new):
        """What is planned with the end of a case falls when it is taken up again."""
        result = super()._plan_callback_when_closed(old, new)
        if old in (CLOSED, CANCELLED) and new in OPEN_PHASES:
            self._drop_follow_ups()
        elif old in OPEN_PHASES and new not in OPEN_PHASES:
            self._call_after_dispute()
        return result

    def _drop_follow_ups(self):
        """What was to be asked after the end falls with it: the next end plans it anew."""
        purpose = self.env.ref("logistics_customer_service.callback_purpose_after_case")
        # a customer's mail reopens a case, and the callback may be anybody's
        planned = self.sudo().callback_ids.filtered(
            lambda callback: callback.purpose_id == purpose and callback.state in WAITING
        )
        planned.action_cancel()
        planned._message_log_batch(
            {callback.id: self.env._("Not called: the case was reopened.") for callback in planned}
        )
        # a day that somebody named stands; one by the rules is worked out anew
        self.filtered(lambda case: case.callback_on and case._needs_callback()).callback_on = False

    def _call_after_dispute(self):
        """Calls about a delivery go on when its case is settled, and have their time from now."""
        # as above
        cases = self.sudo()
        deliveries = cases.picking_ids | cases.order_ids.picking_ids
        waiting = self.env["logistics.callback"].sudo().search(
            [
                ("picking_id", "in", deliveries.ids),
                ("origin", "=", "delivery"),
                ("next_at", "!=", False),
            ]
        )
        for callback in waiting:
            days = timedelta(days=callback.purpose_id.window_days)
            callback.due_at = max(callback.due_at, fields.Datetime.now() + days)

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

    @api.model
    def _get_reactions(self):
        return [*super()._get_reactions(), ("_note_on_call", {NEW_CASE})]

    def _note_on_call(self):
        # a customer's answer may open it, who has no rights on callbacks
        self.sudo().source_callback_id._note_case()
