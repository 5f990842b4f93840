import logging
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .logistics_survey_policy import FIRST_ORDER, PERIODIC

_logger = logging.getLogger(__name__)

DAYS_OF_MONTH = 30.4375
# a period that began when nobody was there to plan is still planned so many days later
CATCH_UP = 7


class LogisticsSurveyPolicy(models.Model):
    """Occasions that no document brings, but the calendar."""

    _inherit = "logistics.survey.policy"

    @api.model
    def _cron_plan_requests(self):
        """Plan what the calendar brings, policy by policy and company by company."""
        cron = self.env["ir.cron"]
        rounds = self._get_rounds()
        cron._commit_progress(remaining=len(rounds))
        for policy, company in rounds:
            policy._plan_round_or_log(company)
            if not cron._commit_progress(1):
                return

    @api.model
    def _get_rounds(self):
        """Return pairs of policy and company that go by the calendar."""
        policies = self.search([("trigger", "in", (FIRST_ORDER, PERIODIC))])
        companies = self.env["res.company"].search([("logistics_survey", "=", True)])
        return [
            (policy, company)
            for policy in policies
            for company in (policy.company_id & companies if policy.company_id else companies)
        ]

    def _plan_round_or_log(self, company):
        """Plan what the policy asks in a company; one that cannot be read is not the others'."""
        try:
            with self.env.cr.savepoint():
                self._plan_round(company)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()  # tomorrow finds what today left out
        except Exception:  # whatever another addon's rule raises
            _logger.exception("Policy %s plans nothing in %s", self.id, company.name)
            self.env.invalidate_all(flush=False)

    def _plan_round(self, company):
        """Plan what the policy asks in a company today; the same day twice plans nothing new."""
        self.ensure_one()
        self.env.flush_all()
        facts = self._find_first_orders(company) if self.trigger == FIRST_ORDER else []
        if self.trigger == PERIODIC:
            facts = self._find_turns(company)
        self.env["logistics.survey.request"]._plan_by(self, facts)

    def _find_first_orders(self, company):
        """Return as occasions the first orders that are as old as the policy says."""
        later = timedelta(days=self.first_order_days)
        until = fields.Datetime.now() - later
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (p.id) p.partner_id, so.id, so.partner_id, so.warehouse_id,
                          so.date_order
                     FROM logistics_profile p
                     JOIN logistics_profile_fact f ON f.profile_id = p.id AND f.window_months = 0
                     JOIN res_partner person ON person.commercial_partner_id = p.partner_id
                     JOIN sale_order so ON so.partner_id = person.id
                      AND so.company_id = p.company_id AND so.state = 'sale'
                      AND so.date_order = f.first_order_at
                    WHERE p.company_id = %s AND p.active
                      AND f.first_order_at > %s AND f.first_order_at <= %s
                    ORDER BY p.id, so.id""",
                company.id,
                company._get_survey_limit(until),
                until,
            )
        )
        return [
            {
                "occasion": f"first:{company.id}:{customer_id}",
                "occurred_at": placed_at + later,
                "company_id": company.id,
                "partner_id": person_id,
                "order_id": order_id,
                "of": {"warehouses": {warehouse_id}},
            }
            for customer_id, order_id, person_id, warehouse_id, placed_at in rows
        ]

    def _find_turns(self, company):
        """Return as occasions the customers whose turn in the period has come these days.

        Each has a day of its own in the period, by chance but always the same, so that neither the
        service nor the figures get a year's answers in a week.
        """
        today = company._get_logistics_today()
        period = round(self.period_months * DAYS_OF_MONTH)
        rows = self.env.execute_query(
            SQL(
                """SELECT p.partner_id, (%(day)s + anchor) / %(period)s
                     FROM logistics_profile p
                     JOIN logistics_profile_fact f ON f.profile_id = p.id AND f.window_months = 0
                    CROSS JOIN LATERAL (
                          SELECT MOD((p.partner_id * 2654435761 & 4294967295) >> 8,
                                 %(period)s) AS anchor) place
                    WHERE p.company_id = %(company)s AND p.active AND f.last_order_at >= %(since)s
                      AND MOD(%(day)s + anchor, %(period)s) < %(catch_up)s""",
                day=today.toordinal(),
                period=period,
                company=company.id,
                since=datetime.combine(today, datetime.min.time()) - timedelta(days=period),
                catch_up=min(CATCH_UP, period),
            )
        )
        now = fields.Datetime.now()
        return [
            {
                "occasion": f"period:{company.id}:{customer_id}:{turn}",
                "occurred_at": now,
                "company_id": company.id,
                "partner_id": customer_id,
                "of": {},
            }
            for customer_id, turn in rows
        ]
