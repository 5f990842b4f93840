"""A limit on how often an address may try something, kept in this process's memory. No Odoo."""

import ipaddress
import threading
import time
from collections import OrderedDict

MAX_ADDRESSES = 10_000


class Throttle:
    """A bucket of tokens per address: ``burst`` at once, one more every ``interval`` seconds.

    Only the addresses that tried last are remembered, so that nobody can fill the memory.
    """

    def __init__(self, burst, interval, clock=time.monotonic):
        self.burst = burst
        self.interval = interval
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets = OrderedDict()

    def is_open(self, address):
        """Tell whether the address may still try; asking costs nothing."""
        with self._lock:
            return self._get_tokens(_network(address)) >= 1

    def take(self, address):
        """Note that the address has tried."""
        key = _network(address)
        with self._lock:
            tokens = max(self._get_tokens(key) - 1, 0)
            self._buckets[key] = tokens, self._clock()
            self._buckets.move_to_end(key)
            while len(self._buckets) > MAX_ADDRESSES:
                self._buckets.popitem(last=False)

    def _get_tokens(self, key):
        tokens, since = self._buckets.get(key, (self.burst, self._clock()))
        return min(tokens + (self._clock() - since) / self.interval, self.burst)


def _network(address):
    """Return what one client holds: an IPv4 address, or the 64 bits that an IPv6 client owns."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
