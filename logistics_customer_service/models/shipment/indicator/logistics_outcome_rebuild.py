from odoo import models


class LogisticsOutcomeRebuild(models.Model):
    _inherit = "logistics.outcome.rebuild"

    def _finish(self):
        """All days are added up once: the batches of a large past would do it again and again."""
        for name in ("logistics.order.day", "logistics.delivery.day"):
            self.env[name]._add_up()
        return super()._finish()
