from odoo import api, fields, models
from odoo.tools import SQL

WOKEN = "logistics.woken"


class IrCron(models.Model):
    """Scheduled actions that people's work wakes: one statement when the transaction ends."""

    _inherit = "ir.cron"

    @api.model
    def _wake(self, name, unless_waiting=False):
        """Have a scheduled action run as soon as this transaction is through; once is enough.

        :param name: external id of the action; one that was deleted is not missed
        :param unless_waiting: not where it waits to run anyway: it may be running at this moment and
            past what this transaction brings, so only where the next regular run is early enough
        """
        # with what a savepoint takes back goes what is remembered here
        precommit = self.env.cr.precommit
        if WOKEN not in precommit.data:
            precommit.data[WOKEN] = {}
            # scheduled actions are the administrator's; anybody may bring them work
            precommit.add(self.sudo()._trigger_woken)
        # looked up without asking the database
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(name, raise_if_not_found=False)
        if cron_id:
            woken = precommit.data[WOKEN]
            woken[cron_id] = unless_waiting and woken.get(cron_id, True)

    def _trigger_woken(self):
        """Do for all that were woken what ``_trigger`` does for one."""
        woken = self.env.cr.precommit.data.pop(WOKEN, None)
        if woken and self.env.execute_query(self._get_triggering(woken)):
            self.env.cr.postcommit.add(self._notifydb)

    def _get_triggering(self, woken):
        return SQL(
            """INSERT INTO ir_cron_trigger
                      (cron_id, call_at, create_uid, create_date, write_uid, write_date)
               SELECT cron.id, %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                 FROM ir_cron cron
                WHERE cron.id = ANY(%(ids)s) AND cron.active
                  AND NOT (cron.id = ANY(%(unless_waiting)s)
                           AND EXISTS (SELECT FROM ir_cron_trigger waiting
                                        WHERE waiting.cron_id = cron.id AND waiting.call_at <= %(now)s))
            RETURNING id""",
            now=fields.Datetime.now(),
            uid=self.env.uid,
            ids=list(woken),
            unless_waiting=[cron_id for cron_id, waits in woken.items() if waits],
        )
