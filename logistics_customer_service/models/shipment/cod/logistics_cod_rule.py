from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

import pytz

from odoo import api, fields, models

from ....tools.shipment import remittance


class LogisticsCodRule(models.Model):
    """What collecting costs and when the money is due; the most specific rule applies."""

    _name = "logistics.cod.rule"
    _inherit = ["logistics.company.terms.mixin"]
    _description = "Cash on Delivery Rule"
    _order = "carrier_id, company_id, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        help="Empty: for all companies that have no rule of their own."
    )
    carrier_id = fields.Many2one(
        "delivery.carrier",
        index="btree_not_null",
        check_company=True,
        ondelete="cascade",
        help="Empty: for carriers without a rule of their own, and own drivers.",
    )
    fee_fixed = fields.Monetary(string="Fee per Delivery")
    fee_percent = fields.Float(string="Fee in % of the Amount", digits=(16, 4))
    fee_min = fields.Monetary(string="Least Fee")
    fee_max = fields.Monetary(string="Most Fee", help="Zero: no limit.")
    fee_withheld = fields.Boolean(
        string="Fee Kept Back",
        help="The carrier keeps the fee back from the remittance instead of sending an invoice.",
    )
    deadline = fields.Selection(
        [
            (remittance.SAME_DAY, "The same day"),
            (remittance.WORKING_DAYS, "Working days after collection"),
            (remittance.WEEKLY, "Every week"),
            (remittance.MONTHLY, "Every month"),
        ],
        string="Remittance Due",
        required=True,
        default=remittance.SAME_DAY,
    )
    days = fields.Integer(string="Working Days", default=1)
    weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        default="0",
    )
    month_day = fields.Integer(
        string="Day of the Month", default=31, help="31 is the last day of shorter months, too."
    )
    roll_forward = fields.Boolean(
        string="Move to Working Days",
        default=True,
        help="A due day on which the company does not work moves to the next working day.",
    )

    _one_per_carrier = models.UniqueIndex(
        "(COALESCE(company_id, 0), COALESCE(carrier_id, 0)) WHERE active",
        "The carrier already has a rule in this company.",
    )
    _check_fees = models.Constraint(
        "CHECK (fee_fixed >= 0 AND fee_percent >= 0 AND fee_min >= 0"
        " AND (COALESCE(fee_max, 0) = 0 OR fee_max >= fee_min))",
        "Fees are not negative, and the most fee is not below the least.",
    )
    _check_days = models.Constraint(
        "CHECK (days BETWEEN 0 AND 90 AND month_day BETWEEN 1 AND 31)",
        "Choose 0 to 90 working days, and a day of the month from 1 to 31.",
    )

    # === CRUD METHODS ===#

    def write(self, vals):
        """A changed rule applies to everything that has not been remitted yet."""
        result = super().write(vals)
        cods = self.env["logistics.cod"].search(
            [("rule_id", "in", self.ids), ("state", "=", "collected")]
        )
        for name in ("fee_amount", "expected_amount", "due_date"):
            self.env.add_to_compute(cods._fields[name], cods)
        return result

    # === BUSINESS METHODS ===#

    @api.model
    def _get_rules(self):
        """Return the rules by company id and carrier id (each may be False)."""
        return {(rule.company_id.id, rule.carrier_id.id): rule for rule in self.search([])}

    @api.model
    def _choose(self, rules, company, carrier):
        """Return the most specific rule: the carrier's outweighs the company's."""
        for key in (
            (company.id, carrier.id),
            (False, carrier.id),
            (company.id, False),
            (False, False),
        ):
            if key in rules:
                return rules[key]
        return self.browse()

    def _get_fee(self, amount, currency, rate):
        """Return the fee for an amount, rounded in its currency.

        :param rate: of the amount's currency against the company's, which the rule speaks
        """
        fee = remittance.fee_of(
            amount,
            self.fee_fixed * rate,
            self.fee_percent,
            self.fee_min * rate,
            self.fee_max * rate,
        )
        return currency.round(fee)

    def _get_schedule(self):
        """Return when money is due; without a rule the same day."""
        if not self:
            return remittance.Schedule()
        return remittance.Schedule(
            self.deadline, self.days, int(self.weekday or 0), self.month_day, self.roll_forward
        )

    @api.model
    def _get_working_test(self, company, days):
        """Return a function that tells the company's working days, from one reading of its calendar.

        :param days: days on which money was collected
        """
        start, end = min(days), max(days) + timedelta(days=2 * remittance.FARTHEST)
        working = self._get_working_days(company.resource_calendar_id, start, end)
        # without a calendar, or with one that never opens, the week of most companies counts
        return working.__contains__ if working else remittance.is_weekday

    @api.model
    def _get_working_days(self, calendar, start, end):
        if not calendar:
            return set()
        zone = pytz.timezone(calendar.tz or "UTC")
        first = datetime.combine(start, time.min).replace(tzinfo=UTC) - timedelta(days=1)
        last = datetime.combine(end, time.max).replace(tzinfo=UTC) + timedelta(days=1)
        intervals = calendar._work_intervals_batch(first, last)[False]
        return {begin.astimezone(zone).date() for begin, _end, _records in intervals}

    @api.model
    def _get_due_days(self, collected):
        """Return due days of collections: mapping of (company, rule, date) to a date.

        :param collected: such keys
        """
        by_company = defaultdict(set)
        for company, _rule, day in collected:
            by_company[company].add(day)
        tests = {
            company: self._get_working_test(company, days) for company, days in by_company.items()
        }
        return {
            key: remittance.due_day(key[2], key[1]._get_schedule(), tests[key[0]])
            for key in collected
        }
