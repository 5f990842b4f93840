"""Of a case one result counts: earlier letters, and those of cancelled cases, are answered no more."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE logistics_result_letter letter
           SET state = 'ended', expires_at = LEAST(letter.expires_at, now() AT TIME ZONE 'UTC')
          FROM logistics_complaint complaint
         WHERE complaint.id = letter.complaint_id
           AND letter.state IN ('told', 'no_answer')
           AND (complaint.phase = 'cancelled' OR EXISTS (
                SELECT FROM logistics_result_letter newer
                 WHERE newer.complaint_id = letter.complaint_id AND newer.told_at > letter.told_at))
        """
    )
