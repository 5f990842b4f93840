from odoo import models


class MailMessage(models.Model):
    """What is written in the chatter, and what mails are made from."""

    _name = "mail.message"
    _inherit = ["mail.message", "logistics.link.text.mixin"]

    _link_texts = ("body", "subject")
