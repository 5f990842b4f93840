from datetime import datetime, timedelta

from odoo import Command

from ...common import MODULE, LogisticsCommon
from ..common import StandingClock

# Wednesday, six in the evening in Shanghai
NOW = datetime(2026, 3, 4, 10, 0)


class VisitReportCommon(StandingClock, LogisticsCommon):
    """A team with a leader, visits as they were made, and a clock that stands."""

    now = NOW

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Visit = cls.env["logistics.visit"]
        cls.Urgent = cls.env["logistics.visit.urgent.report"]
        cls.Daily = cls.env["logistics.visit.daily.report"]
        cls.Monthly = cls.env["logistics.visit.monthly.report"]
        cls.mate = cls._new_user("mate", "group_agent")
        for user, tz, lang in (
            (cls.agent, "Asia/Shanghai", "en_US"),
            (cls.mate, "Europe/Berlin", "en_US"),
            (cls.supervisor, "Asia/Shanghai", "en_US"),
            (cls.manager, "Asia/Shanghai", "en_US"),
        ):
            user.write({"tz": tz, "lang": lang, "email": f"{user.login}@example.com"})
        cls.company.logistics_manager_id = cls.manager
        cls.team = cls.env["logistics.service.team"].create(
            {
                "name": "Visitors",
                "company_id": cls.company.id,
                "user_id": cls.supervisor.id,
                "member_ids": [Command.set((cls.agent | cls.mate).ids)],
            }
        )
        cls.customer = cls._customer("Lumina")
        cls.profile = cls._profile(cls.customer)
        cls.outsider = cls._new_user("outsider", "group_agent")
        cls.other = cls.env["res.company"].create({"name": "Other Logistics"})
        cls.stranger = cls._new_user("stranger", "group_manager", company=cls.other)

    @classmethod
    def _visit(cls, at=NOW, state="done", user=None, partner=None, findings=(), **vals):
        """Return a visit as its course left it.

        :param at: naive UTC instant for which it was planned, and at which it was made
        :param findings: tuples of topic and text
        """
        made = state in ("under_way", "done")
        return cls.Visit.create(
            {
                "partner_id": (partner or cls.customer).id,
                "company_id": cls.company.id,
                "user_id": (user or cls.agent).id,
                "team_id": cls.team.id,
                "planned_at": at,
                "state": state,
                "checked_in_at": made and at,
                "checked_out_at": state == "done" and at + timedelta(hours=1),
                "finding_ids": [
                    Command.create({"topic": topic, "text": text}) for topic, text in findings
                ],
                **vals,
            }
        )

    @classmethod
    def _urgent(cls, user=None, send=True, **vals):
        user = user or cls.agent
        report = cls.Urgent.with_user(user).create(
            {
                "company_id": cls.company.id,
                "reason": "move",
                "competitor": "Swift Express",
                "what": "They deliver on Sundays now.",
                "partner_id": cls.customer.id,
                **vals,
            }
        )
        if send:
            report.action_send()
        return report

    def _mails(self, report):
        """Return the mails queued about a report, the latest last."""
        return self.env["mail.mail"].search(
            [("model", "=", report._name), ("res_id", "=", report.id)], order="id"
        )

    def _notes(self, report, user):
        """Return what a person was told about a report in Odoo itself."""
        return self.env["mail.message"].search(
            [
                ("model", "=", report._name),
                ("res_id", "=", report.id),
                ("partner_ids", "in", user.partner_id.ids),
            ]
        )

    def _in_chinese(self, *users):
        """Have people read Chinese, with a few words translated."""
        self.env["res.lang"]._activate_lang("zh_CN")
        for user in users:
            user.lang = "zh_CN"

    def _run(self, cron):
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.{cron}").method_direct_trigger()
        self.env.invalidate_all()
