import json

from dateutil.relativedelta import relativedelta

from odoo import api, models, modules
from odoo.tools import SQL

# what follows from marks: facts are worked out, or only scores and tiers
PURPOSES = ("facts", "rates")
MARKS_AT_ONCE = 100_000


class LogisticsRun(models.Model):
    """Whom a run looks at: those whose marks wait, and those for whom time changed something.

    Marks that people's transactions append name any record of any company. A run sorts them: each
    becomes a mark of the profile that it is about, for the run of that profile's company. The mark
    keeps the name of the model of what changed: facts that do not rest on it need not be worked out.
    """

    _inherit = "logistics.run"

    # === BUSINESS METHODS ===#

    @api.model
    def _get_basis(self, company, scheme):
        """Return what the figures of all customers rest on, as JSON keeps it.

        Where it is another one than that of the last run, everybody is worked out anew.
        """
        facts = self.env["logistics.profile.fact"]
        rates = company.logistics_currency_rate == "today" and company._get_logistics_rates_json()
        return {
            "program": modules.Manifest.for_addon("logistics_customer_service")["version"],
            "facts": sorted(facts._get_fact_names()),
            "windows": facts._get_windows(company),
            "window": company.logistics_window_months,
            "zone": company._get_logistics_tz(),
            "currency": [company.currency_id.id, company.currency_id.decimal_places],
            "rates": rates and json.loads(rates),
            "margin": "margin" in self.env["sale.order"]._fields,
            "scheme": [scheme.id, scheme.downgrade_margin, scheme.minimum_stay_days],
            "approval": company.logistics_tier_approval,
        }

    @api.model
    def _get_since(self, company, basis):
        """Return the date of the last run of a company, if its figures can be taken further.

        :return: a date, or False where all customers are to be worked out
        """
        last = self.search([("company_id", "=", company.id)], order="id desc", limit=1)
        is_usable = (
            last.state == "done"
            and last.basis == basis
            and last.date <= company._get_logistics_today()
        )
        return is_usable and last.date

    def _run_changes(self):
        """Sort marks into those of profiles; first of all, once, append what time itself changed."""
        self.env.flush_all()
        self.env["logistics.mark"]._write_down()
        if not self.cursor_id:
            self.cursor_id = 1
            self._mark_crossings()
        if self._sort_marks():
            return True
        if not self.since:  # all that was marked until now is worked out in what follows
            for purpose in PURPOSES:
                self._drop_own(purpose)
        self.write({"phase": "facts", "cursor_id": 0})
        return True

    def _mark_crossings(self):
        """Mark what left a window or fell due since the last run."""
        if not self.since:
            return
        parts = self.env["logistics.profile.fact"]._get_crossing_parts(
            self.company_id, self.since, self.date
        )
        for name, query in parts:
            self.env.cr.execute(
                SQL(
                    """INSERT INTO logistics_mark (purpose, model, res_id)
                       SELECT 'facts', %s, found.id FROM (%s) found""",
                    name,
                    query,
                )
            )

    def _sort_marks(self):
        """Replace a part of the marks by marks of the profiles that they are about.

        :return: whether there may be more
        """
        remains = False
        for purpose in PURPOSES:
            marks, count = self.env["logistics.mark"]._take(purpose, MARKS_AT_ONCE)
            remains |= count == MARKS_AT_ONCE
            self._make_customers(marks)
            for name, ids in marks.items():
                self._sort(purpose, name, ids)
        return remains

    def _sort(self, purpose, name, ids):
        """Mark the profiles that records are about, each once, for the runs of their companies."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO logistics_mark (purpose, model, res_id)
                   SELECT fresh.purpose, fresh.model, fresh.res_id
                     FROM (SELECT %s || ' ' || found.company_id, %s, found.id FROM (%s) found)
                          fresh (purpose, model, res_id)
                    WHERE NOT EXISTS (SELECT FROM logistics_mark held
                                       WHERE held.purpose = fresh.purpose
                                         AND held.model = fresh.model
                                         AND held.res_id = fresh.res_id)""",
                purpose,
                name,
                self.env["logistics.profile.fact"]._get_marked_profiles(name, ids),
            )
        )

    def _make_customers(self, marks):
        """Make the profiles of customers who have none, among those whom marks are about."""
        orders = self.env.execute_query(
            SQL(
                """SELECT so.company_id, ARRAY_AGG(so.id)
                     FROM sale_order so
                    WHERE so.id IN (
                          SELECT UNNEST(%(orders)s::int4[])
                    UNION SELECT mine.id
                            FROM res_partner marked
                            JOIN res_partner contact
                              ON contact.commercial_partner_id = marked.commercial_partner_id
                            JOIN sale_order mine ON mine.partner_id = contact.id
                           WHERE marked.id = ANY(%(partners)s))
                 GROUP BY so.company_id""",
                orders=list(marks.get("sale.order", ())),
                partners=list(marks.get("res.partner", ())),
            )
        )
        for company_id, order_ids in orders:
            company = self.env["res.company"].browse(company_id)
            made = self.env["logistics.profile"]._insert_missing(company, order_ids)
            if company == self.company_id:
                self.profile_count += made

    def _get_values(self, profile_ids):
        """Return the values of the criteria by id of a profile, where changes are followed."""
        if not self.since or not self.scheme_id:
            return {}
        query = self.scheme_id._get_values_query(
            self.company_id, SQL("p.id = ANY(%s)", list(profile_ids))
        )
        return {profile_id: values for profile_id, *values in self.env.execute_query(query)}

    def _mark_moved(self):
        """Mark for scoring those whose side of a cut changed, and those for whom time counts."""
        before = self.search(
            [("company_id", "=", self.company_id.id), ("id", "<", self.id)], order="id desc", limit=1
        )
        values = self.scheme_id._get_values_query(self.company_id, SQL("TRUE"))
        moved = self.scheme_id._get_moved_query(
            values, (before.cuts or {}, self.since), (self.cuts or {}, self.date)
        )
        found = SQL(" UNION ").join(filter(None, (moved, *self._get_term_parts())))
        self._mark_own("rates", (row[0] for row in self.env.execute_query(found)))

    def _get_term_parts(self):
        """Return the SELECTs of profiles whose lock, minimum stay or refusal of a tier ends."""
        stay = relativedelta(days=self.scheme_id.minimum_stay_days)
        terms = {
            "company": self.company_id.id,
            "before": self.since,
            "today": self.date,
            "stay_before": self.since - stay,
            "stay_today": self.date - stay,
        }
        return [
            SQL(
                """SELECT id FROM logistics_profile
                    WHERE company_id = %(company)s AND active
                      AND (manual_until >= %(before)s AND manual_until < %(today)s
                           OR tier_since > %(stay_before)s AND tier_since <= %(stay_today)s)""",
                **terms,
            ),
            SQL(
                """SELECT profile_id FROM logistics_tier_change
                    WHERE company_id = %(company)s AND state = 'rejected'
                      AND decided_at >= %(stay_before)s AND decided_at < %(stay_today)s""",
                **terms,
            ),
        ]

    # --- marks of the profiles of the run's company

    def _get_own_purpose(self, purpose):
        return f"{purpose} {self.company_id.id}"

    def _take_own(self, purpose):
        """Take a batch of marks away; return the ids of profiles by the model of what changed."""
        marks, _count = self.env["logistics.mark"]._take(
            self._get_own_purpose(purpose), self._get_batch_size()
        )
        return marks

    def _mark_own(self, purpose, profile_ids):
        """Mark profiles at once: undone with what they follow from, and seen within the transaction."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO logistics_mark (purpose, model, res_id)
                   SELECT %s, 'logistics.profile', UNNEST(%s::int4[])""",
                self._get_own_purpose(purpose),
                list(profile_ids),
            )
        )

    def _drop_own(self, purpose):
        self.env.cr.execute(
            SQL("DELETE FROM logistics_mark WHERE purpose = %s", self._get_own_purpose(purpose))
        )

    def _count_own(self):
        return sum(
            self.env["logistics.mark"]._count(self._get_own_purpose(purpose)) for purpose in PURPOSES
        )
