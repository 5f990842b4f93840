from odoo import models


class LogisticsCallback(models.Model):
    """Calls among all that waits, in the order of their deadlines."""

    _inherit = "logistics.callback"

    _waiting_idx = models.Index(
        "(due_at, id) WHERE main_id IS NULL"
        " AND state IN ('planned', 'postponed', 'no_answer', 'in_call')"
    )
    _waiting_user_idx = models.Index(
        "(user_id, due_at, id) WHERE main_id IS NULL"
        " AND state IN ('planned', 'postponed', 'no_answer', 'in_call')"
    )
