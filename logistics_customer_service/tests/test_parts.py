from lxml import etree

from odoo.addons.logistics_customer_service.models.foundation.res_groups import PARTS
from odoo.tests import tagged

from .common import MODULE, LogisticsCommon
from .test_menus import get_screens

# part: what an agent or a manager finds of it, and the jobs it runs
SCREENS = {
    "tiers": {"Tier Proposals", "Tier Schemes"},
    "shipments": {"Exceptions", "Notices", "Cash on Delivery", "Delivery Analysis", "Codes to Map"},
    "cod": {"Cash on Delivery", "Cash on Delivery Rules"},
    "cases": {"My Cases", "Case Analysis", "Teams", "Recoveries"},
    "surveys": {"Customer Answers", "Satisfaction Analysis", "Theme Rules"},
    "callbacks": {"My Callbacks", "All Callbacks", "Callback Policies"},
    "visits": {"Route of the Day", "Report Urgently", "Monthly Reports", "Visit Plans"},
    "care": {"Greetings", "Occasions of Care", "Holiday Calendar"},
}
JOBS = {
    "tiers": (),
    "shipments": (
        ("stock.picking", "_cron_watch_shipments"),
        ("logistics.exception", "_cron_detect_exceptions"),
        ("logistics.notice", "_cron_send_notices"),
        ("logistics.carrier.inbox", "_cron_take"),
    ),
    "cod": (),
    "cases": (
        ("logistics.clock", "_cron_watch_clocks"),
        ("logistics.result.letter", "_cron_note_silence"),
        ("logistics.complaint", "_cron_distribute"),
        ("logistics.complaint", "_cron_acknowledge"),
    ),
    "surveys": (
        ("logistics.survey.policy", "_cron_plan_requests"),
        ("logistics.survey.request", "_cron_send_requests"),
        ("logistics.feedback", "_cron_suggest_themes"),
    ),
    "callbacks": (
        ("logistics.callback.policy", "_cron_plan_callbacks"),
        ("logistics.callback", "_cron_look_after_calls"),
    ),
    "visits": (
        ("logistics.visit.plan", "_cron_plan_visits"),
        ("logistics.visit.urgent.report", "_cron_remind"),
        ("logistics.visit.daily.report", "_cron_remind"),
        ("logistics.visit.monthly.report", "_cron_draw"),
    ),
    "care": (
        ("logistics.care.occasion", "_cron_plan_greetings"),
        ("logistics.greeting", "_cron_send_greetings"),
        ("logistics.care.holiday", "_cron_load"),
    ),
}
# model: what a part shows in its form
SHOWN = {
    "tiers": ("logistics.profile", "//field[@name='tier_id']"),
    "shipments": ("stock.picking", "//page[@name='logistics_shipment']"),
    "cod": ("sale.order", "//field[@name='cash_on_delivery']"),
    "cases": ("res.partner", "//button[@name='action_register_complaint']"),
    "surveys": ("logistics.profile", "//group[@name='satisfaction']"),
    "callbacks": ("logistics.profile", "//button[@name='action_view_callbacks']"),
    "visits": ("logistics.profile", "//page[@name='visits']"),
    "care": ("logistics.profile", "//page[@name='care']"),
}
FORMS = ("logistics.profile", "res.partner", "sale.order", "stock.picking", "logistics.complaint")
VIEWS = ("form", "list", "kanban", "search")


@tagged("post_install", "-at_install")
class TestParts(LogisticsCommon):
    """Parts of customer service that are switched off in the settings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.worker = cls._new_user(
            "worker", "group_supervisor", "sales_team.group_sale_salesman", "stock.group_stock_user"
        )

    def _get_names(self, user):
        return {name for _section, name in get_screens(self.env, user)}

    def _get_arch(self, model, view_type):
        views = self.env[model].with_user(self.worker).get_views([(False, view_type)])
        return etree.fromstring(views["views"][view_type]["arch"])

    def test_each_part_is_gone_where_it_is_off(self):
        """Its screens, what it adds to forms, and its jobs; every view still opens."""
        for part in PARTS:
            model, path = SHOWN[part]
            with self.subTest(part), self.env.cr.savepoint():
                self.assertLessEqual(SCREENS[part], self._get_names(self.manager))
                self.assertTrue(self._get_arch(model, "form").xpath(path))
                self._switch_off(part)
                self.assertFalse(SCREENS[part] & self._get_names(self.manager))
                self.assertFalse(self._get_arch(model, "form").xpath(path))
                for model in FORMS:
                    for view_type in VIEWS:
                        self._get_arch(model, view_type)
                self._check_jobs(part)
                self.env.ref("base.group_user").implied_ids |= self._get_parts()

    def _check_jobs(self, part):
        for model, name in JOBS[part]:
            # a job that is at work touches the database
            with self.assertQueryCount(0):
                self.assertIsNone(getattr(self.env[model], name)(), (model, name))

    def test_all_off_leaves_what_is_common(self):
        self._switch_off(*PARTS)
        self.assertEqual(self._get_names(self.agent), {"Profiles", "My Work"})
        for model in FORMS:
            for view_type in VIEWS:
                self._get_arch(model, view_type)

    def test_tiers_are_gone_from_every_view(self):
        self._switch_off("tiers")
        for model in (*FORMS, "logistics.delivery.report", "logistics.exception", "logistics.callback"):
            for view_type in ("form", "list", "search", "pivot"):
                arch = self._get_arch(model, view_type)
                found = arch.xpath("//field[not(@invisible or @column_invisible)]/@name")
                self.assertFalse([name for name in found if "tier_id" in name], (model, view_type))

    def test_the_night_gives_no_tiers_where_they_are_off(self):
        customer = self._customer()
        self._order(customer)
        self._switch_off("tiers")
        self._refresh()
        self.assertFalse(self._profile_of(customer).score_id)

    def test_nobody_is_written_to_by_a_part_that_is_off(self):
        self.company.write({"logistics_notify": True, "logistics_survey": True})
        self._switch_off("shipments", "surveys")
        requests = self.env["logistics.survey.request"]
        self.assertFalse(requests._is_asked("delivered", {"company_id": self.company.id}))
        self.assertFalse(self.company._tells_of("goods_out"))

    def test_the_settings_say_what_is_on(self):
        self.env["res.config.settings"].create({"group_logistics_care": False}).execute()
        settings = self.env["res.config.settings"].create({})
        on = {part: settings[f"group_logistics_{part}"] for part in PARTS}
        self.assertEqual(on, {**dict.fromkeys(PARTS, True), "care": False})
        groups = self.env["res.groups"]
        self.assertEqual([part for part in PARTS if not groups._has_logistics_part(part)], ["care"])
        self.env["res.config.settings"].create({"group_logistics_care": True}).execute()
        self.assertTrue(groups._has_logistics_part("care"))

    def test_no_job_runs_that_no_part_knows(self):
        """A job of ours belongs to a part or is common to all."""
        common = {
            "ir_cron_refresh_profiles", "ir_cron_apply_sending_results", "ir_cron_apply_retention",
            "ir_cron_erase", "ir_cron_judge_outcomes", "ir_cron_refresh_figures",
            # places are forgotten for privacy's sake, also when visits are made no more
            "ir_cron_forget_visit_places",
        }
        known = {(model, f"model.{name}()") for jobs in JOBS.values() for model, name in jobs}
        data = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.cron")])
        for row in data.filtered(lambda row: row.name not in common):
            cron = self.env["ir.cron"].browse(row.res_id)
            self.assertIn((cron.model_name, cron.code), known)
