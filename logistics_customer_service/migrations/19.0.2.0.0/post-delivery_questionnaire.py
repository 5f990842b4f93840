# only where the questionnaire still has the order in which it came: whoever has arranged it otherwise
# finds the two new questions in it and goes on from there
ASK_FOUR_ASPECTS = """
    WITH own AS (
        SELECT question.id, question.sequence, SUBSTR(data.name, 17) AS name
          FROM ir_model_data data
          JOIN survey_question question ON question.id = data.res_id
         WHERE data.module = 'logistics_customer_service'
           AND data.model = 'survey.question'
           AND data.name IN (
                   'survey_delivery_timeliness',
                   'survey_delivery_courier',
                   'survey_delivery_reason',
                   'survey_delivery_comment'
               )
    ), shipped AS (
        SELECT FROM own
         WHERE (name, sequence) IN (('timeliness', 30), ('courier', 40))
        HAVING COUNT(*) = 2
    ), arranged AS (
        UPDATE survey_question question
           SET sequence = CASE own.name
                   WHEN 'timeliness' THEN 11
                   WHEN 'courier' THEN 13
                   ELSE own.sequence
               END,
               logistics_when_low = own.name IN ('reason', 'comment')
          FROM own
         WHERE own.id = question.id AND EXISTS (SELECT FROM shipped)
    )
    INSERT INTO survey_question_survey_question_answer_rel (
               survey_question_id, survey_question_answer_id
           )
    SELECT comment.id, rel.survey_question_answer_id
      FROM own comment
      JOIN own reason ON reason.name = 'reason'
      JOIN survey_question_survey_question_answer_rel rel ON rel.survey_question_id = reason.id
     WHERE comment.name = 'comment' AND EXISTS (SELECT FROM shipped)
        ON CONFLICT DO NOTHING
"""


def migrate(cr, version):
    """Ask the four aspects of a delivery before what follows from a low score."""
    cr.execute(ASK_FOUR_ASPECTS)
