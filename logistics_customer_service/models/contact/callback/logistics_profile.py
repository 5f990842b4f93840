from odoo import api, fields, models
from odoo.tools import SQL

from ...foundation import bulk


class LogisticsProfile(models.Model):
    """The calls a customer is owed."""

    _inherit = "logistics.profile"

    callback_ids = fields.One2many("logistics.callback", "profile_id", string="Callbacks")
    callback_count = fields.Integer(
        string="Number of Callbacks", compute="_compute_callback_count"
    )

    def _welcome(self):
        """Callbacks planned before the customer had a profile belong to it from now on."""
        result = super()._welcome()
        # whoever confirms a customer's first order has no rights on callbacks
        strays = self.env["logistics.callback"].sudo().search(
            [
                ("profile_id", "=", False),
                ("customer_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        if strays:
            strays._follow_profile()
        return result

    @api.model
    def _insert_missing(self, company, order_ids=None):
        """As inherited; callbacks to those customers follow, in one statement, too."""
        made = super()._insert_missing(company, order_ids)
        callbacks = self.env["logistics.callback"]
        callbacks.flush_model(["customer_id", "company_id"])
        strays = SQL(
            """SELECT stray.id, profile.id
                 FROM logistics_callback stray
                 JOIN logistics_profile profile ON profile.partner_id = stray.customer_id
                      AND profile.company_id = stray.company_id
                WHERE stray.profile_id IS NULL AND stray.company_id = %s""",
            company.id,
        )
        bulk.write_from(callbacks, ["profile_id"], strays)
        return made

    def _move_history(self, target):
        """Callbacks go with the profile they were planned for."""
        callbacks = self.env["logistics.callback"].sudo()  # whoever merges customers merges all
        callbacks.search([("profile_id", "in", self.ids)]).profile_id = target
        return super()._move_history(target)

    def _compute_callback_count(self):
        counts = dict(
            self.env["logistics.callback"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.callback_count = counts.get(profile, 0)

    def action_view_callbacks(self):
        """Open the callbacks of the customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_callback_action"
        )
        return {
            **action,
            "domain": [("profile_id", "=", self.id)],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }
