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
                """SELECT DISTINCT so.id
                     FROM (SELECT MIN(id) AS oldest, MAX(id) AS newest FROM sale_order) whole
                    CROSS JOIN GENERATE_SERIES(1, %s)
                     JOIN sale_order so
                       ON so.id = whole.oldest + FLOOR(RANDOM() * (whole.newest - whole.oldest + 1))
                    WHERE so.company_id = %s""",
                SAMPLE,
                self.company_id.id,
            )
        )
        ids = [order_id for (order_id,) in rows]
        self.outcome_sample_count = len(ids)
        self.outcome_differing_count = judge._judge(*judge._trace({"sale.order": ids}))
