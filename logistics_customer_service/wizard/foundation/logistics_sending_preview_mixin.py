from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsSendingPreviewMixin(models.AbstractModel):
    """The texts of a rule or policy as the customer of a sample would get them.

    A model that uses this has ``_get_texts``, and ``_render_depends`` where more than language and
    sample change the texts.
    """

    _name = "logistics.sending.preview.mixin"
    _description = "Preview of What Is Sent"

    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
        default=lambda self: self.env.lang or "en_US",
    )
    number = fields.Char(
        string="Sample",
        default=lambda self: self._get_last_number(),
        help="Number of a delivery or an order.",
    )
    subject = fields.Char(compute="_compute_texts")
    # a page of its own style, made from templates alone and shown to managers alone
    body = fields.Html(string="Mail", compute="_compute_texts", sanitize=False)
    sms = fields.Text(string="SMS", compute="_compute_texts")
    problem = fields.Char(compute="_compute_texts")

    @api.model
    def _get_last_number(self):
        """Return the number of the last order that went out, of the user's companies."""
        # managers of the service need no rights on transfers to see a text
        picking = (
            self.env["stock.picking"]
            .sudo()
            .search(
                [
                    ("location_dest_id.usage", "=", "customer"),
                    ("location_id.usage", "!=", "customer"),
                    ("sale_id", "!=", False),
                    ("company_id", "in", self.env.companies.ids),
                ],
                order="id desc",
                limit=1,
            )
        )
        return picking.name

    @api.depends(lambda self: self._get_text_fields())
    def _compute_texts(self):
        for preview in self:
            texts, problem = preview._try_texts()
            preview.subject = texts.get("subject")
            preview.body = texts.get("body")
            preview.sms = texts.get("sms")
            preview.problem = problem

    @api.model
    def _get_text_fields(self):
        """Return the fields that the texts depend on."""
        return ("lang", "number")

    def _try_texts(self):
        """Return the texts, or none and what is wrong with the sample or the template."""
        try:
            return self._get_texts(), False
        except UserError as error:
            return {}, str(error)

    def _get_texts(self):
        """Return the texts as dict of ``subject``, ``body`` and ``sms``.

        :raise UserError: when there is no such sample
        """
        raise NotImplementedError

    def action_send_test(self):
        """Send the mail to the person who asks, and to nobody else."""
        self.ensure_one()
        self.env["logistics.database"]._check_original()
        user = self.env.user
        if not user.email:
            raise UserError(self.env._("You have no mail address."))
        texts = self._get_texts()
        if not texts["subject"]:
            raise UserError(self.env._("The rule has no mail."))
        company = self.env.company
        # nobody else writes mails by hand
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._("[Test] %s", texts["subject"]),
                "body_html": texts["body"],
                "email_from": company.email_formatted or user.email_formatted,
                "email_to": user.email_formatted,
                "auto_delete": True,
            }
        )
        self.env["logistics.sending.mixin"]._wake_up("mail.ir_cron_mail_scheduler_action")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The mail is on its way to %s.", user.email),
            },
        }
