from odoo import api, models

from .logistics_visit_action import OPEN


class LogisticsVisitAction(models.Model):
    """Agreed actions stand among the activities of who has to do them."""

    _inherit = "logistics.visit.action"

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._make_activities()
        return actions

    def write(self, vals):
        result = super().write(vals)
        if {"name", "user_id", "date_deadline"} & vals.keys():
            self._update_activities()
        if "state" in vals:
            self._settle_activities()
        return result

    def unlink(self):
        # the activity stands for the action alone
        activities = self.sudo().activity_id
        result = super().unlink()
        activities.unlink()
        return result

    def _make_activities(self):
        """Make a to-do for each open action, all in one."""
        waiting = self.filtered(lambda action: action.state == OPEN and not action.activity_id)
        # the visit may belong to a colleague's customer; the action was just written
        activities = self.env["mail.activity"].sudo()
        for action, activity in zip(
            waiting,
            activities.create([action._prepare_activity_vals() for action in waiting]),
            strict=True,
        ):
            # the to-do is tied to it by the program alone
            action.sudo().activity_id = activity

    def _prepare_activity_vals(self):
        return {
            "res_model_id": self.env["ir.model"]._get_id("logistics.visit"),
            "res_id": self.visit_id.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": self.name,
            "user_id": self.user_id.id,
            "date_deadline": self.date_deadline,
        }

    def _update_activities(self):
        for action in self.filtered("activity_id"):
            # see _make_activities
            action.sudo().activity_id.write(
                {
                    "summary": action.name,
                    "user_id": action.user_id.id,
                    "date_deadline": action.date_deadline,
                }
            )

    def _settle_activities(self):
        """Mark the activities of what is done as done; what is open again gets a new one."""
        done = self.filtered(lambda action: action.state != OPEN)
        if not self.env.context.get("logistics_activity_done"):
            # see _make_activities
            done.sudo().activity_id.filtered("active")._action_done()
        reopened = self - done
        reopened.sudo().activity_id = False
        reopened._make_activities()
