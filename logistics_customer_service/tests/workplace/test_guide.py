from ast import literal_eval
from email.message import EmailMessage
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import MODULE, LogisticsCommon

HEADER = "X-Logistics-Guide"


@tagged("post_install", "-at_install")
class TestGuide(LogisticsCommon):
    """From the installation to the first day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.company_ids |= cls.env["res.company"].search([])
        cls.env["res.company"].create({"name": "Closed Years Ago"}).active = False
        cls.Guide = cls.env["logistics.guide"].with_user(cls.manager)
        cls.team = cls.env["logistics.service.team"].create(
            {"name": "Team", "company_id": cls.company.id, "acknowledgement_template_id": False}
        )
        cls.company.country_id = cls.env.ref("base.cn")

    def _step(self, name, user=None):
        guide = self.Guide.with_user(user or self.manager)
        return next(step for step in guide.action_read()["steps"] if step["key"] == name)

    def _press(self, step, button):
        return self.Guide.action_press(step, button)

    def test_who_may_open_it(self):
        for user in (self.agent, self.supervisor, self._new_user("clerk", "base.group_user")):
            with self.assertRaises(AccessError):
                self.Guide.with_user(user).action_read()
            with self.assertRaises(AccessError):
                self.Guide.with_user(user).action_mark("hours", "done")
            with self.assertRaises(AccessError):
                self.Guide.with_user(user).action_press("deadlines", "escalate")
        admin = self._new_user("settings", "base.group_user", "base.group_system")
        steps = self.Guide.with_user(admin).action_read()["steps"]
        self.assertTrue(all(step["title"] and step["text"] for step in steps))

    def test_what_is_there_is_done(self):
        self.assertEqual(self._step("company")["state"], "open")
        self.team.member_ids = self.agent
        self.assertEqual(self._step("company")["state"], "done")
        self.assertEqual(self._step("law")["state"], "done")
        self.company.country_id = self.env.ref("base.fr")
        self.assertEqual(self._step("law")["state"], "open")

    def test_steps_are_skipped_and_confirmed_for_a_company(self):
        self.Guide.action_mark("hours", "done")
        self.Guide.action_mark("tiers", "skipped")
        self.assertEqual([self._step(name)["state"] for name in ("hours", "tiers")], ["done", "skipped"])
        self.Guide.action_mark("tiers", False)
        self.assertEqual(self._step("tiers")["state"], "open")
        other = self.env["res.company"].sudo().create({"name": "Other"})
        self.manager.company_ids |= other
        there = self.Guide.with_context(allowed_company_ids=other.ids)
        self.assertNotIn("done", [s["state"] for s in there.action_read()["steps"] if s["key"] == "hours"])
        for step, state in (("nothing", "done"), ("hours", "perhaps")):
            with self.assertRaises(UserError):
                self.Guide.action_mark(step, state)

    def test_every_button_does_something(self):
        self.env["logistics.run"].search([]).unlink()
        self.env["logistics.escalation.rule"].search([])[:1].active = False
        for step in self.Guide.action_read()["steps"]:
            for button in step["buttons"]:
                if button["key"] == "test_mail":
                    continue
                action = self._press(step["key"], button["key"])
                if action and action.get("res_model"):
                    self.assertTrue(self.env[action["res_model"]].with_user(self.manager).has_access("read"))
        with self.assertRaises(UserError):
            self._press("hours", "escalate")
        with self.assertRaises(UserError):
            self._press("company", "unlink")

    def test_escalation_is_switched_on(self):
        rules = self.env["logistics.escalation.rule"].search([])
        rules.with_context(active_test=False).search([]).active = False
        self.assertEqual(self._step("deadlines")["state"], "open")
        self._press("deadlines", "escalate")
        self.assertEqual(self._step("deadlines")["state"], "done")

    def test_a_test_mail_goes_out_and_comes_back(self):
        with self.assertRaises(UserError):
            self._press("mail", "test_mail")
        self.company.alias_domain_id = self.env["mail.alias.domain"].create({"name": "guide.example.com"})
        self.team.write({"alias_name": "guide", "alias_domain_id": self.company.alias_domain_id.id})
        sent = []
        with patch.object(type(self.env["mail.mail"]), "send", lambda mails, **kwargs: sent.extend(mails)):
            self._press("mail", "test_mail")
        [mail] = sent
        self.assertEqual(mail.email_to, self.team.alias_email)
        self.assertEqual(self._step("mail")["state"], "open")
        back = EmailMessage()
        back["From"], back["To"], back["Subject"] = "ours@guide.example.com", mail.email_to, mail.subject
        back["Message-ID"] = "<1@guide.example.com>"
        back.set_content("x")
        cases = self.env["logistics.complaint"].search_count([])
        for token, state in (("0" * 32, "open"), (literal_eval(mail.headers)[HEADER], "done")):
            del back[HEADER]
            back[HEADER] = token
            if state == "done":
                self.assertFalse(self.env["mail.thread"].message_process(False, back.as_bytes()))
                self.assertEqual(self.env["logistics.complaint"].search_count([]), cases)
            else:
                self.assertFalse(self.env["mail.thread"]._is_logistics_test_mail(back.as_string()))
            self.assertEqual(self._step("mail")["state"], state)

    def test_people_are_added_and_land_on_their_workplace(self):
        chosen = self.env.ref("base.action_res_users")
        new, keeps = (self._new_user(name, "base.group_user") for name in ("new", "keeps"))
        keeps.action_id = chosen.id
        wizard = self.env["logistics.guide.people"].with_user(self.manager)
        wizard.create(
            {"user_ids": (new | keeps).ids, "role": "supervisor", "team_id": self.team.id}
        ).action_add()
        home = self.env.ref(f"{MODULE}.logistics_work_action_home")
        self.assertTrue(all(user.has_group(f"{MODULE}.group_supervisor") for user in new | keeps))
        self.assertEqual([user.action_id.id for user in (new, keeps)], [home.id, chosen.id])
        self.assertLessEqual(new | keeps, self.team.member_ids)
        self.assertEqual(self._step("people")["state"], "done")
        guest = self._portal_user("guest", self._customer())
        with self.assertRaises(UserError):
            wizard.create({"user_ids": guest.ids}).action_add()
        with self.assertRaises(AccessError):
            wizard.with_user(self.supervisor).create({"user_ids": new.ids})
