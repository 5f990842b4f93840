from odoo import models


class PrivacyLookupWizardLine(models.TransientModel):
    _inherit = "privacy.lookup.wizard.line"

    def action_erase_person(self):
        """Open the dialogue that erases the person of a line.

        :raise AccessError: for everybody but managers
        """
        self.ensure_one()
        return self.env["res.partner"].browse(self.res_id).action_erase_person()
