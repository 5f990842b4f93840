from odoo import fields, models
from odoo.tools import SQL

from .sale_order import JUDGED

SAMPLE = 500


class LogisticsRun(models.Model):
    """The night judges a sample of orders anew: what differs was not marked, and must be nothing."""

    _inherit = "logistics.run"

    outcome_sample_count = fields.Integer(string="Orders Judged Anew", readonly=True)
    outcome_differing_count = fields.Integer(
        string="Outcomes That Differed",
        readonly=True,
        help="Of the orders judged anew: more than none means that something changed past Odoo. Have "
        "everything judged anew then.",
    )

    def _run_profiles(self):
        """Facts are made of all that happened by now."""
        self.env["logistics.outcome.judge"]._judge_all_marked()
        return super()._run_profiles()

    def _finish(self):
        self._judge_sample()
        return super()._finish()

    def _judge_sample(self):
        """Judge some orders of the company anew, whatever they are; nothing of them is marked."""
        if self.env["logistics.mark"]._count(JUDGED):
            return  # what waits would differ rightly
        judge = self.env["logistics.outcome.judge"]
        judge._take_turn()
        rows = self.env.execute_query(
            SQL(
                """SELECT so.id
                     FROM sale_order so
                    WHERE so.company_id = %s AND so.id IN (
                        SELECT oldest + FLOOR(RANDOM() * (newest - oldest + 1))::int
                          FROM (SELECT MIN(id) AS oldest, MAX(id) AS newest FROM sale_order) whole
                         CROSS JOIN GENERATE_SERIES(1, %s))""",
                self.company_id.id,
                SAMPLE,
            )
        )
        ids = [order_id for (order_id,) in rows]
        self.outcome_sample_count = len(ids)
        self.outcome_differing_count = judge._judge(*judge._trace({"sale.order": ids}))
