from odoo import models


class LogisticsProfile(models.Model):
    _inherit = "logistics.profile"

    def action_answer_by_phone(self):
        """Fill in a questionnaire with the customer on the telephone."""
        self.ensure_one()
        phone = self.env["logistics.survey.phone"]
        offered = phone._get_offered(self)
        return phone._start(self, self.partner_id, offered, profile_id=self.id)
