# what each template of the earlier version lacked to be sent as it stands
COMPLETE = """
    WITH completed AS (
        UPDATE mail_template template
           SET use_default_to = FALSE,
               auto_delete = FALSE,
               lang = REPLACE(
                   template.lang, '{{ object.', '{{ ctx.get(''template_preview_lang'') or object.'
               )
          FROM ir_model_data data
         WHERE data.module = 'logistics_customer_service'
           AND data.model = 'mail.template'
           AND data.name IN (
                   'mail_template_visit_urgent',
                   'mail_template_visit_daily',
                   'mail_template_visit_monthly'
               )
           AND data.res_id = template.id
           AND template.lang LIKE '{{ object.%'
     RETURNING template.id, data.name
    )
    INSERT INTO mail_template_ir_actions_report_rel (mail_template_id, ir_actions_report_id)
    SELECT completed.id, report.res_id
      FROM completed
      JOIN ir_model_data report
        ON report.module = 'logistics_customer_service'
       AND report.model = 'ir.actions.report'
       AND report.name = REPLACE(completed.name, 'mail_template', 'action_report')
     WHERE completed.name <> 'mail_template_visit_urgent'
        ON CONFLICT DO NOTHING
"""


def migrate(cr, version):
    """Give the templates of the visits' reports what the code added until now."""
    cr.execute(COMPLETE)
