from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_date

from ....tools.contact import reach
from ....tools.foundation.foresight import GOES, HELD_BACK, JOINED, PUT_OFF, WAITS, Fate
from ....tools.foundation.periods import local_date, local_midnight
from ..callback.logistics_callback import CANCELLED, PLANNED, POSTPONED


class LogisticsCallback(models.Model):
    """Calls keep to the budget of contacts: one without room is put off, never lost."""

    _inherit = "logistics.callback"

    is_wanted = fields.Boolean(
        string="Wished by the Customer",
        copy=False,
        tracking=True,
        help="Who asks for a call, or for another time, gets it whatever the contact budget says.",
    )
    put_off_at = fields.Datetime(
        string="Put Off",
        readonly=True,
        copy=False,
        help="When the contact budget put the call off last.",
    )

    @api.model
    def _get_reactions(self):
        return [*super()._get_reactions(), ("_plan_wanted", {"is_wanted"})]

    def _plan_wanted(self):
        """A call that the customer wishes for after all need not wait for the budget."""
        wanted = self.filtered(lambda one: one.is_wanted and one.next_at and one.put_off_at)
        wanted._plan_first()

    @api.model
    def _get_course_fields(self):
        return super()._get_course_fields() | {"put_off_at"}

    def _is_counted(self):
        """Tell whether the budget has a say in the call."""
        purpose = self.purpose_id
        budgets = self.env["logistics.contact.budget"]
        return (
            purpose.in_budget
            and not self.is_wanted
            and budgets._is_counted(purpose.consent_purpose_id)
        )

    # === BUSINESS METHODS ===#

    def _plan_first(self):
        """Plan no call for a day that will have no room by what is known now."""
        result = super()._plan_first()
        self.filtered(lambda callback: callback.state in (PLANNED, POSTPONED))._keep_to_budget()
        return result

    def _plan_next_try(self):
        result = super()._plan_next_try()
        self._keep_to_budget()
        return result

    def _postpone(self, until):
        """Who names a time wants the call."""
        waiting = self | self._get_joined()
        waiting.filtered(lambda callback: not callback.is_wanted).is_wanted = True
        return super()._postpone(until)

    def _keep_to_budget(self):
        """Put off the calls that are planned for a day without room; return them."""
        later = self._find_without_room()
        moved = self.filtered(lambda callback: callback in later)
        starts = {
            callback: reach.next_opening(local_midnight(day, zone), callback._get_hours())
            for callback, (day, zone, _limit) in later.items()
        }
        now = fields.Datetime.now()
        for next_at, callbacks in moved.grouped(starts.get).items():
            callbacks._note_course({"next_at": next_at, "put_off_at": now})
        moved._log_put_off(later, starts)
        return moved

    def _log_put_off(self, later, starts):
        """Say on the callbacks until when they are put off, and which limit has no room before."""
        bodies = {
            callback.id: self.env._(
                "Put off to %(day)s: enough contacts before (%(limit)s).",
                day=format_date(self.env, local_date(starts[callback], zone)),
                limit=limit,
            )
            for callback, (_day, zone, limit) in later.items()
        }
        if bodies:
            self._message_log_batch(bodies=bodies)

    def _find_without_room(self):
        """Return callback → first day with room, its time zone and the limit that has none before.

        Only those are returned that are planned for a day without room.
        """
        counted = self.filtered(lambda callback: callback.next_at and callback._is_counted())
        if not counted:
            return {}
        later = {}
        pages = self.env["logistics.contact.budget"]._open_pages(counted)
        for callback in counted:
            ledger, today, zone = pages[callback]
            purpose_id = callback.purpose_id.consent_purpose_id.id
            planned = max(local_date(callback.next_at, zone), today)
            full = ledger.find_full(planned, purpose_id)
            if full:
                later[callback] = ledger.next_day(planned, purpose_id), zone, full.name
        return later

    def _pick_callable(self, now):
        """Put off together what has no room; what remains is looked at one by one."""
        wanted = super()._pick_callable(now)
        full = wanted.browse(one.id for one in wanted._find_without_room())
        full._put_off_unless_taken()
        return wanted - full

    def _put_off_unless_taken(self):
        """Put these calls off and return them; those a colleague has just now are passed by."""
        if not self:
            return self
        self.env.flush_all()  # what fails in there shall be the lock alone
        try:
            with self.env.cr.savepoint():
                return self.try_lock_for_update()._keep_to_budget()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.invalidate_all(flush=False)
            return self.browse()

    def _lock_customer_unless_taken(self):
        """Take the person's turn, too: a survey that goes out now counts."""
        if not super()._lock_customer_unless_taken():
            return False
        try:
            with self.env.cr.savepoint():
                allowed = self._take_contact()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.invalidate_all(flush=False)
            return False
        if not allowed:
            self._keep_to_budget()
        return allowed

    def _take_contact(self):
        """Return whether the budget lets the call be made, and nobody else contact the person."""
        if not self._is_counted():
            return True
        budgets = self.env["logistics.contact.budget"]
        return bool(budgets._get_allowed(self, self.purpose_id.consent_purpose_id))

    def _check_may_call(self):
        """Nobody is called over the budget, unless the customer wished it.

        :raise UserError: with the day on which there will be room
        """
        result = super()._check_may_call()
        if not self._take_contact():
            purpose = self.purpose_id.consent_purpose_id
            day = self.env["logistics.contact.budget"]._get_next_day(self, purpose)
            raise UserError(
                self.env._(
                    "There were enough contacts with %(person)s. The contact budget has room from "
                    "%(day)s on; a call that the customer wishes for is made at any time: tick "
                    "“Wished by the Customer”.",
                    person=self.partner_id.display_name,
                    day=format_date(self.env, day),
                )
            )
        return result

    def _prepare_foresight(self):
        """As what is sent has it; a colleague's call counts, also one the user may not see."""
        attempts = self.env["logistics.callback.attempt"].sudo()
        [[last_call]] = attempts._read_group(
            [
                ("customer_id", "in", self.customer_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("result", "!=", CANCELLED),
            ],
            [],
            ["called_at:max"],
        )
        return {"objections": self._get_objections(), "last_call": last_call, "called": set()}

    def _foresee(self, at, kind, known, take):
        """As what is sent has it; a customer is called once a day, in its hours."""
        hours = self._get_hours()
        day = local_date(at, hours.zone)
        last_call = known["last_call"]
        if known["objections"][self]:
            return Fate(HELD_BACK, known["objections"][self])
        if self.waiting_case_id:
            return Fate(WAITS)
        if not reach.is_open(at, hours):
            return Fate(again=reach.next_opening(at, hours))
        if day in known["called"]:
            return Fate(JOINED)
        if self.state == PLANNED and last_call and local_date(last_call, hours.zone) == day:
            tomorrow = local_midnight(day + timedelta(days=1), hours.zone)
            return Fate(again=reach.next_opening(tomorrow, hours))
        if full := take():
            return Fate(PUT_OFF, full.name, reach.next_opening(full.until, hours))
        known["called"].add(day)
        return Fate(GOES)
