"""By which way somebody is told, and when it is tried again."""

from datetime import timedelta

import pytest

from logistics_customer_service.tools.foundation import channels


@pytest.mark.parametrize(
    ("order", "preference", "expected"),
    [
        ("mail_sms", None, ("mail", "sms")),
        ("mail_sms", "sms", ("sms", "mail")),
        ("sms_mail", "mail", ("mail", "sms")),
        ("sms_mail", "portal", ("mail", "sms")),
        ("sms_mail", "phone", ("sms", "mail")),
        ("mail", "sms", ("mail",)),
        ("sms", "mail", ("sms",)),
    ],
)
def test_ways(order, preference, expected):
    assert channels.ways(order, preference) == expected


def test_retries_grow_apart():
    minutes = [channels.retry_delay(attempts) for attempts in (1, 2, 3, 4, 5, 400)]
    expected = [5, 15, 45, 135, 240, 240]
    assert minutes == [timedelta(minutes=minute) for minute in expected]
