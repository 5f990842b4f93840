from odoo import models


class LogisticsComplaint(models.Model):
    """Cases among all that waits, in the order of their deadlines."""

    _inherit = "logistics.complaint"

    # what is read first is found without looking at the rest, whoever asks
    _waiting_idx = models.Index(
        "(due_at, id) WHERE active AND phase IN ('new', 'working', 'waiting_customer', 'waiting_third')"
    )
    _waiting_user_idx = models.Index(
        "(user_id, due_at, id) WHERE active"
        " AND phase IN ('new', 'working', 'waiting_customer', 'waiting_third')"
    )
