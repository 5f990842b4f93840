from odoo.tests import TransactionCase, tagged

from ..common import MODULE

JOBS = [f"{MODULE}.ir_cron_send_notices", f"{MODULE}.ir_cron_detect_exceptions"]


@tagged("post_install", "-at_install")
class TestWaking(TransactionCase):
    """Scheduled actions are woken by one statement when the transaction ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Cron = cls.env["ir.cron"].with_user(cls.env.ref("base.user_admin"))
        cls.jobs = cls.env["ir.cron"].concat(*map(cls.env.ref, JOBS))
        cls.env["ir.cron.trigger"].search([]).unlink()
        cls.env.cr.flush()

    def _get_woken(self):
        self.env.cr.flush()
        return [trigger.cron_id.id for trigger in self.env["ir.cron.trigger"].search([])]

    def test_many_calls_one_statement(self):
        with self.assertQueryCount(1):
            for job in JOBS * 3:
                self.Cron._wake(job)
            self.env.cr.flush()
        self.assertCountEqual(self._get_woken(), self.jobs.ids)
        self.assertIn("_notifydb", [call.__name__ for call in self.env.cr.postcommit._funcs])

    def test_who_sleeps_or_is_gone(self):
        self.jobs[0].active = False
        for job in (*JOBS, f"{MODULE}.no_such_job"):
            self.Cron._wake(job)
        self.assertEqual(self._get_woken(), self.jobs[1].ids)

    def test_once_where_that_is_enough(self):
        for once in (True, True):
            self.Cron._wake(JOBS[1], unless_waiting=once)
            self.assertEqual(self._get_woken(), self.jobs[1].ids)
        self.Cron._wake(JOBS[1], unless_waiting=True)
        self.Cron._wake(JOBS[1])
        self.assertEqual(self._get_woken(), self.jobs[1].ids * 2)

    def test_what_a_savepoint_takes_back(self):
        self.Cron._wake(JOBS[0])
        savepoint = self.env.cr.savepoint()
        self.Cron._wake(JOBS[1])
        savepoint.close(rollback=True)
        self.assertEqual(self._get_woken(), self.jobs[0].ids)
        self.Cron._wake(JOBS[1])
        self.assertCountEqual(self._get_woken(), self.jobs.ids)
