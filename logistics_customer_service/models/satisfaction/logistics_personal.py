from odoo import api, models

from ...tools.foundation.personal import Personal

INPUT = ("user_input_id.partner_id", "user_input_id.survey_request_id.partner_id")
DECLARED = {
    "survey.user_input": Personal(
        ("partner_id", "survey_request_id.partner_id"),
        ("email", "nickname"),
        free=("logistics_digest",),
        addresses=("email",),
    ),
    "survey.user_input.line": Personal(INPUT, ("value_char_box", "value_text_box")),
    "logistics.survey.request": Personal(
        ("partner_id",),
        ("address", "failure_text", "occasion"),
        free=("handle", "old_link_digest", "failed_channels"),
        addresses=("address",),
    ),
    "logistics.feedback": Personal(("partner_id",), ("comment", "theme_words"), facts=("lang",)),
    # where it stands and what it is called
    "logistics.survey.counter": Personal(free=("handle", "old_link_digest", "name")),
}


class LogisticsPersonal(models.AbstractModel):
    _inherit = "logistics.personal"

    @api.model
    def _get_declarations(self):
        return {**super()._get_declarations(), **DECLARED}
