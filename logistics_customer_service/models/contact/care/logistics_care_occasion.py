import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ....tools.contact import days
from ....tools.foundation import quiet_hours
from ....tools.foundation.parts import of_part
from ...complaint.logistics_complaint_category import SEVERITIES
from .res_partner import MONTHS

_logger = logging.getLogger(__name__)

MODULE = "logistics_customer_service"
BIRTHDAY, FOUNDING, RELATION, HOLIDAY, SEASON = (
    "birthday",
    "founding",
    "relation",
    "holiday",
    "season",
)
SEND, CALL, GIFT = "send", "call", "gift"
# so far ahead greetings are planned, for people to see what is coming
AHEAD = timedelta(days=30)
BATCH = 5000
# what decides who is greeted, and when: a change of it plans anew
DECISIVE = {
    "active",
    "kind",
    "company_id",
    "sequence",
    "tier_ids",
    "country_ids",
    "lang_ids",
    "leap_day",
    "years",
    "holiday_ids",
    "season",
    "season_month",
    "season_day",
    "lead_days",
    "send_hour",
    "send_until",
    "contact_hours",
    "action",
}


class LogisticsCareOccasion(models.Model):
    """On which day whom to greet, and how."""

    _name = "logistics.care.occasion"
    _inherit = ["logistics.sending.rule.mixin"]
    _description = "Occasion of Care"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="Of two occasions on the same day that send, or that both call, one greets a person: "
        "one for tiers before one for all, then one for countries, for languages, for a company, "
        "then the first in the list.",
    )
    kind = fields.Selection(
        [
            (BIRTHDAY, "Birthday"),
            (FOUNDING, "Company anniversary"),
            (RELATION, "Anniversary of the relation"),
            (HOLIDAY, "Public holiday"),
            (SEASON, "End of a season"),
        ],
        required=True,
        default=BIRTHDAY,
        index=True,
        help="Birthday: of each person. Company anniversary: the day of founding. Anniversary of "
        "the relation: the day of the first order.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: the occasion of every company."
    )

    # --- whom
    tier_ids = fields.Many2many("logistics.tier", string="Tiers", help="Empty: all.")
    country_ids = fields.Many2many("res.country", string="Countries", help="Empty: all.")
    lang_ids = fields.Many2many(
        "res.lang", string="Languages", help="Empty: all. The language the person is written to in."
    )

    # --- which day
    leap_day = fields.Selection(
        [(days.FEBRUARY_28, "28 February"), (days.MARCH_1, "1 March")],
        string="29 February Falls On",
        required=True,
        default=days.FEBRUARY_28,
        help="In common years.",
    )
    years = fields.Char(
        string="After Years", help="Which anniversaries, as in 1, 5, 10. Empty: each."
    )
    holiday_ids = fields.Many2many(
        "logistics.care.holiday",
        string="Holidays",
        help="The customer's country decides which of them are the customer's.",
    )
    season = fields.Selection(
        [("quarter", "Each quarter"), ("date", "A day of the year")],
        string="Season Ends",
        required=True,
        default="quarter",
    )
    season_month = fields.Selection(MONTHS, string="Month", default="12")
    season_day = fields.Integer(string="Day", default=31)
    lead_days = fields.Integer(string="Days Before", help="So many days before the day itself.")

    # --- when and how
    send_hour = fields.Float(
        string="Sent From",
        default=9.0,
        help="Hour of the day in the customer's time zone.",
    )
    send_until = fields.Float(string="Sent Until", default=20.0)
    contact_hours = fields.Boolean(
        string="Within Contact Hours",
        default=True,
        help="Also within the hours in which the customer wants to be contacted. The day is not "
        "moved: a greeting belongs to its day.",
    )
    late_days = fields.Integer(
        string="Late At Most (Days)",
        default=1,
        help="A greeting that could not go out so long is not sent any more.",
    )
    action = fields.Selection(
        [(SEND, "Mail or SMS"), (CALL, "An agent calls"), (GIFT, "An agent sees to a gift")],
        string="How",
        required=True,
        default=SEND,
        help="For calls and gifts a callback for the purpose of care is planned.",
    )
    task_note = fields.Char(
        string="For the Agent", translate=True, help="What to say, or which gift."
    )
    mail_template_id = fields.Many2one(
        domain="[('model', '=', 'logistics.greeting')]",
        compute="_compute_templates",
        store=True,
        readonly=False,
        precompute=True,
    )
    sms_template_id = fields.Many2one(
        domain="[('model', '=', 'logistics.greeting')]",
        compute="_compute_templates",
        store=True,
        readonly=False,
        precompute=True,
    )
    severity = fields.Selection(
        SEVERITIES,
        string="Not While a Case Is Open",
        default="high",
        help="Of this severity or more. Empty: whatever is open.",
    )
    greeting_count = fields.Integer(string="Greetings", compute="_compute_greeting_count")

    _check_hours = models.Constraint(
        "CHECK (send_hour >= 0 AND send_hour < send_until AND send_until <= 24)",
        "Greetings are sent from an earlier to a later hour of the day.",
    )
    _check_days = models.Constraint(
        "CHECK (lead_days >= 0 AND lead_days <= 60 AND late_days >= 0)",
        "A greeting is at most 60 days early, and days are not negative.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("kind")
    def _compute_templates(self):
        for occasion in self:
            for way in ("mail", "sms"):
                text = self.env.ref(f"{MODULE}.care_{way}_{occasion.kind}", raise_if_not_found=False)
                occasion[f"{way}_template_id"] = text or occasion[f"{way}_template_id"]

    def _compute_greeting_count(self):
        counts = dict(
            self.env["logistics.greeting"]._read_group(
                [("occasion_id", "in", self.ids)], ["occasion_id"], ["__count"]
            )
        )
        for occasion in self:
            occasion.greeting_count = counts.get(occasion, 0)

    # === CONSTRAINT METHODS ===#

    @api.constrains("channel_order", "mail_template_id", "sms_template_id", "action")
    def _check_templates(self):
        """Agents who call or see to a gift need no text."""
        sent = self.filtered(lambda occasion: occasion.action == SEND)
        return super(LogisticsCareOccasion, sent)._check_templates()

    @api.constrains("years")
    def _check_years(self):
        for occasion in self:
            try:
                days.read_years(occasion.years)
            except ValueError as error:
                raise ValidationError(
                    self.env._("“%s” are no anniversaries: write them as in 1, 5, 10.", occasion.years)
                ) from error

    @api.constrains("kind", "holiday_ids", "season", "season_month", "season_day")
    def _check_day(self):
        for occasion in self:
            if occasion.kind == HOLIDAY and not occasion.holiday_ids:
                raise ValidationError(self.env._("Choose the holidays on which to greet."))
            by_date = occasion.kind == SEASON and occasion.season == "date"
            if by_date and not occasion._is_season_day():
                raise ValidationError(self.env._("The season ends on a day of a month."))

    def _is_season_day(self):
        return self.season_month and days.is_day(self.season_day, int(self.season_month))

    # === CRUD METHODS ===#

    @api.model_create_multi
    def create(self, vals_list):
        """As inherited; a new occasion may outweigh those that have planned already."""
        occasions = super().create(vals_list)
        occasions._plan_greetings_anew(set(occasions.mapped("kind")))
        return occasions

    def write(self, vals):
        """As inherited; what waits by the old rule waits for nothing."""
        kinds = set(self.mapped("kind"))
        result = super().write(vals)
        if DECISIVE & vals.keys():
            self._plan_greetings_anew(kinds | set(self.mapped("kind")))
        return result

    def _plan_greetings_anew(self, kinds):
        # managers change occasions; greetings are written by the program alone
        greetings = self.env["logistics.greeting"].sudo()
        greetings._forget_waiting([("kind", "in", list(kinds))])

    # === BUSINESS METHODS ===#

    @api.model
    @of_part("care")
    def _cron_plan_greetings(self):
        """Plan the greetings of the coming days; what is planned already is not found again."""
        cron = self.env["ir.cron"]
        rounds = self._get_rounds()
        remaining = len(rounds)
        cron._commit_progress(remaining=remaining)
        for occasion, company in rounds:
            last = occasion._plan_or_log(company, None)
            while last:
                if not cron._commit_progress(remaining=remaining):
                    return
                last = occasion._plan_or_log(company, last)
            remaining -= 1
            if not cron._commit_progress(1, remaining=remaining):
                return

    @api.model
    def _get_rounds(self):
        """Return pairs of occasion and company, the most particular occasions first."""
        companies = self.env["res.company"].search([("logistics_care", "=", True)])
        occasions = self.search([]).sorted(
            lambda one: (
                not one.tier_ids,
                not one.country_ids,
                not one.lang_ids,
                not one.company_id,
                one.sequence,
                one.id,
            )
        )
        return [
            (occasion, company)
            for occasion in occasions
            for company in (occasion.company_id & companies if occasion.company_id else companies)
        ]

    def _plan_or_log(self, company, after):
        """Plan a batch; one occasion's trouble is not the others'.

        :param after: where the batch before ended, or None
        :return: where this one ended, or None where it was the last
        """
        try:
            with self.env.cr.savepoint():
                return self._plan(company, after)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()  # the next run finds what this one left out
        except Exception:  # whatever another addon's rule raises
            _logger.exception("Occasion %s plans nothing in %s", self.id, company.name)
            self.env.invalidate_all(flush=False)
        return None

    def _plan(self, company, after=None):
        """Plan the next batch of greetings in a company; see :meth:`_plan_or_log`."""
        self.ensure_one()
        dates = self._get_dates(company)
        if not dates:
            return None
        self.env.flush_all()
        rows = self.env.execute_query_dict(self._get_query(company, dates, after))
        self.env["logistics.greeting"]._plan(self, company, rows)
        if len(rows) < BATCH:
            return None
        return tuple(rows[-1][name] for name in ("person_id", "day", "turn"))

    def _get_dates(self, company):
        """Return the days to plan for; of birthdays and anniversaries with month and day of birth."""
        today = company._get_logistics_today()
        start = today + timedelta(days=self.lead_days)
        if self.kind == HOLIDAY:
            return [(start, start + AHEAD)]
        if self.kind == SEASON:
            by_date = self.season == "date"
            month = int(self.season_month) if by_date else None
            return days.season_ends(start, start + AHEAD, month, self.season_day)
        return days.anniversaries(start, start + AHEAD, self.leap_day)

    def _get_query(self, company, dates, after):
        """Return the SQL of the people to greet and what sending them needs, in a fixed order.

        What is known is looked up person by person: in the run that plans the first holiday the
        database still believes that there are hardly any greetings, and would compare all with all.
        """
        tiers = tuple(set(self.tier_ids.mapped("code")))
        countries = tuple(self.country_ids.ids)
        langs = tuple(self.lang_ids.mapped("code"))
        return SQL(
            """SELECT person.id AS person_id, customer.id AS customer_id,
                      profile.id AS profile_id, profile.tier_id, found.day, found.turn,
                      found.years, found.day_id,
                      COALESCE(NULLIF(profile.contact_tz, ''), NULLIF(person.tz, ''), %(tz)s) AS tz,
                      profile.contact_hour_from, profile.contact_hour_to
                 FROM (%(found)s) found
                 JOIN res_partner person ON person.id = found.person_id AND person.active
                 JOIN res_partner customer
                   ON customer.id = person.commercial_partner_id AND customer.active
                 JOIN logistics_profile profile ON profile.partner_id = customer.id
                  AND profile.company_id = %(company)s AND profile.active
            LEFT JOIN logistics_tier tier ON tier.id = profile.tier_id
            LEFT JOIN LATERAL (
                      SELECT greeting.id FROM logistics_greeting greeting
                       WHERE greeting.partner_id = person.id AND greeting.company_id = %(company)s
                         AND (greeting.occasion_id = %(occasion)s AND greeting.turn = found.turn
                              OR greeting.kind = %(kind)s AND greeting.action = %(action)s
                             AND greeting.day = found.day)
                       LIMIT 1) known ON TRUE
                WHERE customer.id != %(own)s
                  AND (%(all_tiers)s OR tier.code IN %(tiers)s)
                  AND (%(all_countries)s
                       OR COALESCE(person.country_id, customer.country_id) IN %(countries)s)
                  AND (%(all_langs)s OR COALESCE(person.lang, customer.lang) IN %(langs)s)
                  AND known.id IS NULL
                  AND person.id >= %(after)s
                  AND (person.id, found.day, found.turn) > (%(after)s, %(after_day)s, %(after_turn)s)
                ORDER BY person.id, found.day, found.turn
                LIMIT %(limit)s""",
            tz=company._get_logistics_tz(),
            found=getattr(self, f"_get_{self.kind}_sql")(company, dates),
            company=company.id,
            own=company.partner_id.id,
            all_tiers=not tiers,
            tiers=tiers or ("",),
            all_countries=not countries,
            countries=countries or (0,),
            all_langs=not langs,
            langs=langs or ("",),
            occasion=self.id,
            kind=self.kind,
            action=self.action,
            **dict(zip(("after", "after_day", "after_turn"), after or (0, "-infinity", ""), strict=True)),
            limit=BATCH,
        )

    # --- whose day it is: person_id, day, turn (once in which a person is greeted), years, day_id

    def _get_birthday_sql(self, _company, dates):
        return self._get_anniversary_sql(
            dates,
            people=SQL("res_partner subject"),
            person=SQL("subject.id"),
            month=SQL("subject.logistics_birth_month::int"),
            day=SQL("subject.logistics_birth_day"),
            year=SQL("NULLIF(subject.logistics_birth_year, 0)"),
        )

    def _get_founding_sql(self, _company, dates):
        return self._get_anniversary_sql(
            dates, people=SQL("res_partner subject"), person=SQL("subject.id"),
            **self._get_parts_of(SQL("subject.logistics_founded_on")),
        )  # fmt: skip

    def _get_relation_sql(self, company, dates):
        """The first order of a customer, on the company's calendar."""
        people = SQL(
            """(SELECT held.partner_id AS id,
                       (fact.first_order_at AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS since
                  FROM logistics_profile held
                  JOIN logistics_profile_fact fact
                    ON fact.profile_id = held.id AND fact.window_months = 0
                 WHERE held.company_id = %s AND fact.first_order_at IS NOT NULL) subject""",
            company._get_logistics_tz(),
            company.id,
        )
        return self._get_anniversary_sql(
            dates, people=people, person=SQL("subject.id"),
            **self._get_parts_of(SQL("subject.since")),
        )  # fmt: skip

    @api.model
    def _get_parts_of(self, date):
        return {
            part: SQL("EXTRACT(%s FROM %s)::int", SQL(part), date)
            for part in ("month", "day", "year")
        }

    def _get_anniversary_sql(self, dates, people, person, month, day, year):
        """Return the SQL of everybody whose day of a year is one of the dates.

        :param dates: tuples of month, day and the date on which it is celebrated
        :param year: in which it began, or NULL
        """
        years = days.read_years(self.years)
        since = SQL("EXTRACT(YEAR FROM date.day)::int - %s", year)
        # what begins today has no anniversary yet; whose year is not known has a birthday all the same
        wanted = SQL("(%s) IN %s", since, tuple(years)) if years else SQL("COALESCE(%s, 1) > 0", since)
        return SQL(
            """SELECT %(person)s AS person_id, date.day, TO_CHAR(date.day, 'YYYY') AS turn,
                      %(since)s AS years, NULL::int AS day_id
                 FROM %(people)s
                 JOIN (VALUES %(dates)s) date(month, month_day, day)
                   ON date.month = %(month)s AND date.month_day = %(day)s
                WHERE %(wanted)s""",
            person=person,
            since=since,
            people=people,
            dates=SQL(", ").join(
                SQL("(%s, %s, %s::date)", month_, day_, on) for month_, day_, on in dates
            ),
            month=month,
            day=day,
            wanted=wanted,
        )

    def _get_holiday_sql(self, company, dates):
        """The holidays of each customer's country; a company's own date before that for all."""
        [(start, end)] = dates
        return SQL(
            """SELECT held.partner_id AS person_id, holiday.date AS day,
                      holiday.holiday_id || ':' || holiday.year AS turn,
                      NULL::int AS years, holiday.id AS day_id
                 FROM (SELECT DISTINCT ON (day.holiday_id, day.year) day.*
                         FROM logistics_care_day day
                        WHERE day.holiday_id IN %(holidays)s
                          AND (day.company_id IS NULL OR day.company_id = %(company)s)
                     ORDER BY day.holiday_id, day.year, day.company_id) holiday
                 JOIN logistics_care_holiday kind
                   ON kind.id = holiday.holiday_id AND kind.active
                 JOIN res_partner customer ON customer.country_id = holiday.country_id
                 JOIN logistics_profile held
                   ON held.partner_id = customer.id AND held.company_id = %(company)s
                WHERE holiday.active AND holiday.date BETWEEN %(start)s AND %(end)s""",
            holidays=tuple(self.holiday_ids.ids) or (0,),
            company=company.id,
            start=start,
            end=end,
        )

    def _get_season_sql(self, company, dates):
        return SQL(
            """SELECT held.partner_id AS person_id, season.day, season.turn,
                      NULL::int AS years, NULL::int AS day_id
                 FROM logistics_profile held
           CROSS JOIN (VALUES %s) season(day, turn)
                WHERE held.company_id = %s""",
            SQL(", ").join(SQL("(%s::date, %s)", on, turn) for on, turn in dates),
            company.id,
        )

    def _get_planned_time(self, day, zone, opens, closes):
        """Return the naive UTC instant at which a person is greeted.

        :param day: the date of the occasion
        :param zone: name of the person's time zone
        :param opens: hour from which the customer may be contacted, and ``closes`` until which
        """
        hour, _until = self._get_hours(opens, closes)
        return quiet_hours.to_utc(day - timedelta(days=self.lead_days), hour, zone)

    def _get_start(self, now, zone, opens, closes):
        """Return the naive UTC instant from which on a greeting that is due may go out."""
        hour, until = self._get_hours(opens, closes)
        return quiet_hours.next_allowed(now, until, hour, zone)

    def _get_hours(self, opens, closes):
        if not self.contact_hours:
            return self.send_hour, self.send_until
        return days.sending_hour(self.send_hour, self.send_until, opens or 0, closes or 0)

    # === ACTION METHODS ===#

    def action_preview(self):
        """Open the texts of the occasion as a customer would get them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"{MODULE}.logistics_care_preview_action")
        return {**action, "context": {"default_occasion_id": self.id}}

    def action_view_greetings(self):
        """Open the greetings of the occasion, sent or not."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"{MODULE}.logistics_greeting_action")
        return {**action, "domain": [("occasion_id", "=", self.id)], "context": {}}

    def action_plan(self):
        """Plan the greetings of the occasion now, without waiting for the night.

        :raise AccessError: for people who may not change occasions
        """
        self.ensure_one()
        self.check_access("write")
        # greetings are written by the program alone
        for occasion, company in self.sudo()._get_rounds():
            last = occasion == self and occasion._plan(company)
            while last:
                last = occasion._plan(company, last)
        return self.action_view_greetings()
