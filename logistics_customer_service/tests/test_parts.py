import threading
from unittest.mock import patch

from lxml import etree

from odoo.addons.logistics_customer_service.models.foundation.res_groups import PARTS
from odoo.addons.logistics_customer_service.tools.foundation.parts import get_part
from odoo.tests import HttpCase, tagged

from .common import MODULE, LogisticsCommon
from .test_menus import get_screens

# part: what an agent or a manager finds of it, and the jobs it runs
SCREENS = {
    "tiers": {"Tier Proposals", "Tier Schemes"},
    "shipments": {"Exceptions", "Notices", "Cash on Delivery", "Delivery Analysis", "Codes to Map"},
    "cod": {"Cash on Delivery", "Cash on Delivery Rules"},
    "cases": {"My Cases", "Case Analysis", "Teams", "Recoveries", "Approvals"},
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

    def test_what_is_off_is_not_offered(self):
        """For filters, groups, exports and as a measure; by what room a field is of, and its name."""
        own = {
            "tiers": ("logistics.profile", "tier_id"),
            "shipments": ("stock.picking", "shipment_state"),
            "cod": ("sale.order", "cash_on_delivery"),
            "cases": ("logistics.profile", "complaint_ids"),
            "surveys": ("logistics.profile", "csat"),
            "callbacks": ("logistics.complaint", "callback_ids"),
            "visits": ("logistics.profile", "last_visit_on"),
            "care": ("logistics.profile", "founded_on"),
        }
        for part, (model, name) in own.items():
            with self.subTest(part), self.env.cr.savepoint():
                self.assertTrue(self._get_offers(model, name)[0])
                self._switch_off(part)
                self.assertFalse(any(self._get_offers(model, name)))
                self.env.ref("base.group_user").implied_ids |= self._get_parts()

    def _get_offers(self, model, name):
        description = self.env[model].with_user(self.worker).fields_get()[name]
        return description["searchable"], description.get("groupable"), description.get("exportable", True)

    def test_no_field_of_tiers_is_offered_without_them(self):
        self._switch_off("tiers")
        for name, model in self.env.items():
            if model._abstract or name.startswith("logistics.tier"):
                continue
            ours = [field.name for field in model._fields.values() if field._module == MODULE]
            found = model.fields_get([name for name in ours if "tier" in name.split("_")] or ["id"])
            found.pop("id", None)
            offered = [key for key, value in found.items() if value["searchable"] or value.get("groupable")]
            self.assertFalse(offered, name)

    def test_what_is_off_is_no_measure(self):
        views = [(False, "pivot"), (False, "search")]
        model = self.env["logistics.profile"].with_user(self.worker)

        def measures():
            fields = model.get_views(views)["models"]["logistics.profile"]["fields"]
            return {name for name in ("score", "net_amount") if fields[name].get("aggregator")}

        before = measures()
        self._switch_off("tiers")
        self.assertEqual(before - measures(), {"score"})

    def test_dashboards_and_digest_follow(self):
        worker, boards = self.worker, self.env["spreadsheet.dashboard"]
        ours = {
            "cases": f"{MODULE}.spreadsheet_dashboard_cases",
            "surveys": f"{MODULE}.spreadsheet_dashboard_satisfaction",
            "callbacks": f"{MODULE}.spreadsheet_dashboard_contacts",
        }
        shown = [self.env.ref(name) for name in ours.values()]
        self.assertEqual(len(boards.with_user(worker).search([("id", "in", [b.id for b in shown])])), 3)
        self._switch_off("cases", "surveys", "callbacks")
        found = boards.with_user(worker).search([("id", "in", [b.id for b in shown])])
        self.assertEqual(found, self.env.ref(ours["callbacks"]), "visits are on")
        self._switch_off("visits")
        self.assertFalse(boards.with_user(worker).search([("id", "in", [b.id for b in shown])]))
        digest = self.env["digest.digest"].create(
            {"name": "All", "kpi_logistics_on_time": True, "kpi_logistics_answers": True}
        )
        names = {kpi["kpi_name"] for kpi in digest._compute_kpis(self.company, worker)}
        self.assertIn("kpi_logistics_on_time", names)
        self.assertNotIn("kpi_logistics_answers", names)
        arch = self._get_arch("digest.digest", "form")
        self.assertTrue(arch.xpath("//field[@name='kpi_logistics_on_time']"))
        self.assertFalse(arch.xpath("//field[@name='kpi_logistics_answers']"))

    def test_no_work_of_what_is_off_waits(self):
        """On the list of what waits and on the overview; its document is not even looked up."""
        case = self.env["logistics.complaint"].create(
            {"partner_id": self._customer().id, "user_id": self.worker.id}
        )
        works = self.env["logistics.work"].with_user(self.worker)
        mine = [("kind", "=", "case"), ("res_id", "=", case.id)]
        row = works.search(mine)
        self.assertEqual(len(row), 1)
        overview = self.env["logistics.overview"].with_user(self.worker)
        keys = [section["key"] for section in overview.action_read()["sections"]]
        self.assertEqual(keys, ["overdue", "unassigned", "approval", "report"])
        self._switch_off("cases", "visits")
        self.assertFalse(works.search(mine))
        self.assertFalse(row.exists())
        keys = [section["key"] for section in overview.action_read()["sections"]]
        self.assertEqual(keys, ["overdue", "unassigned"])

    def test_indicators_reports_and_favourites_follow(self):
        indicators, windows = self.env["logistics.indicator"], self.env["ir.actions.act_window"]
        asked = ["logistics_profile_action_analysis", "logistics_feedback_score_report_action"]
        action = self.env.ref(f"{MODULE}.logistics_complaint_report_action")
        favourite = self.env.ref(f"{MODULE}.filter_cases_causes")
        favourite.context = "{'group_by': ['tier_id', 'received_at:month']}"

        def find():
            offered = indicators.search([("is_offered", "=", True)])
            self.assertEqual(offered, indicators.search([]).filtered("is_offered"))
            reports = windows.with_user(self.worker).get_logistics_reports(asked)
            names = self.env["ir.filters"].with_user(self.worker).get_filters(action.res_model, action.id)
            shown = favourite.logistics_name in [row["name"] for row in names]
            return {"csat", "sla"} & set(offered.mapped("code")), len(reports), shown

        self.assertEqual(find(), ({"csat", "sla"}, 2, True))
        self._switch_off("tiers", "surveys")
        self.assertEqual(find(), ({"sla"}, 0, False))

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


@tagged("post_install", "-at_install")
class TestPagesOfParts(LogisticsCommon, HttpCase):
    """What customers find of a part that is switched off."""

    PAGES = {
        "shipments": ("/my/deliveries", "/my/deliveries/1", "/t/unknown"),
        "cases": ("/my/cases", "/my/cases/new", "/service/form/unknown", "/logistics/result/1/unknown"),
        "surveys": ("/a/unknown", "/counter/unknown", "/my/cases/1/rate"),
    }

    def test_pages_are_closed(self):
        portal = self._portal_user("customer", self._customer())
        portal.password = portal.login
        self.authenticate(portal.login, portal.login)
        home = self.url_open("/my").text
        self.assertIn("/my/deliveries", home)
        self.assertIn("/my/cases", home)
        self.assertEqual(self.url_open("/my/deliveries").status_code, 200)
        self._switch_off("shipments", "cases", "surveys")
        home = self.url_open("/my")
        self.assertEqual(home.status_code, 200)
        self.assertNotIn("/my/deliveries", home.text)
        self.assertNotIn("/my/cases", home.text)
        for address in (address for addresses in self.PAGES.values() for address in addresses):
            with self.subTest(address):
                answer = self.url_open(address)
                self.assertEqual(answer.status_code, 404)
                # a link of ours says so as our pages look, whatever it opened
                self.assertEqual("not offered any more" in answer.text, not address.startswith("/my"))
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["delivery_count", "case_count"]})
        self.assertFalse(counters)

    def test_carriers_are_told_to_come_again(self):
        self._switch_off("shipments")
        answer = self.url_open("/logistics/v1/carrier/events", data=b"{}", method="POST")
        self.assertEqual(answer.status_code, 503)
        self.assertIn("Shipments are not followed", answer.text)

    def test_who_was_written_to_may_still_refuse(self):
        """The refusal of what came earlier is no part's: an unknown link is an unknown link."""
        for module in ("controllers.shipment.notice_refuse", "controllers.satisfaction.survey_refuse"):
            self.assertIsNone(get_part(f"odoo.addons.{MODULE}.{module}"))

    def test_no_page_of_a_part_is_forgotten(self):
        """A new page of a room is of the room's part, unless it says itself that it is of none."""
        of_none = {"case_api", "carrier_events", "notice_refuse", "survey_refuse"}
        # as in the thread of a request
        with patch.object(threading.current_thread(), "dbname", self.env.cr.dbname, create=True):
            rules = list(self.env["ir.http"].routing_map().iter_rules())
        for rule in rules:
            module = getattr(rule.endpoint.func, "__module__", "")
            room = module.partition(f"{MODULE}.controllers.")[2].split(".")
            if room[0] in ("shipment", "complaint", "satisfaction") and room[-1] not in of_none:
                self.assertTrue(get_part(module), module)
