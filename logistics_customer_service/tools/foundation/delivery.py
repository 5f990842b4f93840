"""What servers say of what they were handed: for a while, for good, because of the address; no Odoo."""

import re
from typing import NamedTuple

# nobody was reached, or nobody could say: the same again may go through
_UNREACHED = {"mail_smtp", "sms_server"}
# it is the address, and will be tomorrow
_WRONG_ADDRESSES = {
    "mail_bounce",
    "mail_email_invalid",
    "mail_email_missing",
    "sms_number_format",
    "sms_number_missing",
    "sms_invalid_destination",
}
# a code of SMTP as Python's exceptions have it, with the enhanced one where the server gave it
_CODE = re.compile(r"\((\d{3}), b?['\"](?:(\d)\.(\d{1,3})\.(\d{1,3})\b)?")
_ERROR = re.compile(r"^(?:\w+\.)*(\w+Error|\w+Disconnected|timeout|gaierror)\b", re.MULTILINE)
_BROKEN_LINES = {
    "SMTPServerDisconnected",
    "SMTPConnectError",
    "ConnectionError",
    "ConnectionResetError",
    "ConnectionRefusedError",
    "ConnectionAbortedError",
    "BrokenPipeError",
    "TimeoutError",
    "SSLError",
    "SSLEOFError",
    "OSError",
    "timeout",
    "gaierror",
}
_NO_MAILBOX = {550, 551, 553}
_STATUS = re.compile(r"^\s*(\d)\.\d{1,3}\.\d{1,3}")


class Verdict(NamedTuple):
    """What a failure means: may the same go through later, and is it the address that is wrong."""

    for_a_while: bool = False
    wrong_address: bool = False


def judge(failure_type, text):
    """Return the :class:`Verdict` on a failure.

    :param failure_type: as Odoo's mails, notifications and SMS have it
    :param text: what the server or Python said
    """
    if failure_type in _UNREACHED:
        return Verdict(for_a_while=True)
    if failure_type in _WRONG_ADDRESSES:
        return Verdict(wrong_address=True)
    text = text or ""
    codes = [tuple(int(part) if part else 0 for part in code) for code in _CODE.findall(text)]
    if codes:
        final = [code for code in codes if code[0] >= 500]
        return Verdict(not final, any(map(_is_about_mailbox, final)))
    return Verdict(for_a_while=bool(_BROKEN_LINES & set(_ERROR.findall(text))))


def _is_about_mailbox(code):
    """Tell whether a final answer says that there is no such mailbox, rather than that we may not."""
    number, kind, subject, detail = code
    if kind:
        return subject == 1 and detail <= 3 or (subject, detail) == (2, 1)
    return number in _NO_MAILBOX


def names(text, address):
    """Tell whether a server's answer speaks of an address."""
    return bool(address) and f"'{address.lower()}'" in (text or "").lower()


def judge_report(action, status):
    """Return the :class:`Verdict` on a delivery report, or None where it reports no failure.

    :param action: the report's field ``Action``, or None
    :param status: its field ``Status``, or None
    """
    if (action or "failed").strip().lower() != "failed":
        return None
    found = _STATUS.search(status or "")
    # a mailbox that was full for days is not gone
    return Verdict(wrong_address=not found or found[1] == "5")
