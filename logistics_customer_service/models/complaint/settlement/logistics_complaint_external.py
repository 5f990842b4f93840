from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ....tools.complaint import clocks
from ....tools.foundation.periods import local_date, local_midnight
from ..deadline.logistics_sla_target import EXTERNAL
from ..logistics_complaint_stage import CANCELLED, CLOSED, OPEN_PHASES


class LogisticsComplaint(models.Model):
    """The way outside: which body looks at a case, until when it answers, what it said."""

    _inherit = "logistics.complaint"

    resolution_level = fields.Selection(
        [("first", "Customer service"), ("next", "Next level"), ("external", "External")],
        string="Level",
        default="first",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="A customer who refuses the result is heard at the next level, and then outside.",
    )
    external_body = fields.Char(
        string="External Body",
        tracking=True,
        help="Regulator, consumers' association, arbitration or court.",
    )
    external_on = fields.Date(string="External Since", copy=False, tracking=True)
    external_answered_on = fields.Date(
        string="External Answer On",
        copy=False,
        tracking=True,
        help="The day on which the body answered; it stops the clock of the external answer.",
    )
    external_outcome = fields.Selection(
        [
            ("customer", "For the customer"),
            ("part", "For the customer in part"),
            ("company", "For us"),
            ("settled", "Settled between the two"),
            ("withdrawn", "Withdrawn"),
        ],
        string="External Outcome",
        copy=False,
        tracking=True,
    )
    external_answer = fields.Text(
        copy=False, help="What the body decided or recommends, and what it asks of us."
    )

    @api.constrains("external_on", "external_answered_on")
    def _check_external_days(self):
        for case in self.filtered("external_answered_on"):
            if case.external_answered_on > case.company_id._get_logistics_today():
                raise ValidationError(
                    self.env._("%s: the external answer lies in the future.", case.number)
                )
            if case.external_on and case.external_answered_on < case.external_on:
                raise ValidationError(
                    self.env._("%s: nobody answers before having been asked.", case.number)
                )

    # === THE CLOCK ===#

    def _start_external(self):
        """Start the clock of cases that are outside and have none."""
        # the clock is written in the name of whoever works on a case
        had = self.env["logistics.clock"].sudo().search(
            [
                ("complaint_id", "in", self.ids),
                ("target", "=", EXTERNAL),
                ("state", "!=", clocks.CANCELLED),
            ]
        )
        outside = self.filtered(
            lambda case: case.resolution_level == "external"
            and case.phase not in (CLOSED, CANCELLED)
            and case not in had.complaint_id
        )
        now = fields.Datetime.now()
        starts = {case: case._get_external_instant(case.external_on, now) for case in outside}
        outside._start_target(EXTERNAL, starts, read=False)

    def _follow_external_dates(self):
        """Let the clocks say what the dates of the case say; what is frozen stays."""
        self._start_external()
        self.filtered(lambda case: case.phase in OPEN_PHASES)._pause_clocks(fields.Datetime.now())
        # as in _start_external
        own = self.env["logistics.clock"].sudo().search(
            [
                ("complaint_id", "in", self.ids),
                ("target", "=", EXTERNAL),
                ("state", "!=", clocks.CANCELLED),
                ("frozen", "=", False),
            ]
        )
        for clock in own:
            clock.complaint_id._set_external_start(clock)
            clock.complaint_id._set_external_stop(clock)
        self._read_clocks()

    def _set_external_start(self, clock):
        """Let a clock count from the day on which the case went outside."""
        start = self._get_external_instant(self.external_on, clock.started_at)
        if clock.started_at != start:
            clock.started_at = start

    def _set_external_stop(self, clock):
        """Stop a clock on the day of the answer.

        A day noted by mistake is no event of the ledger: the chatter keeps it.
        """
        zone = self.company_id._get_logistics_tz()
        stops = clock.event_ids.filtered(lambda event: event.kind == clocks.STOPPED)
        days = [local_date(stop.happened_at, zone) for stop in stops]
        if days == [self.external_answered_on] or not (days or self.external_answered_on):
            return
        stops.unlink()
        if self.external_answered_on:
            at = self._get_external_instant(self.external_answered_on, fields.Datetime.now())
            clock._note(clocks.STOPPED, at, self.external_body)

    def _get_external_instant(self, day, known):
        """Return the instant that stands for a day.

        :param day: date in the company's time zone, or none
        :param known: naive UTC instant that is taken if it lies on the day
        """
        self.ensure_one()
        zone = self.company_id._get_logistics_tz()
        if not day or local_date(known, zone) == day:
            return known
        return local_midnight(day, zone)
