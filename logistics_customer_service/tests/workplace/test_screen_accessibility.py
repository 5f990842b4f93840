from odoo.tests import new_test_user, tagged

from ..common import MODULE
from ..foundation.common_accessibility import AccessibilityHttp
from .test_work import WorkCommon

# what our own classes are on; the web client around it is Odoo's, and so are its forms and tabs
OURS = ".o_action_manager :is([class*='o_logistics'], [class*='o_case_']):not(form, :has(.o_notebook))"
SHOWN = """
    (async (selector) => {
        for (let turn = 0; turn < 400; turn++) {
            if (document.querySelector(selector)) { return true; }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        return false;
    })(".o_action_manager :is(.o_view_controller, .o_action) :is(.o_content, .o_view_nocontent, h2, table)")
"""


@tagged("post_install", "-at_install")
class TestScreenAccessibility(AccessibilityHttp, WorkCommon):
    """Nothing of ours keeps anybody from using the main screens."""

    def test_main_screens(self):
        boss = new_test_user(self.env, "axe_boss", groups=f"{MODULE}.group_manager")
        self.team.user_id = boss
        case = self._due_case(-2, user_id=boss.id)
        profile = self.env["logistics.profile"]._ensure_for(self.customer, self.company)
        boss.company_ids = boss.company_id = self.company
        actions = {
            "logistics_work_action": "",
            "logistics_overview_action": "",
            "logistics_work_action_load": "",
            "logistics_complaint_action": "",
            "logistics_complaint_action ": f"/{case.id}",
            "logistics_profile_action": "",
            "logistics_profile_action ": f"/{profile.id}",
            "logistics_exception_action": "",
            "logistics_callback_action": "",
            "logistics_settings_action": "",
        }
        with self._browser(login="axe_boss") as browser:
            for action, record in actions.items():
                with self.subTest(action + record):
                    path = f"/odoo/action-{MODULE}.{action.strip()}{record}"
                    browser.navigate_to(self.base_url() + path, wait_stop=True)
                    self.assertTrue(self._evaluate(browser, SHOWN), "nothing is shown")
                    found = self._get_faults(browser, OURS)
                    self.assertFalse([fault for fault in found if fault != "nothing of ours is there"])
