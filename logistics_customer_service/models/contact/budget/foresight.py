from datetime import date, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from odoo import fields

from ....tools.foundation.foresight import PUT_OFF, Full
from ....tools.foundation.periods import local_date, local_midnight


class Planned(NamedTuple):
    """A contact that is planned, or that will be when another has gone out."""

    record: object
    person: object
    purpose: object
    kind: str
    channel: str
    is_exempt: bool


class Foreseen(NamedTuple):
    """What will become of a planned contact: its fate, on which day, and why."""

    planned: Planned
    at: datetime
    day: date
    fate: str
    why: str = ""
    later: date = None


class Foresight:
    """What the jobs and the queue of calls will do with what is planned, if nothing else happens.

    Contacts are looked at in the order of their time, as the jobs do, and each says what becomes of
    it (``_foresee``); here are the queue and the ledgers. That a question is answered, a call is not,
    or new work comes in, nobody can foresee; nor how many others will have answered, or what a sample
    leaves out.
    """

    def __init__(self, contacts, days, people=None):
        """
        :param contacts: the planned ones among ``logistics.touchpoint`` of one customer and company
        :param days: how many days to look at, today's included
        :param people: records whose ``partner_id`` is of interest though nothing be planned
        """
        self.env = contacts.env
        self.now = fields.Datetime.now()
        self.found = []
        self._queue = []
        self._numbers = count()
        planned = [self._get_planned(contact) for contact in contacts]
        self.pages = self._open_pages(*filter(None, (people, contacts)))
        self.days = {
            person: [page.today + timedelta(days=ahead) for ahead in range(days)]
            for person, page in self.pages.items()
        }
        self._known = {
            name: records._prepare_foresight()
            for name, records in self._get_records(planned).items()
        }
        for contact, one in sorted(
            zip(contacts, planned, strict=True), key=lambda pair: (pair[0].at, pair[1].record.id)
        ):
            self._push(max(contact.at, self.now), one)

    def run(self):
        """Return what will become of each, as :class:`Foreseen`, in the order of time."""
        while self._queue:
            at, _number, planned = heappop(self._queue)
            page = self.pages[planned.person]
            if local_date(at, page.zone) <= self.days[planned.person][-1]:
                self._look_at(at, planned, page)
        return self.found

    # --- what is known

    def _get_planned(self, contact):
        # jobs read everything; whether the contact may be seen was decided when it was found
        record = self.env[contact.res_model].sudo().browse(contact.res_id)
        return Planned(
            record,
            contact.partner_id,
            contact.purpose_id,
            contact.kind,
            contact.channel,
            contact.is_exempt,
        )

    def _open_pages(self, *recordsets):
        budgets = self.env["logistics.contact.budget"]
        return {
            record.partner_id: page
            for records in recordsets
            for record, page in budgets._open_pages(records).items()
        }

    def _get_records(self, planned):
        """Return the planned records of each model."""
        records = {}
        for one in planned:
            records.setdefault(one.record._name, []).append(one.record)
        return {name: self.env[name].sudo().union(*parts) for name, parts in records.items()}

    # --- what becomes of it

    def _push(self, at, planned):
        heappush(self._queue, (at, next(self._numbers), planned))

    def _look_at(self, at, planned, page):
        """Note what becomes of a contact, and look at it again where it says so."""
        record = planned.record
        take = partial(self._take, at, planned, page)
        fate = record._foresee(at, planned.kind, self._known[record._name], take)
        if fate.fate:
            day = local_date(at, page.zone)
            later = local_date(fate.again, page.zone) if fate.fate == PUT_OFF else None
            self.found.append(Foreseen(planned, at, day, fate.fate, fate.why, later))
        # what is put off must move on, or it would be looked at for ever
        if fate.again and (fate.again > at or fate.kind not in ("", planned.kind)):
            self._push(fate.again, planned._replace(kind=fate.kind or planned.kind))

    def _take(self, at, planned, page, insisted=False):
        """Count a contact from now on, or return the limit that leaves no room for it."""
        if planned.is_exempt:
            return None
        day, purpose = local_date(at, page.zone), planned.purpose.id
        full = None if insisted else page.ledger.find_full(day, purpose)
        if full:
            free = page.ledger.next_day(day, purpose)
            return Full(full.name, local_midnight(free, page.zone))
        page.ledger.note(day, purpose)
        return None
