"""By which way somebody is told something, and when to try again: no Odoo."""

from datetime import timedelta

MAIL = "mail"
SMS = "sms"

# ways in the order in which they are tried
_WAYS = {
    "mail_sms": (MAIL, SMS),
    "sms_mail": (SMS, MAIL),
    "mail": (MAIL,),
    "sms": (SMS,),
}
# a customer who prefers the portal gets the link to it by mail
_PREFERENCES = {"mail": MAIL, "portal": MAIL, "sms": SMS}

_FIRST_RETRY = timedelta(minutes=5)
_LONGEST_RETRY = timedelta(hours=4)


def ways(order, preference=None):
    """Return the channels to try, first the customer's own where the rule allows it.

    :param order: the rule's order: ``mail_sms``, ``sms_mail``, ``mail`` or ``sms``
    :param preference: the channel the customer prefers, or None to leave it out of account
    """
    allowed = _WAYS[order]
    preferred = _PREFERENCES.get(preference)
    return tuple(sorted(allowed, key=lambda way: way != preferred))


def retry_delay(attempts):
    """Return how long to wait after so many failures to reach a server: 5 min, 15, 45 … 4 h."""
    return min(_FIRST_RETRY * 3 ** min(attempts - 1, 8), _LONGEST_RETRY)
