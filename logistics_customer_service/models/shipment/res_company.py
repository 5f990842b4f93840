from datetime import timedelta

from odoo import fields, models

from ...tools.shipment import notices


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
    logistics_early_scan_days = fields.Integer(
        string="Scans Before the Delivery (Days)",
        default=7,
        required=True,
        help="Carriers use tracking numbers again. What happened earlier than so many days before "
        "there was a delivery is of another shipment with the same number.",
    )
    logistics_number_days = fields.Integer(
        string="Tracking Numbers Used Again After (Days)",
        default=90,
        required=True,
        help="What happens so many days after the last that was heard of a delivery is of another "
        "shipment with the same number.",
    )
    logistics_lead_date = fields.Date(
        string="Lead Times Of", readonly=True, help="The day on which they were last worked out."
    )
    logistics_review_cursor_id = fields.Integer(
        string="Deliveries Reviewed Up To",
        readonly=True,
        help="Where the nightly review of open deliveries goes on; 0 when it is through.",
    )
    logistics_freeze_days = fields.Integer(
        string="Freeze Figures After (Days)",
        help="So many days after a month has ended its figures are frozen. Zero: a service "
        "manager freezes them.",
    )
    logistics_notify = fields.Boolean(
        string="Notify Customers",
        help="Customers are told about their shipments, as the notice rules say.",
    )
    logistics_notice_hours = fields.Integer(
        string="Notices Until (Hours)",
        default=48,
        required=True,
        help="What happened longer ago than this is not told any more.",
    )
    logistics_tracking_days = fields.Integer(
        string="Tracking Links Open For (Days)",
        default=60,
        required=True,
        help="A tracking link opens its page for so many days after the last that happened to the "
        "delivery. Holds for links made or renewed from now on.",
    )

    _check_logistics_lead = models.Constraint(
        "CHECK (logistics_lead_window_days > 0 AND logistics_lead_minimum > 0)",
        "Lead times need at least one day and one delivery.",
    )
    _check_logistics_silence = models.Constraint(
        "CHECK (logistics_silence_hours > 0)", "A shipment may be silent for an hour at least."
    )
    _check_logistics_number_days = models.Constraint(
        "CHECK (logistics_early_scan_days >= 0 AND logistics_number_days > 0)",
        "A tracking number means one shipment for at least a day.",
    )
    _check_logistics_freeze_days = models.Constraint(
        "CHECK (logistics_freeze_days >= 0)", "Days until figures are frozen are not negative."
    )
    _check_logistics_notice_hours = models.Constraint(
        "CHECK (logistics_notice_hours > 0)", "Notices are sent for an hour at least."
    )
    _check_logistics_tracking_days = models.Constraint(
        "CHECK (logistics_tracking_days > 0)", "A tracking link is open for at least one day."
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

    def _tells_of(self, occasion):
        """Tell whether the company's customers are told of an occasion, by our rules."""
        self.ensure_one()
        rules = self.env["logistics.notice.rule"]
        tells = self.logistics_notify and self.env["res.groups"]._has_logistics_part("shipments")
        return tells and occasion in rules._get_covered_occasions(self.id)

    def _get_notice_limit(self, now):
        """Return the naive UTC instant before which facts are too old to be told."""
        return now - timedelta(hours=self.logistics_notice_hours)

    def _get_text_validation(self, confirmation_type):
        """Where our notice says that the goods are out, core's text on validation is not sent."""
        if confirmation_type == "sms" and self.sudo()._tells_of(notices.GOODS_OUT):
            return False
        return super()._get_text_validation(confirmation_type)
