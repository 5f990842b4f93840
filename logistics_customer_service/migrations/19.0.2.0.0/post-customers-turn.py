"""A case that waits for its customer owes no next reply: its deadline is the next of the others."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE logistics_complaint own
           SET due_at = (
               SELECT min(clock.due_at) FROM logistics_clock clock
                WHERE clock.complaint_id = own.id AND clock.stopped_at IS NULL
                  AND clock.state <> 'cancelled' AND clock.target <> 'next_reply')
         WHERE own.phase = 'waiting_customer' AND EXISTS (
               SELECT FROM logistics_clock clock
                WHERE clock.complaint_id = own.id AND clock.target = 'next_reply'
                  AND clock.stopped_at IS NULL AND clock.due_at = own.due_at)
        """
    )
    # red means overdue, and nothing else
    cr.execute(
        """
        UPDATE mail_activity_type SET decoration_type = 'warning'
         WHERE decoration_type = 'danger' AND id IN (
               SELECT res_id FROM ir_model_data
                WHERE module = 'logistics_customer_service' AND name = 'activity_undelivered')
        """
    )
