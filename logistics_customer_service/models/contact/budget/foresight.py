from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from odoo import fields

from ....tools.contact import reach
from ....tools.foundation.periods import local_date, local_midnight
from ..callback.logistics_callback import CANCELLED, PLANNED

GOES, HELD_BACK, PUT_OFF, JOINED, WAITS = "goes", "held_back", "put_off", "joined", "waits"


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

    Contacts are looked at in the order of their time, as the jobs do: the same hours, rests,
    refusals and limits. That a question is answered, a call is not, or new work comes in, nobody
    can foresee; nor how many others will have answered, or what a sample leaves out.
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
        self._called = set()
        planned = [self._get_planned(contact) for contact in contacts]
        self.pages = self._open_pages(*filter(None, (people, contacts)))
        self.days = {
            person: [page.today + timedelta(days=ahead) for ahead in range(days)]
            for person, page in self.pages.items()
        }
        self._prepare_requests(
            [one.record for one in planned if one.kind in ("survey", "reminder")]
        )
        self._prepare_calls([one.record for one in planned if one.kind == "call"])
        self._prepare_greetings([one.record for one in planned if one.kind == "greeting"])
        for contact, one in sorted(
            zip(contacts, planned, strict=True), key=lambda pair: (pair[0].at, pair[1].record.id)
        ):
            self._push(max(contact.at, self.now), one)

    def run(self):
        """Return what will become of each, as :class:`Foreseen`, in the order of time."""
        while self._queue:
            at, _number, planned = heappop(self._queue)
            page = self.pages[planned.person]
            if local_date(at, page.zone) > self.days[planned.person][-1]:
                continue
            foresee = {
                "survey": self._foresee_survey,
                "reminder": self._foresee_reminder,
                "call": self._foresee_call,
                "visit": self._foresee_visit,
                "greeting": self._foresee_greeting,
            }.get(planned.kind, self._foresee_sent)
            foresee(at, planned, page)
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

    def _prepare_requests(self, records):
        # what jobs decide by, agents need not see
        requests = self.env["logistics.survey.request"].sudo().union(*records)
        self._profiles = requests._get_profiles()
        self._refused = requests._get_refused(self._profiles)
        self._blocked = requests._get_blocked()
        asked = requests.filtered(lambda request: request.state != "sent")
        self._asked = asked._get_last_asked(self.now)

    def _prepare_calls(self, records):
        # likewise: calls of colleagues, too
        callbacks = self.env["logistics.callback"].sudo().union(*records)
        self._objections = callbacks._get_objections()
        # a colleague's call counts, also one the user may not see
        attempts = self.env["logistics.callback.attempt"].sudo()
        [[self._last_call]] = attempts._read_group(
            [
                ("customer_id", "in", callbacks.customer_id.ids),
                ("company_id", "in", callbacks.company_id.ids),
                ("result", "!=", CANCELLED),
            ],
            [],
            ["called_at:max"],
        )

    def _prepare_greetings(self, records):
        # likewise
        greetings = self.env["logistics.greeting"].sudo().union(*records)
        self._against = greetings._get_reasons(greetings._get_profiles())

    # --- what becomes of it

    def _push(self, at, planned):
        heappush(self._queue, (at, next(self._numbers), planned))

    def _tell(self, at, planned, page, fate, why="", later=None):
        self.found.append(Foreseen(planned, at, local_date(at, page.zone), fate, why, later))

    def _find_full(self, at, planned, page):
        """Return the limit that has no room, or None."""
        if planned.is_exempt:
            return None
        return page.ledger.find_full(local_date(at, page.zone), planned.purpose.id)

    def _go(self, at, planned, page):
        """Note that it goes out; it counts from then on."""
        if not planned.is_exempt:
            page.ledger.note(local_date(at, page.zone), planned.purpose.id)
        self._tell(at, planned, page, GOES)

    def _foresee_sent(self, at, planned, page):
        """What has no room is not sent."""
        full = self._find_full(at, planned, page)
        if full:
            self._tell(at, planned, page, HELD_BACK, full.name)
            return False
        self._go(at, planned, page)
        return True

    def _foresee_visit(self, at, planned, page):
        """Who plans a visit has decided."""
        self._go(at, planned, page)

    def _foresee_greeting(self, at, planned, page):
        reason = self._against[planned.record]
        if reason:
            self._tell(at, planned, page, HELD_BACK, self._get_reason(reason))
        else:
            self._foresee_sent(at, planned, page)

    def _foresee_survey(self, at, planned, page):
        request = planned.record
        fate, why = self._get_obstacle(request, at)
        if fate:
            self._tell(at, planned, page, fate, why)
            return
        start = request.policy_id._get_start(at, page.zone)
        if start > at:
            self._push(start, planned)
            return
        keys = request._get_person_keys()
        if request.insisted:
            self._go(at, planned, page)
        elif self._is_resting(request, keys, at):
            self._tell(at, planned, page, HELD_BACK, self._get_reason("cooldown"))
            return
        elif not self._foresee_sent(at, planned, page):
            return
        self._asked.update(dict.fromkeys(keys, at))
        policy = request.policy_id
        if 0 < policy.reminder_days < policy.expiry_days:
            later = at + timedelta(days=policy.reminder_days)
            self._push(later, planned._replace(kind="reminder"))

    def _get_obstacle(self, request, at):
        """Return the fate of a request that is not sent whatever the budget, and why."""
        reason = request._get_obstacle(self._refused, at)
        if not reason and request._is_waiting():
            return WAITS, ""
        if not reason:
            reason = self._get_address_obstacle(request)
        return (HELD_BACK, self._get_reason(reason)) if reason else (None, "")

    def _get_address_obstacle(self, request):
        ways = request.policy_id._get_ways(self._profiles[request].preferred_channel)
        addresses = set(filter(None, map(request._get_address, ways)))
        if not addresses:
            return "no_address"
        return None if addresses - self._blocked else "blacklisted"

    def _get_reason(self, reason):
        return dict(self.env["logistics.touchpoint"]._get_reasons())[reason]

    def _is_resting(self, request, keys, at):
        rest = timedelta(days=request.policy_id.cooldown_days)
        last = max(filter(None, map(self._asked.get, keys)), default=None)
        return bool(last and rest and last > at - rest)

    def _foresee_reminder(self, at, planned, page):
        request = planned.record
        start = request.policy_id._get_start(at, page.zone)
        if start > at:
            self._push(start, planned)
        elif request.state != "sent" or request._get_remindable():
            self._foresee_sent(at, planned, page)

    def _was_called_on(self, day, zone):
        return bool(self._last_call) and local_date(self._last_call, zone) == day

    def _foresee_call(self, at, planned, page):
        callback = planned.record
        hours = callback._get_hours()
        day = local_date(at, hours.zone)
        tomorrow = local_midnight(day + timedelta(days=1), hours.zone)
        if self._objections[callback]:
            self._tell(at, planned, page, HELD_BACK, self._objections[callback])
        elif not reach.is_open(at, hours):
            self._push(reach.next_opening(at, hours), planned)
        elif day in self._called:
            self._tell(at, planned, page, JOINED)
        elif callback.state == PLANNED and self._was_called_on(day, hours.zone):
            self._push(reach.next_opening(tomorrow, hours), planned)
        elif full := self._find_full(at, planned, page):
            free = page.ledger.next_day(local_date(at, page.zone), planned.purpose.id)
            later = reach.next_opening(local_midnight(free, page.zone), hours)
            self._tell(at, planned, page, PUT_OFF, full.name, local_date(later, page.zone))
            self._push(later, planned)
        else:
            self._called.add(day)
            self._go(at, planned, page)
