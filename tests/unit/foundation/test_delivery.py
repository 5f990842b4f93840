"""What a failure means: for a while or for good, and whether it is the address."""

import smtplib

import pytest

from logistics_customer_service.tools.foundation.delivery import Verdict, judge, judge_report, names

AGAIN, FINAL, WRONG = Verdict(for_a_while=True), Verdict(), Verdict(wrong_address=True)


def said(error):
    """Return an error as Odoo keeps it of a mail."""
    return (
        "Mail Delivery Failed\nMail delivery failed via SMTP server 'None'.\n"
        f"{error.__class__.__name__}: {error}"
    )


def refused(*answers):
    return smtplib.SMTPRecipientsRefused({f"c{n}@x.example": one for n, one in enumerate(answers)})


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (refused((550, b"5.1.1 No such user")), WRONG),
        (refused((550, b"No such user")), WRONG),
        (refused((553, b"5.1.3 Bad address syntax")), WRONG),
        (refused((550, b"5.2.1 Mailbox disabled")), WRONG),
        (refused((552, b"5.2.2 Mailbox full")), FINAL),
        (refused((554, b"5.7.1 Relay access denied")), FINAL),
        (refused((550, b"5.7.1 Blocked as spam")), FINAL),
        (refused((450, b"4.2.0 Greylisted, see 550 of our rules")), AGAIN),
        (refused((451, b"Try again later")), AGAIN),
        (refused((452, b"4.3.1 Out of storage")), AGAIN),
        (refused((451, b"Later"), (550, b"5.1.1 Nobody")), WRONG),
        (smtplib.SMTPDataError(554, b"5.6.0 Rejected content"), FINAL),
        (smtplib.SMTPDataError(451, b"4.3.0 Local error"), AGAIN),
        (smtplib.SMTPSenderRefused(421, b"Too many connections", "us@x.example"), AGAIN),
        (smtplib.SMTPSenderRefused(530, b"5.7.0 Authentication required", "us@x.example"), FINAL),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), AGAIN),
        (TimeoutError("timed out"), AGAIN),
        (ConnectionResetError(104, "Connection reset by peer"), AGAIN),
        (ValueError("this is our own fault"), FINAL),
    ],
)
def test_what_servers_say(error, verdict):
    assert judge("unknown", said(error)) == verdict


@pytest.mark.parametrize(
    ("failure_type", "verdict"),
    [
        ("mail_smtp", AGAIN),
        ("sms_server", AGAIN),
        ("mail_email_invalid", WRONG),
        ("mail_email_missing", WRONG),
        ("sms_number_format", WRONG),
        ("sms_credit", FINAL),
        ("mail_from_missing", FINAL),
        (None, FINAL),
    ],
)
def test_what_odoo_says(failure_type, verdict):
    assert judge(failure_type, "whatever") == verdict
    assert judge(failure_type, None) == verdict


@pytest.mark.parametrize(
    ("action", "status", "verdict"),
    [
        ("failed", "5.1.1", WRONG),
        ("failed", "5.1.1 (bad mailbox)", WRONG),
        ("Failed ", None, WRONG),
        ("failed", "4.4.7", FINAL),
        (None, None, WRONG),
        ("delayed", "4.4.1", None),
        ("delivered", "2.0.0", None),
        ("relayed", "2.0.0", None),
    ],
)
def test_delivery_reports(action, status, verdict):
    assert judge_report(action, status) == verdict


def test_whose_address_was_refused():
    text = said(refused((550, b"5.1.1 No such user")))
    assert names(text, "C0@x.example")
    assert not names(text, "0@x.example")
    assert not names(text, False)
    assert not names(None, "c0@x.example")
