"""How often an address may try something."""

from logistics_customer_service.tools.foundation import throttle
from logistics_customer_service.tools.foundation.throttle import Throttle


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def make(burst=3, interval=2):
    clock = Clock()
    return clock, Throttle(burst, interval, clock)


def test_closed_after_the_burst_and_open_again_in_time():
    clock, limit = make()
    for _turn in range(3):
        assert limit.is_open("192.0.2.1")
        limit.take("192.0.2.1")
    assert not limit.is_open("192.0.2.1")
    clock.now = 1.9
    assert not limit.is_open("192.0.2.1")
    clock.now = 2.0
    assert limit.is_open("192.0.2.1")
    limit.take("192.0.2.1")
    assert not limit.is_open("192.0.2.1")


def test_asking_costs_nothing():
    _clock, limit = make()
    assert all(limit.is_open("192.0.2.1") for _turn in range(50))


def test_never_more_than_the_burst():
    clock, limit = make()
    limit.take("192.0.2.1")
    clock.now = 1000
    for _turn in range(3):
        limit.take("192.0.2.1")
    assert not limit.is_open("192.0.2.1")


def test_addresses_do_not_share_but_one_network_of_ipv6_does():
    _clock, limit = make(burst=1)
    limit.take("192.0.2.1")
    assert limit.is_open("192.0.2.2")
    limit.take("2001:db8::1")
    assert not limit.is_open("2001:db8::ffff")
    assert limit.is_open("2001:db8:0:1::1")
    limit.take(None)
    assert not limit.is_open(None)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(throttle, "MAX_ADDRESSES", 5)
    _clock, limit = make(burst=1)
    for number in range(20):
        limit.take(f"192.0.2.{number}")
    assert len(limit._buckets) == 5
    assert not limit.is_open("192.0.2.19")
