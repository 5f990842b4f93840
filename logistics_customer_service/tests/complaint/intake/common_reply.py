from email.message import EmailMessage

from odoo.tools import mute_logger

TEAM = "service@logistics.example.com"


class ReplyCommon:
    """A team with a mail address, and customers who answer what they got."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alias_domain = cls.env["mail.alias.domain"].create(
            {
                "name": "logistics.example.com",
                "bounce_alias": "bounce",
                "catchall_alias": "catchall",
                "default_from": "notifications",
            }
        )
        cls.company.alias_domain_id = cls.alias_domain
        cls.service = cls.env["logistics.service.team"].create(
            {
                "name": "Service",
                "company_id": cls.company.id,
                "alias_name": "service",
                "alias_domain_id": cls.alias_domain.id,
            }
        )

    def _reply(self, original, sender, to=TEAM, body="I do not understand", **headers):
        """Put an answer to a mail that arrived through the gateway; return the case it came to.

        :param original: the mail as the server had it
        """
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, to
        mail["Subject"] = f"Re: {original['Subject']}"
        mail["Message-ID"] = f"<answer-{abs(hash((sender, body, to)))}@x.example>"
        mail["In-Reply-To"] = mail["References"] = original["Message-Id"]
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(body)
        with mute_logger("odoo.addons.mail.models.mail_thread", "odoo.addons.mail.models.mail_mail"):
            case_id = self.env["mail.thread"].message_process(False, mail.as_bytes())
        self.env.flush_all()
        return self.env["logistics.complaint"].browse(case_id or [])
