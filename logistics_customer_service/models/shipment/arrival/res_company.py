from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_lead_window_days = fields.Integer(
        string="Window of Lead Times (Days)",
        default=90,
        required=True,
        help="Deliveries of the last so many days tell how long a carrier usually takes.",
    )
    logistics_lead_minimum = fields.Integer(
        string="Deliveries Needed",
        default=10,
        required=True,
        help="Fewer deliveries or gaps than this say nothing; a larger region is asked instead.",
    )
    logistics_silence_hours = fields.Integer(
        string="Silent After (Hours)",
        default=48,
        required=True,
        help="How long a shipment under way may be without news, where the carrier's usual gap "
        "is not known yet.",
    )
    logistics_lead_date = fields.Date(
        string="Lead Times Of", readonly=True, help="The day on which they were last worked out."
    )
    logistics_review_cursor_id = fields.Integer(
        string="Deliveries Reviewed Up To",
        readonly=True,
        help="Where the nightly review of open deliveries goes on; 0 when it is through.",
    )

    _check_logistics_lead = models.Constraint(
        "CHECK (logistics_lead_window_days > 0 AND logistics_lead_minimum > 0)",
        "Lead times need at least one day and one delivery.",
    )
    _check_logistics_silence = models.Constraint(
        "CHECK (logistics_silence_hours > 0)", "A shipment may be silent for an hour at least."
    )

    def _start_review(self):
        """Work out the lead times once a day, and begin the review of open deliveries."""
        self.ensure_one()
        today = self._get_logistics_today()
        if self.logistics_lead_date == today or not self._is_logistics_job_due():
            return
        self.env["logistics.lead.time"]._refresh(self, today)
        self.write({"logistics_lead_date": today, "logistics_review_cursor_id": 1})

    def _review_batch(self):
        """Look at the next open deliveries with the lead times and the day of today."""
        self.ensure_one()
        pickings = self.env["stock.picking"]._find_to_review(self)
        if pickings:
            pickings._isolate("_refresh_arrival")
        self.logistics_review_cursor_id = max(pickings.ids) + 1 if pickings else 0
