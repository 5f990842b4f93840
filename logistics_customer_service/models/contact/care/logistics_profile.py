from odoo import fields, models
from odoo.exceptions import AccessError


class LogisticsProfile(models.Model):
    """What a customer is greeted on, and what came of it."""

    _inherit = "logistics.profile"

    greeting_count = fields.Integer(string="Greetings", compute="_compute_greeting_count")
    founded_on = fields.Date(related="partner_id.logistics_founded_on", compute_sudo=True)
    bereaved_until = fields.Date(related="partner_id.bereaved_until", compute_sudo=True)
    care_person_ids = fields.Many2many(
        "res.partner",
        string="Birthdays",
        compute="_compute_care_person_ids",
        compute_sudo=True,
        help="The customer's people whose birthday is known, or who are bereaved.",
    )

    def _compute_greeting_count(self):
        counts = dict(
            self.env["logistics.greeting"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.greeting_count = counts.get(profile, 0)

    def _compute_care_person_ids(self):
        people = self.env["res.partner"].search(
            [
                ("commercial_partner_id", "in", self.partner_id.ids),
                "|",
                ("logistics_birth_month", "!=", False),
                ("bereaved_until", "!=", False),
            ]
        )
        by_customer = people.grouped("commercial_partner_id")
        for profile in self:
            profile.care_person_ids = by_customer.get(profile.partner_id, people.browse())

    def _move_history(self, target):
        # agents merge customers; greetings are written by the program alone
        greetings = self.env["logistics.greeting"].sudo()
        greetings.search([("profile_id", "in", self.ids)]).profile_id = target
        return super()._move_history(target)

    def _check_may_note(self):
        """Raise for people who may not write these customers' profiles."""
        if not self.env.user.has_group("logistics_customer_service.group_agent"):
            raise AccessError(self.env._("Only customer service notes such dates."))
        self.check_access("write")

    # === ACTION METHODS ===#

    def action_view_greetings(self):
        """Open what the customer and its people were greeted on, or will be."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_greeting_action"
        )
        return {**action, "domain": [("profile_id", "=", self.id)], "context": {}}

    def action_note_dates(self):
        """Note birthdays of the customer's people and the day of its founding."""
        return self._open_wizard("logistics_customer_service.logistics_care_dates_action")

    def action_note_bereavement(self):
        """Note that nobody is greeted for a while."""
        return self._open_wizard("logistics_customer_service.logistics_bereavement_action")

    def _open_wizard(self, xmlid):
        self.ensure_one()
        self._check_may_note()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, "context": {"default_profile_id": self.id}}
