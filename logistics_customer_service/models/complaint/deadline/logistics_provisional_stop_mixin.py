from odoo import fields, models
from odoo.exceptions import UserError

from ....tools.complaint import clocks
from ..logistics_complaint_stage import CANCELLED, CLOSED
from .logistics_sla_target import FIRST_RESPONSE, NEXT_REPLY, REPLIES


class LogisticsProvisionalStopMixin(models.AbstractModel):
    """What a message stops is provisional: should it not arrive, the clocks run on."""

    _name = "logistics.provisional.stop.mixin"
    _description = "Stopped by a Message That May Not Arrive"

    # === BUSINESS METHODS ===#

    def _get_hanging_clocks(self, at):
        """Return the clocks of answers whose stop hangs on whether a message arrives."""
        # as in _get_clocks
        events = self.env["logistics.clock.event"].sudo().search(
            [
                ("clock_id.complaint_id", "in", self.ids),
                ("clock_id.target", "in", REPLIES),
                ("clock_id.started_at", "<=", at),
                ("message_id", "!=", False),
                ("voided_at", "=", False),
            ]
        )
        return events.clock_id

    def _freeze_stopped(self):
        """Results of closed cases that ran on are final once their clocks are stopped."""
        closed = self.filtered(lambda case: case.phase in (CLOSED, CANCELLED))
        # as in _get_clocks
        closed.sudo().clock_ids.filtered(lambda one: one.stopped_at and not one.frozen)._freeze()

    def _void_stops(self, events, reason):
        """Void stops, and stop their clocks again where another answer did so.

        :param events: events of the ledger
        :param reason: in a few words
        """
        # as in _get_clocks
        voided = self.env["logistics.clock"].sudo()._void(events, reason)
        for clock in voided:
            clock.complaint_id._end_again(clock)
        for case in voided.complaint_id:
            case._take_first_reply_back(events)
            case._freeze_stopped()
            case._read_clocks()
            running = voided & case._get_clocks(FIRST_RESPONSE, NEXT_REPLY)
            if running and case.phase not in (CLOSED, CANCELLED):
                case.customer_answered = True

    def _end_again(self, clock):
        """End a clock whose stop is void by what would have ended it then, if anything."""
        replies = self._get_replies() if clock.target in REPLIES else self.env["mail.message"]
        later = replies.filtered(lambda reply: reply.date >= clock.started_at).sorted("date")[:1]
        if later:
            clock._note(clocks.STOPPED, later.date, message=later)
        elif self.phase == CANCELLED:
            clock._note(clocks.CANCEL, fields.Datetime.now())

    def _take_first_reply_back(self, events):
        """Find anew when the customer was first answered, where a void stop said it."""
        if self.first_reply_at not in events.mapped("happened_at"):
            return
        stops = self._get_answered_clocks().event_ids.filtered(
            lambda event: event.kind == clocks.STOPPED
            and not event.voided_at
            and event.clock_id.target == FIRST_RESPONSE
        )
        replies = self._get_replies()
        first = min([*stops.mapped("happened_at"), *replies.mapped("date")], default=False)
        self._note_course({"first_reply_at": first})

    def _get_replies(self):
        """Return what people of ours wrote to the customer and is not known not to have arrived."""
        # as in _get_clocks
        case = self.sudo()
        void = case.clock_ids.event_ids.filtered("voided_at").message_id
        return case.message_ids.filtered(case._is_reply_to_customer) - void

    # === ACTION METHODS ===#

    def action_note_spoken(self):
        """Note that a person of ours has answered the customer by word of mouth.

        Who asks on the phone is answered there; without this, closing would count as no answer.
        """
        self.check_access("write")
        ended = self.filtered(lambda case: not case.is_open and case.phase != "resolved")
        if ended:
            raise UserError(self.env._("%s is not open any more.", ended[0].number))
        self._note_reply()
        self.filtered("customer_answered").customer_answered = False
        for case in self:
            case._message_log(
                body=self.env._("Answered by word of mouth."),
                author_id=self.env.user.partner_id.id,
            )
        return True
