from lxml import etree

from odoo.tests import tagged

from .common import LogisticsCommon

# what an agent finds beside a customer, which has no entry in an agent's menu
OF_A_CUSTOMER = {
    "action_view_complaints": "logistics.complaint",
    "action_view_compensations": "logistics.compensation",
    "action_view_investigations": "logistics.investigation",
    "action_view_result_letters": "logistics.result.letter",
    "action_view_exceptions": "logistics.exception",
    "action_view_cods": "logistics.cod",
    "action_view_notices": "logistics.notice",
    "action_view_survey_requests": "logistics.survey.request",
    "action_view_feedback": "logistics.feedback",
    "action_view_callbacks": "logistics.callback",
    "action_view_visits": "logistics.visit",
    "action_view_greetings": "logistics.greeting",
    "action_view_contacts": "logistics.touchpoint",
    "action_preview_contacts": "logistics.contact.preview",
    "action_view_tier_changes": "logistics.tier.change",
}


@tagged("post_install", "-at_install")
class TestReach(LogisticsCommon):
    """What an agent's menu holds no more is a press away where it belongs."""

    def _get_buttons(self, model):
        views = self.env[model].with_user(self.agent).get_views([(False, "form")])
        return set(etree.fromstring(views["views"]["form"]["arch"]).xpath("//button/@name"))

    def test_beside_a_customer(self):
        customer = self._customer()
        profile = self._profile(customer).with_user(self.agent)
        case = self.env["logistics.complaint"].create({"partner_id": customer.id})
        asked = self.env["logistics.investigation"].create(
            {"complaint_id": case.id, "question": "What happened?", "user_id": self.agent.id}
        )
        other = self.env["logistics.complaint"].create({"partner_id": self._customer("Other").id})
        self.env["logistics.investigation"].create(
            {"complaint_id": other.id, "question": "And here?", "user_id": self.agent.id}
        )
        self.assertLessEqual(set(OF_A_CUSTOMER), self._get_buttons("logistics.profile"))
        for name, model in OF_A_CUSTOMER.items():
            with self.subTest(name):
                action = getattr(profile, name)()
                self.assertEqual(action["res_model"], model)
                records = self.env[model].with_user(self.agent)
                found = records.search(action.get("domain") or [])
                if model == asked._name:
                    self.assertEqual(found, asked)

    def test_an_own_day_and_what_was_urgent(self):
        report = self.env["logistics.visit.daily.report"].with_user(self.agent)
        action = report.action_open_today()
        report = report.browse(action["res_id"])
        self.assertEqual(report.search(report.action_view_earlier()["domain"]), report)
        self.assertEqual(report.action_view_urgent()["res_model"], "logistics.visit.urgent.report")
        wanted = {"action_view_earlier", "action_view_urgent"}
        self.assertLessEqual(wanted, self._get_buttons("logistics.visit.daily.report"))
