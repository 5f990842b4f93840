from odoo import models
from odoo.exceptions import UserError


class LogisticsComplaint(models.Model):
    """What was answered by word of mouth."""

    _inherit = "logistics.complaint"

    def action_note_spoken(self):
        """Note that a person of ours has answered the customer by word of mouth.

        Who asks on the phone is answered there; without this, closing would count as no answer.
        """
        self.check_access("write")
        ended = self.filtered(lambda case: not case.is_open and case.phase != "resolved")
        if ended:
            raise UserError(self.env._("%s is not open any more.", ended[0].number))
        self._note_reply()
        self.filtered("customer_answered").customer_answered = False
        for case in self:
            case._message_log(
                body=self.env._("Answered by word of mouth."),
                author_id=self.env.user.partner_id.id,
            )
        return True
