from odoo import api, fields, models


class SurveySurvey(models.Model):
    """Questionnaires of customer service, edited by its managers."""

    _inherit = "survey.survey"

    logistics_warning = fields.Text(
        string="To Put Right",
        compute="_compute_logistics_warning",
        help="What keeps answers to the questionnaire from becoming figures.",
    )

    logistics_feedback_count = fields.Integer(
        string="Customer Answers", compute="_compute_logistics_feedback_count"
    )

    def _compute_logistics_feedback_count(self):
        # of the companies that the person may see; one grouped read for all
        counts = dict(
            self.env["logistics.feedback"]._read_group(
                [("survey_id", "in", self.ids)], ["survey_id"], ["__count"]
            )
        )
        for survey in self:
            survey.logistics_feedback_count = counts.get(survey, 0)

    @api.depends("survey_type")
    @api.depends_context("uid")
    def _compute_allowed_survey_types(self):
        """Service managers make questionnaires of their own kind without Odoo's survey rights."""
        result = super()._compute_allowed_survey_types()
        if self.env.user.has_group("logistics_customer_service.group_manager"):
            for survey in self:
                survey.allowed_survey_types = [*(survey.allowed_survey_types or []), "logistics"]
        return result

    @api.depends(
        "survey_type",
        "question_and_page_ids.logistics_part",
        "question_and_page_ids.question_type",
        "question_and_page_ids.suggested_answer_ids.logistics_value",
    )
    def _compute_logistics_warning(self):
        for survey in self:
            logistics = survey.survey_type == "logistics"
            survey.logistics_warning = "\n".join(survey._get_logistics_faults() if logistics else [])

    def _get_logistics_faults(self):
        """Return sentences on what keeps answers from becoming figures."""
        faults = []
        parts = set(self.question_ids.mapped("logistics_part"))
        # what staff note of their own service is no voice of customers
        if self.logistics_use != "inspection" and not parts & {"overall", "recommend", "effort", "score"}:
            faults.append(self.env._("No question measures anything."))
        for question in self.question_ids:
            choices = question.suggested_answer_ids
            is_figure = question.logistics_part not in (False, "reason", "text")
            if (
                is_figure
                and question.question_type == "simple_choice"
                and not any(choices.mapped("logistics_value"))
            ):
                faults.append(self.env._("No answer of “%s” has a value.", question.title))
        return faults

    def get_formview_id(self, access_uid=None):
        """Managers without rights on Odoo's surveys get the form of ours."""
        if self.survey_type == "logistics":
            return self.env.ref("logistics_customer_service.survey_survey_view_form_logistics").id
        return super().get_formview_id(access_uid=access_uid)

    def action_view_feedback(self):
        """Open the answers to these questionnaires."""
        return self.env["logistics.feedback"]._get_feedback_action([("survey_id", "in", self.ids)])
