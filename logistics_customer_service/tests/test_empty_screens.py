from ast import literal_eval

from lxml import etree

from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import MODULE, LogisticsCommon

SHORTEST = 40
# made where it comes from, which the empty screen says: in a case, on a visit
MADE_ELSEWHERE = {
    "logistics_compensation_action_approvals": "case",
    "logistics_visit_action_action": "visit",
    "logistics_visit_finding_action": "visit",
}


@tagged("post_install", "-at_install")
class TestEmptyScreens(LogisticsCommon):
    """A screen without records says what it is for, and has the button that starts it."""

    def _get_windows(self):
        windows = self.env["ir.actions.act_window"].with_context(lang="en_US").search([])
        names = windows.get_external_id()
        return windows.filtered(
            lambda action: names[action.id].startswith(f"{MODULE}.")
            and action.target != "new"
            and set(action.view_mode.split(",")) - {"form"}
        )

    def test_every_list_says_what_it_is_for(self):
        """Words that say what stands there once there is something, not a heading alone."""
        silent = [
            action.get_external_id()[action.id]
            for action in self._get_windows()
            if len(html2plaintext(action.help or "")) < SHORTEST
        ]
        self.assertEqual(silent, [])

    def test_what_may_be_made_has_its_button(self):
        """Where a menu opens a list of what people make by hand, its button is there."""
        opened = self.env["ir.ui.menu"].search([("id", "child_of", self.env.ref(f"{MODULE}.menu_root").id)])
        windows = [menu.action for menu in opened if menu.action]
        actions = {action for action in windows if action._name == "ir.actions.act_window"}
        closed = {}
        for action in actions & set(self._get_windows()):
            model = self.env[action.res_model].with_user(self.manager)
            context = literal_eval(action.context) if action.context and "uid" not in action.context else {}
            if not model._auto or model._transient or not model.has_access("create"):
                continue
            views = {mode: view for view, mode in action.views}
            mode = action.view_mode.split(",")[0]
            arch = etree.fromstring(model.get_view(views.get(mode) or False, mode)["arch"])
            starts = arch.get("create") not in ("0", "false", "False") and context.get("create", True)
            if not (starts or arch.xpath("//header/button") or arch.get("js_class")):
                name = action.get_external_id()[action.id].split(".")[1]
                closed[name] = html2plaintext(action.help).lower()
        self.assertEqual(set(closed), set(MADE_ELSEWHERE))
        for name, where in MADE_ELSEWHERE.items():
            self.assertIn(where, closed[name], name)
