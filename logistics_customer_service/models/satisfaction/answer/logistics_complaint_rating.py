from odoo import models

from ...complaint.logistics_complaint_stage import CLOSED


class LogisticsComplaint(models.Model):
    _name = "logistics.complaint"
    _inherit = ["logistics.complaint", "logistics.rating.mixin"]

    _rating_field = "complaint_id"
    _rating_trigger = "case_closed"

    def _can_be_rated(self):
        return self.phase == CLOSED and self._get_kept() == self

    def _prepare_customer_page(self):
        """Also how it was, once the case is closed."""
        return {**super()._prepare_customer_page(), "rating": self._prepare_rating()}

    def action_answer_by_phone(self):
        """Fill in a questionnaire about the case with the customer on the telephone."""
        self.ensure_one()
        self.check_access("read")
        phone = self.env["logistics.survey.phone"]
        offered = phone._get_offered(self, self._find_rating_policies())
        person = self.contact_id or self.partner_id
        return phone._start(self, person, offered, complaint_id=self.id)
