from odoo import models


class LogisticsSurveyPolicy(models.Model):
    _inherit = "logistics.survey.policy"

    def _get_reaction_kinds(self):
        return [*super()._get_reaction_kinds(), ("callback", self.env._("A callback"))]
