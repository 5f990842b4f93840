from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

# seven times seven days
MOURNING = timedelta(days=49)


class LogisticsBereavement(models.TransientModel):
    """That somebody has died there: nobody is wished anything for a while."""

    _name = "logistics.bereavement"
    _description = "Bereavement"

    profile_id = fields.Many2one("logistics.profile", required=True, ondelete="cascade")
    customer_id = fields.Many2one(related="profile_id.partner_id", related_sudo=False)
    partner_id = fields.Many2one(
        "res.partner",
        string="Who Mourns",
        required=True,
        ondelete="cascade",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('commercial_partner_id', '=', customer_id)]",
        help="The customer itself: none of its people is greeted.",
    )
    until = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self) + MOURNING,
        help="Up to and including this day.",
    )
    note = fields.Char()

    @api.depends("profile_id")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = wizard.profile_id.partner_id

    @api.constrains("partner_id", "profile_id")
    def _check_partner(self):
        for wizard in self:
            if wizard.partner_id.commercial_partner_id != wizard.profile_id.partner_id:
                raise ValidationError(self.env._("This is nobody of the customer's."))

    def action_save(self):
        """Keep it with the person, and note on the profile that it is so.

        :raise AccessError: for people who may not write the profile
        """
        self.ensure_one()
        self.profile_id._check_may_note()
        # the right on the profile was checked; contacts are others' to write but for this
        self.partner_id.sudo().write(
            {"bereaved_until": self.until, "bereavement_note": self.note}
        )
        self.profile_id._message_log(
            body=self.env._(
                "Bereavement, %(person)s: no greetings until %(day)s.",
                person=self.partner_id.name,
                day=format_date(self.env, self.until),
            )
        )

    def action_clear(self):
        """Greet the person again.

        :raise AccessError: for people who may not write the profile
        """
        self.ensure_one()
        self.profile_id._check_may_note()
        # as in action_save
        self.partner_id.sudo().write({"bereaved_until": False, "bereavement_note": False})
        self.profile_id._message_log(
            body=self.env._("%s is greeted again.", self.partner_id.name)
        )
