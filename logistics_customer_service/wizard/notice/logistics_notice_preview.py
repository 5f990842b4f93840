from contextlib import closing, contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.notice import notices as occasions


class LogisticsNoticePreview(models.TransientModel):
    """The texts of a notice rule as the customer of a sample delivery would get them."""

    _name = "logistics.notice.preview"
    _description = "Notice Preview"

    rule_id = fields.Many2one("logistics.notice.rule", required=True, ondelete="cascade")
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
        picking = self.env["stock.picking"].sudo().search(
            [
                ("picking_type_code", "=", "outgoing"),
                ("sale_id", "!=", False),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="id desc",
            limit=1,
        )
        return picking.name

    @api.depends("rule_id", "lang", "number")
    def _compute_texts(self):
        for preview in self:
            texts, problem = preview._try_texts()
            preview.subject = texts.get("subject")
            preview.body = texts.get("body")
            preview.sms = texts.get("sms")
            preview.problem = problem

    def _try_texts(self):
        """Return the texts, or none and what is wrong with the sample or the template."""
        try:
            return self._get_texts(), False
        except UserError as error:
            return {}, str(error)

    def _get_texts(self):
        with self._sample() as notice:
            return notice._render(self.rule_id.sudo(), self.lang)  # templates read orders

    @contextmanager
    def _sample(self):
        """Yield a notice of the rule about the sample; when the block ends it never was."""
        vals = self._prepare_sample_vals()
        # nothing is sent, and nobody need have rights on orders to see a text
        notices = self.env["logistics.notice"].sudo()
        key = [(name, "=", vals[name]) for name in ("occasion", "picking_id", "order_id")]
        if known := notices.search(key, limit=1):
            yield known
            return
        try:
            # without flush: rolling back must not empty the cache of the form that is open
            with closing(self.env.cr.savepoint(flush=False)):
                yield notices.create(vals)
        finally:
            notices.invalidate_model(flush=False)

    def _prepare_sample_vals(self):
        """Return the values of a notice about the sample.

        :raise UserError: when there is no delivery nor order of the number
        """
        companies = [("company_id", "in", self.env.companies.ids), ("name", "=", self.number)]
        # see _sample
        picking = self.env["stock.picking"].sudo().search(companies, limit=1)
        order = picking.sale_id or self.env["sale.order"].sudo().search(companies, limit=1)
        if not picking and not order:
            raise UserError(self.env._("There is no delivery nor order of this number."))
        return {
            "occasion": self.rule_id.occasion,
            "picking_id": self.rule_id.occasion != occasions.ORDER_CONFIRMED and picking.id,
            "order_id": order.id,
            "partner_id": (order or picking).partner_id.id,
            "company_id": (order or picking).company_id.id,
            "happened_at": fields.Datetime.now(),
        }

    def action_send_test(self):
        """Send the mail to the person who asks, and to nobody else."""
        self.ensure_one()
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
        self.env["logistics.notice"]._wake_up("mail.ir_cron_mail_scheduler_action")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The mail is on its way to %s.", user.email),
            },
        }
