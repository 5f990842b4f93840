import random

from odoo import fields, models
from odoo.tools import SQL

from .logistics_outcome_judge import BATCH
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
        filling = self.env["logistics.outcome.rebuild"]._get_progress() is not None
        if filling or self.env["logistics.mark"]._count(JUDGED) > BATCH:
            return  # what waits would differ rightly
        judge = self.env["logistics.outcome.judge"]
        judge._judge_all_marked()
        judge._take_turn()
        ids = self._draw_orders()
        self.outcome_sample_count = len(ids)
        self.outcome_differing_count = judge._judge(*judge._trace({"sale.order": ids}))

    def _draw_orders(self):
        """Return the ids of some orders of the company, from a place taken at random on."""
        [(newest,)] = self.env.execute_query(SQL("SELECT MAX(id) FROM sale_order"))
        rows = self.env.execute_query(
            SQL(
                """(SELECT id FROM sale_order WHERE company_id = %(company)s AND id >= %(place)s
                     ORDER BY id LIMIT %(sample)s)
                    UNION ALL
                   (SELECT id FROM sale_order WHERE company_id = %(company)s AND id < %(place)s
                     ORDER BY id LIMIT %(sample)s)
                    LIMIT %(sample)s""",
                company=self.company_id.id,
                place=random.randint(0, newest or 0),
                sample=SAMPLE,
            )
        )
        return [order_id for (order_id,) in rows]
