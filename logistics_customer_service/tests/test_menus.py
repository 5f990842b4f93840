from ast import literal_eval
from collections import Counter

from odoo.tests import tagged

from .common import MODULE, LogisticsCommon

# section: screens that an agent finds in it, what a supervisor and a manager find more. Whatever
# comes new names its place here; an agent's screens stay few.
PLACES = {
    "Workplace": ("My Work",),
    "Cases": ("My Cases", "All Cases", "Register a Case", "Case Library"),
    "Customers": ("Profiles",),
    "Shipments": ("Exceptions", "Deliveries", "Cash on Delivery", "Damaged and Short"),
    "Calls & Visits": (
        "My Callbacks", "Route of the Day", "Agreed Actions", "My Daily Report", "Report Urgently",
    ),
    "Satisfaction": ("Customer Answers",),
}
SUPERVISOR = {
    "Workplace": ("Service Overview", "Team's Work", "Approvals", "Load by Agent"),
    "Cases": ("Compensations", "Investigations", "Result Letters", "Agent Skills"),
    "Customers": (
        "Undeliverable Addresses", "Tier Proposals", "Planned Contacts", "Next 14 Days", "Greetings",
    ),
    "Shipments": ("Notices",),
    "Calls & Visits": (
        "All Callbacks", "All Visits", "Due for a Visit", "Visit Findings", "Urgent Reports",
        "Daily Reports to Read", "Daily Reports", "Missing Daily Reports", "Monthly Reports",
    ),
    "Satisfaction": ("Today's Answers", "Why", "Comments", "Ask Customers", "Improvements"),
    "Reporting": (
        "Indicators", "Case Analysis", "Delivery Analysis", "Satisfaction Analysis", "Contact Analysis",
    ),
}
SECTIONS = [
    "Workplace", "Cases", "Customers", "Shipments", "Calls & Visits", "Satisfaction", "Reporting",
    "Configuration",
]
MOST_OF_AN_AGENT = 20


def get_screens(env, user):
    """Return the screens of a user as pairs: the section, then the menu's name."""
    menus = env["ir.ui.menu"].with_user(user).with_context(lang="en_US").load_menus(False)
    found = []

    def walk(menu_id, path):
        menu = menus[menu_id]
        if menu["action_id"] and path:
            found.append((path[0], menu["name"]))
        for child in menu["children"]:
            walk(child, [*path, menus[child]["name"]])

    walk(env.ref(f"{MODULE}.menu_root").id, [])
    return found


@tagged("post_install", "-at_install")
class TestMenus(LogisticsCommon):
    """What each role finds in the menu, as the web client loads it."""

    @classmethod
    def _get_expected(cls, *levels):
        return sorted((section, name) for level in levels for section in level for name in level[section])

    def test_an_agent_finds_few(self):
        screens = get_screens(self.env, self.agent)
        self.assertEqual(sorted(screens), self._get_expected(PLACES))
        self.assertLessEqual(len(screens), MOST_OF_AN_AGENT)

    def test_a_supervisor_finds_the_team_s_and_reports(self):
        screens = get_screens(self.env, self.supervisor)
        self.assertEqual(sorted(screens), self._get_expected(PLACES, SUPERVISOR))
        reports = [name for section, name in screens if section == "Reporting"]
        self.assertEqual(reports, [*SUPERVISOR["Reporting"]])

    def test_a_manager_finds_the_rest_in_the_configuration(self):
        screens = get_screens(self.env, self.manager)
        others = [screen for screen in screens if screen[0] != "Configuration"]
        self.assertEqual(sorted(others), self._get_expected(PLACES, SUPERVISOR))
        self.assertEqual(list(dict.fromkeys(section for section, _name in screens)), SECTIONS)
        self.assertIn(("Configuration", "Settings"), screens)

    def test_no_two_menus_of_one_name(self):
        root = self.env.ref(f"{MODULE}.menu_root")
        menus = self.env["ir.ui.menu"].with_context(lang="en_US").search([("id", "child_of", root.id)])
        counts = Counter(menu.name.lower() for menu in menus)
        self.assertEqual([name for name, count in counts.items() if count > 1], [])

    def test_reports_beside_others_open_and_favourites_run(self):
        """What has no entry of its own is reached from its report, by whoever may read it."""
        actions = [menu.action for menu in self.env.ref(f"{MODULE}.menu_reporting").child_id]
        found = []
        windows = self.env["ir.actions.act_window"]
        for action in actions:
            names = literal_eval(action.context or "{}").get("logistics_reports", [])
            reports = windows.with_user(self.supervisor).get_logistics_reports(names)
            self.assertEqual(len(reports), len(names), action.name)
            found += reports
            favourites = self.env["ir.filters"].with_user(self.supervisor).get_filters(
                action.res_model, action.id
            )
            model = self.env[action.res_model].with_user(self.supervisor)
            for favourite in favourites:
                groups = literal_eval(favourite["context"])["group_by"]
                model.formatted_read_group(literal_eval(favourite["domain"]), groups, ["__count"])
        self.assertEqual(len(actions), 5)
        self.assertEqual(len(found), 14)
        stranger = self._new_user("stranger", "base.group_user")
        names = ["logistics_complaint_rate_report_action", "menu_root", "nothing", 7]
        self.assertEqual(windows.with_user(stranger).get_logistics_reports(names), [])

    def test_favourites_speak_the_user_s_language(self):
        favourite = self.env.ref(f"{MODULE}.filter_cases_causes")
        self.env["res.lang"]._activate_lang("de_DE")
        favourite.with_context(lang="de_DE").logistics_name = "Ursachen"
        self.supervisor.lang = "de_DE"
        action = self.env.ref(f"{MODULE}.logistics_complaint_report_action")
        found = self.env["ir.filters"].with_user(self.supervisor).get_filters(action.res_model, action.id)
        self.assertIn("Ursachen", [row["name"] for row in found])
