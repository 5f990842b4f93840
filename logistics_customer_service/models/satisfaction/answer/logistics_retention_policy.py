from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...foundation.retention import Kind, empty

ANSWER_TEXTS = ("value_char_box", "value_text_box")


class LogisticsRetentionPolicy(models.Model):
    """How long customers' own words in answers are kept."""

    _inherit = "logistics.retention.policy"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "answer_text": Kind(
                model="logistics.feedback",
                label=self.env._("Words in Answers"),
                covers=self.env._("Comments and free texts of answers on which nothing is to do any more."),
                dated=self.env._("When it was answered."),
                effect=self.env._("The words go; scores, aspects and themes stay."),
                date="answered_at",
                rows=Domain("reaction_state", "!=", "open"),
                texts=("comment",),
                links={
                    "stock.picking": "picking_id",
                    "sale.order": "order_id",
                    "logistics.complaint": "complaint_id",
                },
                left=Domain.custom(to_sql=_get_worded_sql),
                empty=_empty_lines,
            ),
        }

    @api.model
    def _get_holds(self, kind, alias):
        """A case that a bad answer opened is about the answer, too."""
        holds = super()._get_holds(kind, alias)
        if kind.model == "logistics.feedback":
            case = SQL.identifier(alias, "reaction_complaint_id")
            held = self._get_held_sqls()["logistics.complaint"]
            holds.append(SQL("COALESCE(%s IN (%s), FALSE)", case, held))
        return holds


def _get_worded_sql(_model, alias, _query):
    """Return the condition that a sheet of an answer, the first or a later one, has free texts."""
    words = SQL(
        """SELECT FROM survey_user_input_line line JOIN survey_user_input sheet
                    ON sheet.id = line.user_input_id
            WHERE COALESCE(line.value_char_box, line.value_text_box, '') <> ''"""
    )
    return SQL(
        "(EXISTS (%s AND sheet.id = %s) OR EXISTS (%s AND sheet.survey_request_id = %s))",
        words,
        SQL.identifier(alias, "user_input_id"),
        words,
        SQL.identifier(alias, "request_id"),
    )


def _empty_lines(answers):
    """Empty the free texts of all sheets that were filled in, later ones among them."""
    sheets = answers.env["survey.user_input"].union(*answers._get_inputs().values())
    empty(sheets.user_input_line_ids, ANSWER_TEXTS)
    sheets.user_input_line_ids.invalidate_recordset()
