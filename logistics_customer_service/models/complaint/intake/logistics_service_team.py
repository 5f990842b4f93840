import base64
import io
from datetime import timedelta

import qrcode

from odoo import api, fields, models
from odoo.tools import SQL

HOUR = timedelta(hours=1)


class LogisticsServiceTeam(models.Model):
    """The form by which anybody can turn to a team, without login and website."""

    _name = "logistics.service.team"
    _inherit = ["logistics.service.team", "logistics.secret.mixin"]

    _link_paths = ("/service/form",)

    acknowledgement_template_id = fields.Many2one(
        "mail.template",
        string="Acknowledgement",
        domain=[("model", "=", "logistics.complaint")],
        help="Sent at once to whoever turns to us and can be reached by mail; empty: nothing is.",
    )
    form_open = fields.Boolean(
        string="Public Form",
        help="Whoever has the link can send a matter to this team, without a login.",
    )
    # teams of earlier versions have none until their form is opened
    handle = fields.Char(required=False)
    form_hourly_limit = fields.Integer(
        string="Cases an Hour at Most",
        default=30,
        help="What comes by the form beyond that is asked to try again later.",
    )
    form_used_at = fields.Datetime(groups=fields.NO_ACCESS, copy=False)
    form_url = fields.Char(string="Link of the Form", compute="_compute_form", compute_sudo=True)
    form_qr = fields.Binary(string="QR Code", compute="_compute_form", compute_sudo=True)

    _check_form_hourly_limit = models.Constraint(
        "CHECK (form_hourly_limit > 0)", "A public form takes at least one case an hour."
    )

    @api.depends("form_open", "handle", "generation")
    def _compute_form(self):
        for team in self:
            # on the screen before it is saved: the link is that of the row
            shown = team.form_open and team._origin
            team.form_url = shown and f"{team.get_base_url()}/service/form/{shown._get_token()}"
            team.form_qr = shown and _draw_qr(team.form_url)

    def _is_open(self):
        """Tell whether the link opens the form now."""
        return bool(self) and self.form_open

    def _is_form_busy(self):
        """Tell whether the form has taken as many cases within the hour as it may.

        If not, the caller opens one in the same transaction. Of two at the same moment the second
        waits here, finds the row changed, is tried again and then counts the first.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        taken = self.env["logistics.complaint"].search_count(
            [("team_id", "=", self.id), ("channel", "=", "form"), ("create_date", ">", now - HOUR)],
            limit=self.form_hourly_limit,
        )
        if taken >= self.form_hourly_limit:
            return True
        self.env.execute_query(
            SQL(
                "UPDATE logistics_service_team SET form_used_at = %s WHERE id = %s RETURNING id",
                now,
                self.id,
            )
        )
        return False

    def action_renew_form(self):
        """Give the form another link; the old one opens nothing any more."""
        self.check_access("write")
        self.sudo()._draw_anew()  # nobody writes what makes the link by hand
        return True


def _draw_qr(text):
    stream = io.BytesIO()
    qrcode.make(text, border=2).save(stream, "PNG")
    return base64.b64encode(stream.getvalue())
