from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ....tools.foundation.foresight import GOES, HELD_BACK, WAITS, Fate
from ....tools.foundation.parts import of_part
from ....tools.foundation.periods import local_midnight
from ....tools.satisfaction import sampling
from ....tools.shipment import shipment
from ...complaint.logistics_complaint_stage import CANCELLED, CLOSED
from .logistics_survey_policy import CASE_CLOSED, DELIVERED
from .logistics_survey_request import OUT, PURPOSE

# goods that did not come are nothing to be asked about
NOT_COME = {shipment.LOST, shipment.RETURNED, shipment.PARTLY_DELIVERED}
RATE_WINDOW = timedelta(days=90)
# how long a delivery in dispute is left alone before it is looked at again
DISPUTE = timedelta(days=1)


class LogisticsSurveyRequest(models.Model):
    """How requests that are due are decided on, sent, reminded of and closed."""

    _inherit = "logistics.survey.request"

    # === CRON METHODS ===#

    @api.model
    @of_part("surveys")
    def _cron_send_requests(self):
        """Send, remind and close what is due, batch by batch."""
        self._process_due()

    @api.model
    def _lock_due(self):
        """Return the next batch, which nobody else works on.

        One worker at a time decides: of two requests to one person the second must see the first.
        A lock on a table that nobody writes to is taken before the transaction sees anything, so
        that whoever waited for it sees what the other has done.
        """
        self.env.cr.execute("LOCK TABLE logistics_survey_policy IN SHARE UPDATE EXCLUSIVE MODE")
        return super()._lock_due()

    def _process(self):
        """Decide on requests that are due, each by where it stands."""
        now = fields.Datetime.now()
        over = self.filtered(lambda request: request.expires_at and request.expires_at <= now)
        over._expire()
        due = self - over
        decided = due.filtered(lambda request: request.state in ("waiting", "failed"))
        result = super(LogisticsSurveyRequest, decided)._process()
        asked = (due - decided).filtered(lambda request: request.state == "sent")
        asked._remind()
        (due - decided - asked)._rest_until_expiry()
        return result

    def _expire(self):
        """Close what nobody answered in time; what was answered in part stays as it is."""
        unanswered = self.filtered(lambda request: request.state in ("waiting", "failed", "sent"))
        unanswered._cancel_queued()
        unanswered.write({"state": "expired"})
        self.write({"due_at": False})

    def _rest_until_expiry(self):
        for request in self:
            request.due_at = request.state in OUT and request.expires_at

    # === BUSINESS METHODS ===#

    def _get_rules(self, profiles):
        return {request: request.policy_id for request in self}

    def _get_reasons(self, profiles, rules):
        refused = self._get_refused(profiles)
        now = fields.Datetime.now()
        return {request: request._get_obstacle(refused, now) for request in self}

    def _within_limits(self):
        """As inherited; a person's rest and enough answers are limits, too."""
        wanted = self._suppress_resting()._suppress_enough()
        return super(LogisticsSurveyRequest, wanted)._within_limits()

    def _get_obstacle(self, refused, now):
        """Return why the request is not to be sent, or None.

        :param refused: ids of the requests whose customer does not want to be asked
        """
        if not self.policy_id.active or not self.company_id.logistics_survey:
            return "switched_off"
        if self._is_to_ourselves() or not self.partner_id.active:
            return "not_customer"
        if self._is_too_old(now):
            return "too_old"
        if self._is_overtaken():
            return "overtaken"
        if self.id in refused:
            return "refused"
        return None

    def _is_too_old(self, now):
        """Tell whether it should have been asked too long ago."""
        start = self.occurred_at + timedelta(hours=self.policy_id.delay_hours)
        limit = self.company_id._get_survey_limit(self._get_age_moment(now))
        return not self.insisted and start < limit

    def _is_overtaken(self):
        """Tell whether there is nothing to ask about any more."""
        picking, case = self.picking_id, self.complaint_id
        return (
            picking.state == "cancel"
            or picking.shipment_state in NOT_COME
            or case.phase == CANCELLED
            or bool(case.merged_into_id)
        )

    def _is_waiting(self):
        """Tell whether the occasion is not there yet: not delivered, or opened again."""
        if self.insisted:
            return False
        if self.policy_id.trigger == DELIVERED:
            return bool(self.picking_id) and not self.picking_id.delivered_at
        if self.policy_id.trigger == CASE_CLOSED:
            return bool(self.complaint_id) and self.complaint_id.phase != CLOSED
        return False

    def _get_disputed(self):
        """Return those about whose delivery a case is open: nobody is asked how it was. One query."""
        asked = self.filtered(lambda request: not request.insisted)
        # whoever starts the sending need not see the cases
        disputed = asked.sudo().picking_id._get_open_cases()
        return asked.filtered(lambda request: request.picking_id in disputed)

    def _get_refused(self, profiles):
        """Return the ids of requests whose customer refused, or did not agree where that is needed.

        :param profiles: the profile of each request
        """
        # consents are the service's; whoever starts the sending need not see them
        purposes = self.env["logistics.consent.purpose"].sudo()
        purpose = purposes.search([("code", "=", PURPOSE)], limit=1)
        return {
            request.id
            for request in self
            if profiles[request]._refuses(PURPOSE, request.partner_id)
            or not profiles[request]._agrees(purpose, request.partner_id)
        }

    def _postpone(self, rules, profiles):
        """As inherited; what waits for its occasion is due again when that is there."""
        waiting = self.filtered(lambda request: request._is_waiting())
        waiting.due_at = False
        disputed = (self - waiting)._get_disputed()
        disputed.due_at = fields.Datetime.now() + DISPUTE
        asked = self - waiting - disputed
        return super(LogisticsSurveyRequest, asked)._postpone(rules, profiles)

    @api.model
    def _go_on_after(self, pickings):
        """Look at once at what waited for the end of a dispute, reminders among it.

        :param pickings: deliveries about which a case was open until now
        """
        held = self.search(
            [("picking_id", "in", pickings.ids), ("state", "in", ("waiting", "failed", "sent"))]
        )
        now = fields.Datetime.now()
        asked = held.filtered(lambda request: request.state == "sent")
        for request in asked.filtered(
            lambda one: not one.reminded_at and not one.reminder_held_back_at
        ):
            request.due_at = max(request._get_reminder_time(), now)
        # what is not due before tomorrow waits for more than the dispute
        (held - asked).filtered(
            lambda request: request.due_at and request.due_at <= now + DISPUTE
        ).due_at = now
        if held:
            self._wake_up(self._sending_cron)

    # --- rest

    def _suppress_resting(self):
        """Hold back requests to people who were asked not long ago; return the others.

        Of two requests in this batch the first counts. A person is a contact or an address: two
        contacts may share one.
        """
        now = fields.Datetime.now()
        asked = self._get_last_asked(now)
        resting = self.browse()
        for request in self:
            if request._is_resting(asked, now):
                resting += request
            else:
                asked.update(dict.fromkeys(request._get_person_keys(), now))
        resting._suppress("cooldown")
        return self - resting

    def _is_resting(self, asked, now):
        """Tell whether the person was asked not long ago.

        :param asked: when people were asked last, see :meth:`_get_last_asked`
        """
        last = max(filter(None, map(asked.get, self._get_person_keys())), default=None)
        rest = timedelta(days=self.policy_id.cooldown_days)
        return bool(last and rest and last > now - rest and not self.insisted)

    def _get_person_keys(self):
        names = filter(None, (self.partner_id.id, self.address))
        return [(self.company_id.id, name) for name in names]

    def _get_last_asked(self, now):
        """Return when each person was asked last, or has answered, by person."""
        if not self:
            return {}
        since = now - timedelta(days=max(self.policy_id.mapped("cooldown_days")))
        others = self.search_fetch(
            Domain("id", "not in", self.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & (
                Domain("partner_id", "in", self.partner_id.ids)
                | Domain("address", "in", list(set(self.mapped("address"))))
            )
            & (
                Domain("state", "=", "queued")
                | Domain("state", "=", "failed") & Domain("due_at", "!=", False)
                | Domain("sent_at", ">", since)
                | Domain("answered_at", ">", since)
            ),
            ["company_id", "partner_id", "address", "state", "sent_at", "answered_at"],
        )
        asked = {}
        for other in others:
            under_way = other.state in ("queued", "failed") and now
            last = max(filter(None, [under_way, other.sent_at, other.answered_at]))
            for key in other._get_person_keys():
                asked[key] = max(last, asked.get(key, last))
        return asked

    # --- targets

    def _suppress_enough(self):
        """Hold back requests of which enough are answered, or will be; return the others."""
        limited = self.filtered(
            lambda request: request.policy_id.sampling == "target" and not request.insisted
        )
        rooms = limited._get_rooms()
        enough = self.browse()
        for request in limited:
            key = (request.company_id, request.policy_id, request.tier_id)
            if rooms[key] > 0:
                rooms[key] -= 1
            else:
                enough += request
        enough._suppress("enough")
        return self - enough

    def _get_rooms(self):
        """Return how many more may be asked this month, by company, policy and tier."""
        rooms = {}
        for company, requests in self.grouped("company_id").items():
            today = company._get_logistics_today()
            month = local_midnight(today.replace(day=1), company._get_logistics_tz())
            counts = requests._count_course(company, month)
            for policy, tier in {(one.policy_id, one.tier_id) for one in requests}:
                answered, unanswered, asked, back = (
                    count.get((policy, tier), 0) for count in counts
                )
                rate = sampling.answer_rate(asked, back)
                rooms[company, policy, tier] = sampling.room_left(
                    policy.target_answers, answered, unanswered, rate
                )
        return rooms

    def _count_course(self, company, month):
        """Return four counts by policy and tier.

        They are what was answered since an instant and what is still out, and of the last three
        months what was asked and how much of it came back.
        """
        since = fields.Datetime.now() - RATE_WINDOW
        mine = Domain("company_id", "=", company.id) & Domain(
            "policy_id", "in", self.policy_id.ids
        )
        asked = mine & Domain("sent_at", ">=", since)
        domains = [
            mine & Domain("answered_at", ">=", month),
            mine & Domain("state", "in", ("queued", *OUT)) & Domain("answered_at", "=", False),
            asked,
            asked & Domain("answered_at", "!=", False),
        ]
        return [
            {
                (policy, tier): count
                for policy, tier, count in self._read_group(
                    domain, ["policy_id", "tier_id"], ["__count"]
                )
            }
            for domain in domains
        ]

    def _queue(self, rule, channel):
        """As inherited; the link is open from now on."""
        self.expires_at = fields.Datetime.now() + timedelta(days=rule.expiry_days)
        return super()._queue(rule, channel)

    def _prepare_mailed_vals(self, mail):
        vals = super()._prepare_mailed_vals(mail)
        return vals | self._prepare_reminded_vals() if self.reminded_at else vals

    def _prepare_texted_vals(self, body):
        vals = super()._prepare_texted_vals(body)
        return vals | self._prepare_reminded_vals() if self.reminded_at else vals

    def _prepare_reminded_vals(self):
        """What was sent once stays sent, whatever becomes of the reminder."""
        return {"state": "sent", "due_at": self.expires_at}

    def _remind(self):
        """Ask those once more who have not answered, as far as nothing stands against it."""
        wanted = self._get_remindable()
        unwanted = self - wanted
        unwanted._cancel_queued()
        unwanted._rest_until_expiry()
        retried = wanted.filtered("reminded_at")
        retried._requeue()
        retried._rest_until_expiry()
        fresh = wanted - retried
        profiles = fresh._get_profiles()
        ready = fresh._postpone(fresh._get_rules(profiles), profiles)
        allowed = self._may_contact(ready)
        held_back = ready - allowed
        held_back._rest_until_expiry()
        held_back.reminder_held_back_at = fields.Datetime.now()
        allowed.reminded_at = fields.Datetime.now()
        for (policy, channel), batch in allowed.grouped(
            lambda request: (request.policy_id, request.channel)
        ).items():
            getattr(batch, f"_queue_{channel}")(policy)

    def _get_remindable(self):
        """Return the requests against whose reminder nothing stands."""
        refused = self._get_refused(self._get_profiles())
        blocked = self._get_blocked()
        disputed = self._get_disputed()
        return self.filtered(
            lambda request: (
                request._is_to_be_reminded()
                and request not in disputed
                and request.id not in refused
                and request.address not in blocked
            )
        )

    def _is_to_be_reminded(self):
        policy = self.policy_id
        return (
            policy.active
            and policy.reminder_days
            and self.channel in policy._get_ways(None)
            and self.address
            and self.company_id.logistics_survey
            and not self._is_overtaken()
            and not self._is_waiting()
        )

    def _succeed(self, at=None):
        """Keep that these requests went out, and when to look at them again."""
        fresh = self.filtered(lambda request: request.state in ("queued", "failed"))
        result = super(LogisticsSurveyRequest, fresh)._succeed(at)
        for request in fresh:
            request.due_at = request._get_reminder_time()
        others = self - fresh
        others.write({"failure_text": False, "failure_kind": False})
        # somebody may have answered by another way before the mail went out
        unsent = others.filtered(lambda request: not request.sent_at)
        unsent.sent_at = at or fields.Datetime.now()
        return result

    def _get_reminder_time(self):
        """Return when to remind, or when the link expires where that is sooner."""
        days = self.policy_id.reminder_days
        expires = self.expires_at or self.sent_at + timedelta(days=self.policy_id.expiry_days)
        return min(self.sent_at + timedelta(days=days), expires) if days else expires

    def _note_failure(self, text, kind=False, due_at=False):
        """As inherited; a reminder that is refused leaves the request sent, and answers count."""
        reminded = self.filtered(lambda one: one.state == "sent" and kind != "bounced")
        for request in reminded:
            request.write(request._prepare_reminder_failure_vals(text, kind, due_at))
        unsent = (self - reminded).filtered(
            lambda request: request.state in ("waiting", "queued", "failed", "sent")
        )
        return super(LogisticsSurveyRequest, unsent)._note_failure(text, kind, due_at)

    def _prepare_reminder_failure_vals(self, text, kind, due_at):
        return {
            "failure_text": text,
            "failure_kind": kind,
            "attempts": self.attempts + 1,
            "due_at": min(filter(None, [due_at, self.expires_at]), default=False),
        }

    def _prepare_other_way_vals(self):
        """As inherited; by the other way it is asked, not reminded."""
        return {**super()._prepare_other_way_vals(), "reminded_at": False, "expires_at": False}

    def _prepare_foresight(self):
        profiles = self._get_profiles()
        asked = self.filtered(lambda request: request.state != "sent")
        return {
            "profiles": profiles,
            "refused": self._get_refused(profiles),
            "blocked": self._get_blocked(),
            "disputed": self._get_disputed(),
            "asked": asked._get_last_asked(fields.Datetime.now()),
        }

    def _foresee(self, at, kind, known, take):
        """As inherited; who gets the question is reminded of it."""
        is_reminder = kind == "reminder"
        if not is_reminder and (obstacle := self._foresee_obstacle(at, known)):
            return obstacle
        start = self._get_start(at, self.policy_id, known["profiles"][self])
        if start > at:
            return Fate(again=start)
        if is_reminder:
            remindable = self.state != "sent" or self._get_remindable()
            return super()._foresee(at, kind, known, take) if remindable else Fate()
        if self._is_resting(known["asked"], at):
            return Fate(HELD_BACK, self._get_reason_label("cooldown"))
        if full := take(self.insisted):
            return Fate(HELD_BACK, full.name)
        known["asked"].update(dict.fromkeys(self._get_person_keys(), at))
        return self._foresee_reminder(at)

    def _foresee_obstacle(self, at, known):
        """Return the fate of a request that is not sent whatever the limits, or None."""
        reason = self._get_obstacle(known["refused"], at)
        if not reason and (self._is_waiting() or self in known["disputed"]):
            return Fate(WAITS)
        if not reason:
            way, address = self._find_way(
                self.policy_id, known["profiles"][self], known["blocked"]
            )
            reason = None if address else way
        return Fate(HELD_BACK, self._get_reason_label(reason)) if reason else None

    def _foresee_reminder(self, at):
        """Return that the request goes, and when it will be time for a reminder."""
        days = self.policy_id.reminder_days
        if not 0 < days < self.policy_id.expiry_days:
            return Fate(GOES)
        return Fate(GOES, again=at + timedelta(days=days), kind="reminder")
