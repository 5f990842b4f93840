"""How often something may be tried that needs no login."""

from odoo.http import request


class Limit:
    """At most ``burst`` times within ``burst`` × ``interval`` seconds, counted in the database: whichever
    worker serves a request, the limit is the same.
    """

    def __init__(self, purpose, burst, interval):
        self.purpose = purpose
        self.burst = burst
        self.interval = interval

    def is_open(self, who=None, about=""):
        """Tell whether somebody may still try; asking costs nothing.

        :param who: by default the client's address, which is the proxy's word where one is declared
            (``proxy_mode``)
        :param about: of what the limit is one of its own
        """
        seconds = self.burst * self.interval
        return self._attempts._count(self._get_purpose(about), _get_who(who), seconds) < self.burst

    def take(self, who=None, about=""):
        """Note that somebody has tried; as above."""
        self._attempts._note(self._get_purpose(about), _get_who(who))

    def _get_purpose(self, about):
        return f"{self.purpose} {about}"

    @property
    def _attempts(self):
        return request.env["logistics.attempt"]


def _get_who(who):
    return str(who or request.httprequest.remote_addr)
