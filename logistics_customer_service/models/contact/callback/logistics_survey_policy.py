from odoo import models


class LogisticsSurveyPolicy(models.Model):
    _inherit = "logistics.survey.policy"

    def _get_reactions(self):
        return [*super()._get_reactions(), ("callback", self.env._("A callback"))]
