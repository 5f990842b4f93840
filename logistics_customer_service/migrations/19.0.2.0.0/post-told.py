"""Result letters and acknowledgements hang on their mails from now on, also those sent before.

What stands as failed in the queue of mails is noted as such; the scheduled action that notes what
became of mails then says it to letters, cases and clocks.
"""

from odoo.tools import SQL

# what happened so close together is the same
NEAR = SQL("INTERVAL '1 minute'")
TOLD = SQL(
    """SELECT complaint_id, message_id, written_at AS at FROM logistics_result_letter
        WHERE message_id IS NOT NULL
       UNION ALL
       SELECT complaint.id, message.id, message.date FROM logistics_complaint complaint
         JOIN mail_message message ON message.id = complaint.acknowledgement_message_id"""
)


def migrate(cr, version):
    cr.execute(
        SQL(
            """
        UPDATE logistics_result_letter letter
           SET written_at = letter.told_at, message_id = (
               SELECT message.id FROM mail_message message
                WHERE message.model = 'logistics.complaint'
                  AND message.res_id = letter.complaint_id
                  AND message.message_type = 'email_outgoing'
                  AND message.date BETWEEN letter.told_at - %(near)s AND letter.told_at + %(near)s
                ORDER BY message.id LIMIT 1)
         WHERE letter.told_by_channel = 'mail' AND letter.told_at IS NOT NULL
           AND letter.written_at IS NULL
        """,
            near=NEAR,
        )
    )
    cr.execute(
        """
        UPDATE logistics_complaint complaint
           SET acknowledgement_message_id = (
               SELECT message.id FROM mail_message message
                WHERE message.model = 'logistics.complaint' AND message.res_id = complaint.id
                  AND message.message_type = 'auto_comment'
                ORDER BY message.id LIMIT 1)
         WHERE complaint.acknowledgement = 'sent'
           AND complaint.acknowledgement_message_id IS NULL
        """
    )
    cr.execute(
        SQL(
            """
        UPDATE logistics_clock_event event SET message_id = told.message_id
          FROM logistics_clock clock, (%(told)s) told
         WHERE clock.id = event.clock_id AND clock.complaint_id = told.complaint_id
           AND clock.target IN ('acknowledge', 'first_response', 'next_reply')
           AND event.kind = 'stopped' AND event.message_id IS NULL
           AND event.happened_at BETWEEN told.at - %(near)s AND told.at + %(near)s
        """,
            told=TOLD,
            near=NEAR,
        )
    )
    cr.execute(
        SQL(
            """
        INSERT INTO logistics_sending_result
               (model, res_id, channel, item_id, message_id, outcome, failure_type, failure_text,
                happened_at)
        SELECT message.model, message.res_id, 'mail', mail.id, message.id, 'failed',
               mail.failure_type, mail.failure_reason, now() AT TIME ZONE 'UTC'
          FROM mail_mail mail JOIN mail_message message ON message.id = mail.mail_message_id
         WHERE mail.state = 'exception' AND message.id IN (SELECT message_id FROM (%(told)s) told)
           AND NOT EXISTS (SELECT FROM logistics_sending_result held WHERE held.item_id = mail.id)
        """,
            told=TOLD,
        )
    )
