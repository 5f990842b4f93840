from contextlib import contextmanager
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from unittest.mock import Mock, patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tools import mute_logger

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@relay.example
To: bounce@logistics.example
Subject: Undelivered Mail Returned to Sender
Message-Id: <report-{status}-{action}@relay.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

The mail to {to} could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}

--part
Content-Type: text/rfc822-headers

Message-Id: {message}
To: {to}
Subject: Whatever it was

--part--
"""


class Session:
    """A connection to a mail server that takes or refuses by a function of the address."""

    from_filter = smtp_from = False

    def __init__(self, answer):
        self.answer = answer
        self.taken = []
        self.is_open = False

    def open(self):
        """Connect anew."""
        self.is_open = True
        return self

    def quit(self):
        """Say goodbye."""

    def send_message(self, message, smtp_from, smtp_to_list):
        """Take a mail, or raise what the answer raises; a connection that broke stays broken."""
        if not self.is_open:
            raise SMTPServerDisconnected("please run connect() first")
        try:
            self.answer(smtp_to_list[0])
        except SMTPServerDisconnected:
            self.is_open = False
            raise
        self.taken.append(smtp_to_list[0])


def refuse(code, text):
    """Return what raises a server's refusal of an address."""

    def answer(address):
        raise SMTPRecipientsRefused({address: (code, text.encode())})

    return answer


def refuse_for_a_while(_address):
    """Refuse whatever comes, until later."""
    raise SMTPDataError(451, b"4.7.1 Try again later")


def take(_address):
    """Take whatever comes."""


class MailServer:
    """A mail server that only listens, and says what a test wants it to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # what the demo story has in the queue would arrive with the tests' own
        cls.env["mail.mail"].search([]).unlink()
        cls.env["logistics.sending.result"].search([]).unlink()

    @contextmanager
    def _mail_server(self, down=None):
        """Yield the mails that arrive at the server; ``down`` is what connecting raises."""
        arrived = []

        def send_email(_server, message, *_args, **_kwargs):
            arrived.append(message)
            return message["Message-Id"]

        connect = Mock(side_effect=down)
        with (
            patch.object(IrMail_Server, "_disable_send", return_value=False),
            patch.object(IrMail_Server, "_connect__", connect),
            patch.object(IrMail_Server, "send_email", send_email),
        ):
            yield arrived

    def _send_mails(self, down=None):
        """Empty Odoo's queue of mails and return those that arrived."""
        with self._mail_server(down) as arrived:
            self.env["mail.mail"].process_email_queue()
        self._apply_results()
        return arrived

    def _hand_over(self, answer):
        """Empty Odoo's queue of mails into a server; return the addresses whose mails it took.

        :param answer: function of a mail's address, which may raise what ``smtplib`` raises
        """
        session = Session(answer)
        with (
            patch.object(IrMail_Server, "_disable_send", return_value=False),
            patch.object(IrMail_Server, "_connect__", lambda *_args, **_kwargs: session.open()),
            mute_logger("odoo.addons.mail.models.mail_mail"),
            mute_logger("odoo.addons.base.models.ir_mail_server"),
        ):
            self.env["mail.mail"].process_email_queue()
        self._apply_results()
        return session.taken

    def _come_back(self, message, to, status="5.1.1", action="failed"):
        """Have the gateway read the delivery report of a message."""
        self.env["mail.thread"].message_process(
            None,
            REPORT.format(message=message.message_id, status=status, action=action, to=to),
        )
        self._apply_results()
