from odoo import api, models

from ....tools.foundation.said import is_said
from ..outcome.logistics_outcome_rebuild import REBUILT


class LogisticsOutcomeJudge(models.Model):
    """The sums of the days follow what is judged."""

    _inherit = "logistics.outcome.judge"

    @api.model
    def _judge_orders(self, orders):
        return self._judge_and_add_up("logistics.order.day", orders, super()._judge_orders)

    @api.model
    def _judge_deliveries(self, pickings):
        return self._judge_and_add_up("logistics.delivery.day", pickings, super()._judge_deliveries)

    def _judge_and_add_up(self, name, records, judge):
        if is_said(self.env, REBUILT):
            return judge(records)
        days = self.env[name]
        before = days._get_days(records.ids)
        differing = judge(records)
        if differing:
            days._add_up(before | days._get_days(records.ids))
        return differing
