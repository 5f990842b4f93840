import logging
from datetime import datetime, timedelta
from functools import partial

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ....tools.contact import reach
from ....tools.foundation.parts import of_part
from ....tools.foundation.periods import local_date, local_midnight
from ...foundation import bulk
from ...foundation.isolation import isolate
from .logistics_callback import CANCELLED, IN_CALL, PLANNED, WAITING

_logger = logging.getLogger(__name__)

# how many calls are looked at together to find one that is in the customer's hours
LOOKED_AT = 20
# how many that are asleep one press of the button plans anew; the next one goes on with the rest
PUT_OFF = 2000
# a call that nobody ended: the window was closed, the phone was hung up
FORGOTTEN = timedelta(hours=2)
BATCH = 200


class LogisticsCallback(models.Model):
    """The work of calling: who is called next, and what becomes of calls that nobody ends."""

    _inherit = "logistics.callback"

    is_due = fields.Boolean(compute="_compute_is_due", help="It may be made now.")

    # === COMPUTE METHODS ===#

    @api.depends("next_at")
    def _compute_is_due(self):
        now = fields.Datetime.now()
        for callback in self:
            callback.is_due = bool(callback.next_at and callback.next_at <= now)

    # === BUSINESS METHODS ===#

    def action_next_call(self):
        """Show the call that matters most now; tell where there is none.

        The button stands on a callback, too; which one does not matter. Whoever looks takes
        nothing: the call is whose who presses *Start*.
        """
        if not self.env.user.has_group("logistics_customer_service.group_agent"):
            raise AccessError(self.env._("Only customer service makes callbacks."))
        callback = self._get_current() or self._find_next()
        if callback:
            # an hour of calls leaves no trail of breadcrumbs
            return {**callback._get_call_action(), "target": "main"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Nobody waits for a call now."),
            },
        }

    def action_start(self):
        """Take the call that is on the screen; where a colleague was quicker, show the next one.

        :return: True, or the action that tells of the colleague and goes on
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == IN_CALL and self.user_id == self.env.user:
            return True
        if self.state not in WAITING or not self._lock_customer_unless_taken():
            return self._tell_taken()
        self.action_call()
        return True

    def _tell_taken(self):
        """Say that somebody else has the call, or has made it, and go on with the next one."""
        following = self.action_next_call()
        if following["type"] == "ir.actions.client":  # nobody waits
            following["params"]["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
        message = self.env._("A colleague was quicker: this call is taken. Here is the next one.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "warning", "message": message, "next": following},
        }

    def action_call(self):
        """Take this call, whatever else waits."""
        self.ensure_one()
        self.check_access("write")
        self._check_may_call()
        if self.state not in WAITING:
            raise UserError(self.env._("This callback is not waiting for a call."))
        if not self._lock_customer():
            raise UserError(self.env._("A colleague is calling this customer."))
        objection = self._get_objections()[self]
        if objection:
            raise UserError(objection)
        self._begin()
        return self._get_call_action()

    def _check_may_call(self):
        """Refuse a call that somebody wants to take by name; override to refuse more."""
        if case := self.waiting_case_id:
            raise UserError(
                self.env._(
                    "A case about this delivery is open: call about %s instead, and about the "
                    "delivery when it is settled.",
                    case.sudo().display_name,  # whoever calls need not see it
                )
            )

    def _get_call_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Call"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [
                (
                    self.env.ref("logistics_customer_service.logistics_callback_view_form").id,
                    "form",
                )
            ],
        }

    @api.model
    def _get_current(self):
        """Return the call that the agent has begun and not ended, if any."""
        domain = [("state", "=", IN_CALL), ("user_id", "=", self.env.uid), ("main_id", "=", False)]
        return self.search(domain, limit=1)

    @api.model
    def _find_next(self):
        """Return the best call that is due, in the customer's hours, and nobody's yet.

        What a colleague takes or looks for at this moment is passed by.
        """
        now = fields.Datetime.now()
        tried, asleep, languages = self.browse(), [], ()
        while candidates := self._get_candidates(now, tried, asleep, *languages):
            if not languages and candidates._speak_several():
                languages = self._get_languages()
                continue
            wanted = candidates._pick_callable(now)
            if not tried and not wanted:
                asleep = self._put_off_asleep(now)
            tried |= candidates
            objections = wanted._get_objections()
            for callback in wanted:
                if not objections[callback] and callback._is_free():
                    return callback
                if objections[callback] and callback._lock_customer_unless_taken():
                    callback._cancel_unwanted(objections)
        return self.browse()

    def _pick_callable(self, now):
        """Return those whose customer may be called now; plan the others for later.

        The number of queries does not depend on how many are asleep.
        """
        hours = {callback: callback._get_hours() for callback in self}
        later = {
            callback: reach.next_opening(now, hours[callback])  # the day is over there
            for callback in self
            if not reach.is_open(now, hours[callback])
        }
        # another try of the same day was planned so, or the customer asked for it
        fresh = self.filtered(lambda one: one.state == PLANNED and one not in later)
        for callback in fresh._get_called_today(now):
            zone = hours[callback].zone
            tomorrow = local_midnight(local_date(now, zone) + timedelta(days=1), zone)
            later[callback] = reach.next_opening(tomorrow, hours[callback])
        self.browse().union(*later)._put_off(later)
        return self.filtered(lambda callback: callback not in later)

    def _put_off(self, later):
        """Plan calls for later, but for those that a colleague sees to at this moment.

        :param later: naive UTC instant by callback
        """
        if not self:
            return
        self.env.flush_all()  # what fails in there shall be the lock alone
        try:
            with self.env.cr.savepoint():
                mine = self.try_lock_for_update()
                for next_at, callbacks in mine.grouped(later.get).items():
                    callbacks._note_course({"next_at": next_at})
                self.env.flush_all()
        except SerializationFailure:
            self.invalidate_recordset(flush=False)

    @api.model
    def _put_off_asleep(self, now):
        """Plan those that are due for later whose customers are asleep, by the hours they share.

        In the evening many thousand may be: no agent waits until each of them is looked at, nor
        until each is written.

        :return: the hours, as in :meth:`_get_hours_sql`, of all who are asleep
        """
        self.flush_model()
        self.env["logistics.profile"].flush_model()
        due = SQL(
            """SELECT callback.id, %(hours)s AS hours
                 FROM logistics_callback callback
            LEFT JOIN logistics_profile profile ON profile.id = callback.profile_id
                WHERE callback.next_at <= %(now)s AND callback.main_id IS NULL
                  AND callback.company_id IN %(companies)s AND callback.state IN %(waiting)s""",
            hours=self._get_hours_sql(),
            now=now,
            companies=tuple(self.env.companies.ids),
            waiting=WAITING,
        )
        later = self._get_openings(due, now)
        if later:
            self._write_openings(due, later)
        return list(later)

    @api.model
    def _get_hours_sql(self):
        """Return in SQL what customers who may be called at the same hours have in common."""
        return SQL(
            """CONCAT_WS('|', callback.company_id, profile.contact_tz,
                         profile.contact_hour_from, profile.contact_hour_to, profile.mon,
                         profile.tue, profile.wed, profile.thu, profile.fri, profile.sat,
                         profile.sun)"""
        )

    @api.model
    def _get_openings(self, due, now):
        """Return hours → when these customers may be called next, of those who are asleep."""
        rows = self.env.execute_query(SQL("SELECT hours, MIN(id) FROM (%s) due GROUP BY hours", due))
        # whoever sees none of a company's calls does no harm in planning them
        samples = self.sudo().browse(sample_id for _hours, sample_id in rows)
        found = {hours: sample._get_hours() for (hours, _id), sample in zip(rows, samples, strict=True)}
        return {
            hours: reach.next_opening(now, sample)
            for hours, sample in found.items()
            if not reach.is_open(now, sample)
        }

    @api.model
    def _write_openings(self, due, later):
        """Plan the first of those that are due by the hours they share; what others hold is theirs."""
        free = SQL(
            """SELECT held.id, chosen.next_at FROM logistics_callback held
                 JOIN (SELECT due.id, later.next_at FROM (%s) due
                         JOIN (VALUES %s) later(hours, next_at) USING (hours)
                        LIMIT %s) chosen ON chosen.id = held.id
                  FOR NO KEY UPDATE OF held SKIP LOCKED""",
            due,
            SQL(", ").join(SQL("(%s, %s::timestamp)", *item) for item in later.items()),
            PUT_OFF,
        )
        try:
            with self.env.cr.savepoint(flush=False):
                bulk.write_from(self, ["next_at"], free)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            return  # a colleague has just done it; the rest is the next press's

    @api.model
    def _get_candidates(self, now, tried=(), asleep=(), scarce=(), foreign=()):
        """Return the first of the calls that are due: the most urgent first, own before others'.

        Nobody's calls go first to who speaks the customer's language; who does not gets them when
        nothing else waits.

        Those of colleagues who are away are anybody's. Each share of the queue is read in the order
        of an index, so that it does not matter how many wait in it.

        :param tried: callbacks that were looked at already
        :param asleep: hours, as in :meth:`_get_hours_sql`, of customers to pass by
        :param scarce: languages of customers to prefer
        :param foreign: languages of customers whom colleagues understand, and the agent does not
        """
        self.flush_model()
        self.env["stock.picking"]._flush_cases()
        away = self._get_away(self._get_assigned())
        found = self.env.execute_query(
            SQL(
                """SELECT found.id
                     FROM unnest(%(companies)s) company
                    CROSS JOIN unnest(%(owners)s) owner
                    CROSS JOIN LATERAL (
                          SELECT id, priority, user_id, due_at, partner_id
                            FROM logistics_callback callback
                           WHERE company_id = company AND COALESCE(user_id, 0) = owner
                             AND next_at <= %(now)s AND main_id IS NULL AND state IN %(waiting)s
                             AND id <> ALL(%(tried)s) AND %(awake)s AND %(known)s
                             AND NOT %(waits)s
                           ORDER BY priority DESC, due_at, id
                           LIMIT %(limit)s) found
                     JOIN res_partner person ON person.id = found.partner_id
                    ORDER BY found.priority DESC, found.user_id IS DISTINCT FROM %(user)s,
                             split_part(COALESCE(person.lang, ''), '_', 1) <> ALL(%(scarce)s),
                             found.due_at, found.id
                    LIMIT %(limit)s""",
                companies=self.env.companies.ids,
                owners=[0, *{self.env.uid, *away.ids}],
                now=now,
                waiting=WAITING,
                tried=[callback.id for callback in tried],
                awake=self._get_awake_sql(asleep),
                known=self._get_known_sql(foreign),
                waits=self._get_waiting_sql("callback"),
                scarce=list(scarce),
                user=self.env.uid,
                limit=LOOKED_AT,
            )
        )
        if foreign and not found:
            return self._get_candidates(now, tried, asleep)
        # what the rules hide stays hidden
        return self.browse(row[0] for row in found)._filtered_access("write")

    @api.model
    def _get_awake_sql(self, asleep):
        """Return in SQL that a customer has none of these hours."""
        if not asleep:
            return SQL("TRUE")
        return SQL(
            """NOT EXISTS (SELECT FROM (SELECT) one
                             LEFT JOIN logistics_profile profile ON profile.id = callback.profile_id
                            WHERE %s = ANY(%s))""",
            self._get_hours_sql(),
            asleep,
        )

    def _lock_customer(self):
        """Take all calls that wait for the customer; return whether nobody else has one."""
        self.ensure_one()
        others = self._get_waiting_for_customer() | self
        if others.try_lock_for_update() != others:
            return False
        others.invalidate_recordset(["state"])
        return self.state in WAITING and IN_CALL not in others.mapped("state")

    def _is_free(self):
        """Return whether nobody calls the customer, nor takes the call at this moment; lock nothing."""
        self.env.flush_all()  # what is undone in there shall be the lock alone
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            return self._lock_customer()
        except SerializationFailure:
            return False
        finally:
            savepoint.close(rollback=True)

    def _lock_customer_unless_taken(self):
        """Lock as above; what a colleague took since it was found is passed by.

        Beginning the whole request anew instead would fail where many press at the same moment.
        """
        self.env.flush_all()  # what fails in there shall be the lock alone
        try:
            with self.env.cr.savepoint():
                return self._lock_customer()
        except SerializationFailure:
            return False

    def _get_waiting_for_customer(self):
        # calls of the same customer count whoever may see them
        return self.sudo().search(
            [
                ("customer_id", "=", self.customer_id.id),
                ("company_id", "=", self.company_id.id),
                ("main_id", "=", False),
                ("state", "in", (*WAITING, IN_CALL)),
                "|",
                ("next_at", "!=", False),
                ("state", "=", IN_CALL),
            ]
        )

    def _get_called_today(self, now):
        """Return those whose customer anybody called today, by the customer's clock: one query."""
        midnights = {
            callback: local_midnight(local_date(now, zone), zone)
            for callback in self
            for zone in [callback._get_hours().zone]
        }
        if not midnights:
            return self
        # a colleague's call counts, also one the agent may not see
        attempts = self.env["logistics.callback.attempt"].sudo()
        last = {
            (customer, company): called_at
            for customer, company, called_at in attempts._read_group(
                [
                    ("customer_id", "in", self.customer_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("called_at", ">=", min(midnights.values())),
                    ("result", "!=", CANCELLED),
                ],
                ["customer_id", "company_id"],
                ["called_at:max"],
            )
        }
        return self.filtered(
            lambda callback: (
                last.get((callback.customer_id, callback.company_id), datetime.min)
                >= midnights[callback]
            )
        )

    def _begin(self):
        """Begin the call; what else the customer waits for today is said in it, too."""
        zone = self._get_hours().zone
        now = fields.Datetime.now()
        tonight = local_midnight(local_date(now, zone) + timedelta(days=1), zone)
        waiting = (self._get_waiting_for_customer() - self)._cancel_unwanted()
        joined = waiting.filtered(
            lambda callback: callback.next_at
            and callback.next_at < tonight
            and not callback.waiting_case_id
        )
        joined._note_course({"main_id": self.id})
        self._note_course(
            {
                "state": IN_CALL,
                "taken_at": now,
                "user_id": self.env.uid,
                "previous_user_id": self.user_id.id,
            }
        )

    # === CRON METHODS ===#

    @api.model
    @of_part("callbacks")
    def _cron_look_after_calls(self):
        """Put back calls that nobody ended, and tell supervisors of those that are overdue."""
        self._put_back_forgotten()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self._count_late())
        while batch := self._get_late(BATCH).try_lock_for_update():
            isolate(batch, type(batch)._escalate, partial(type(self)._leave_out, self))
            if not cron._commit_progress(len(batch), remaining=self._count_late()):
                return
        # what others hold now is theirs, or the next run's
        cron._commit_progress(remaining=0)

    def _leave_out(self, callback, error):
        """One that cannot be escalated is not looked at for ever."""
        _logger.warning("Callback %s could not be escalated: %s", callback.id, error)
        callback._note_course({"escalated_at": fields.Datetime.now()})

    @api.model
    def _put_back_forgotten(self):
        limit = fields.Datetime.now() - FORGOTTEN
        forgotten = self.search([("state", "=", IN_CALL), ("taken_at", "<", limit)])
        forgotten = forgotten.try_lock_for_update()
        forgotten._release_joined()
        isolate(forgotten, type(forgotten)._put_back, type(self)._put_back_to_nobody)

    def _put_back(self):
        """Have calls wait again, for whom they waited before."""
        for user, callbacks in self.grouped("previous_user_id").items():
            callbacks._wait_for(user)
        self.flush_recordset()

    def _put_back_to_nobody(self, error):
        """Whoever it waited for may be in the company no more: whoever is free calls."""
        _logger.warning("Callback %s goes to whoever is free: %s", self.id, error)
        self._wait_for(self.env["res.users"])

    def _wait_for(self, user):
        self._note_course({"state": PLANNED, "taken_at": False, "user_id": user.id})

    @api.model
    def _get_late_domain(self):
        return [
            ("is_overdue", "=", True),
            ("escalated_at", "=", False),
            ("main_id", "=", False),
        ]

    @api.model
    def _get_late(self, limit):
        return self.search(self._get_late_domain(), limit=limit)

    @api.model
    def _count_late(self):
        return self.search_count(self._get_late_domain())

    def _get_leaders(self):
        """Return by callback who is told when it is overdue."""
        teams = self.env["logistics.service.team"]
        first = teams._get_first(self.company_id)
        own = {}
        for team in teams.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("member_ids", "in", self.user_id.ids),
                ("user_id", "!=", False),
            ]
        ):
            for member in team.member_ids:
                own.setdefault((team.company_id, member), team)
        return {
            callback: (
                own.get((callback.company_id, callback.user_id))
                or first.get(callback.company_id, teams)
            ).user_id
            for callback in self
        }

    def _escalate(self):
        """Tell the leader of the agent's team, or of the company's first, once."""
        for leader, callbacks in self.grouped(self._get_leaders().get).items():
            if leader:
                # read in the list of activities; a mail for each would be noise
                callbacks.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Overdue callback"),
                    user_id=leader.id,
                )
        self._note_course({"escalated_at": fields.Datetime.now()})
