import json
import re
import runpy
from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
)
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import file_path, mute_logger

from ....tools.shipment import goals
from ...common import MODULE, LogisticsCommon


class IndicatorCommon(LogisticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Month = cls.env["logistics.indicator.month"]
        cls.Figure = cls.env["logistics.indicator.figure"]
        cls.Goal = cls.env["logistics.indicator.goal"]
        cls.on_time = cls.env.ref(f"{MODULE}.indicator_on_time")
        cls.cycle = cls.env.ref(f"{MODULE}.indicator_cycle")
        cls.customer = cls._customer()
        cls.running = goals.month_of(cls.company._get_logistics_today())
        cls.last = goals.month_before(cls.running)
        # within last month, by the company's clock
        cls.due = datetime.combine(cls.last, datetime.min.time()) + timedelta(days=9, hours=4)

    @classmethod
    def _delivered(cls, days_late=0, partner=None, due=None, **vals):
        due = due or cls.due
        order = cls._order(partner or cls.customer, commitment_date=due, **vals)
        order.date_order = due - timedelta(days=2)
        cls._deliver(order, at=due + timedelta(days=days_late))
        return order

    def _refresh_months(self, *firsts):
        self._judge_outcomes()
        months = self.Month._ensure_for(self.company, firsts or (self.last, self.running))
        months._refresh()
        self._judge_outcomes()
        return months

    def _figure(self, indicator=None, month=None, scope="all", **part):
        return self.Figure.search(
            [
                ("company_id", "=", self.company.id),
                ("indicator_id", "=", (indicator or self.on_time).id),
                ("month", "=", month or self.last),
                ("scope", "=", scope),
                *[(name, "=", value) for name, value in part.items()],
            ]
        )


@tagged("post_install", "-at_install")
class TestIndicator(IndicatorCommon):
    def test_figures_of_a_month(self):
        for days in (0, 0, 1):
            self._delivered(days)
        self._refresh_months()
        figure = self._figure()
        self.assertEqual((figure.numerator, figure.denominator), (2, 3))
        self.assertEqual(figure.value_text, "66.7 %")
        self.assertAlmostEqual(figure.value, 200 / 3)
        self.assertFalse(figure.has_previous)
        self.assertFalse(self._figure(month=self.running).has_value)
        self.assertAlmostEqual(self._figure(month=self.running).previous_value, 200 / 3)
        cycle = self._figure(self.cycle)
        self.assertAlmostEqual(cycle.value, 7 / 3)
        self.assertEqual(cycle.denominator, 3)

    def test_what_was_never_shipped_is_in_the_fill_rate_of_orders_due(self):
        """The other one is of orders shipped, and says so; what is not due is in neither."""
        self._delivered(qty=3)
        self._order(self.customer, qty=1, commitment_date=self.due)
        self._order(self.customer, qty=8, commitment_date=self.env.cr.now() + timedelta(days=40))
        self._refresh_months()
        due, shipped = (
            self._figure(self.env.ref(f"{MODULE}.indicator_{code}"))
            for code in ("fill_rate_due", "fill_rate")
        )
        self.assertEqual((due.numerator, due.denominator), (3, 4))
        self.assertEqual((shipped.numerator, shipped.denominator), (3, 3))
        self.assertEqual(due.display_name.partition(" · ")[0], "Fill Rate of Orders Due")
        self.assertEqual(shipped.display_name.partition(" · ")[0], "Fill Rate of Orders Shipped")

    def test_names_of_an_earlier_version(self):
        """They say of what they are a share; what somebody called otherwise is left alone."""
        fill = self.env.ref(f"{MODULE}.indicator_fill_rate")
        kept, self.on_time.name = fill.name, "On-Time Rate"
        fill.name = "Filled at once"
        self.env.flush_all()
        script = f"{MODULE}/migrations/19.0.2.0.0/post-indicator_names.py"
        runpy.run_path(file_path(script))["migrate"](self.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(self.on_time.name, "On-Time Rate of Orders Due")
        self.assertEqual((kept, fill.name), ("Fill Rate of Orders Shipped", "Filled at once"))

    def test_tiers_add_up_to_the_whole(self):
        vip = self._customer("Best")
        self._profile(vip, tier_id=self.vip.id)
        self._delivered(0, vip)
        self._delivered(1)
        self._refresh_months()
        self.assertEqual(self._figure(scope="tier", tier_id=self.vip.id).value, 100)
        parts = self._figure(scope="tier")
        whole = self._figure()
        self.assertEqual(sum(parts.mapped("denominator")), whole.denominator)
        self.assertEqual(sum(parts.mapped("numerator")), whole.numerator)
        self.assertIn("VIP", self._figure(scope="tier", tier_id=self.vip.id).display_name)

    def test_open_rows_sum_to_the_figure(self):
        vip = self._customer("Best")
        for days, partner in ((0, vip), (2, vip), (0, self.customer), (1, self.customer)):
            self._delivered(days, partner)
        self._delivered(0, due=self.due + timedelta(days=31))
        self._profile_of(vip).sudo()._set_tier(self.vip, "score")
        self._refresh_months()
        figures = self.Figure.search(
            [("company_id", "=", self.company.id), ("has_value", "=", True)]
        )
        self.assertEqual(set(figures.mapped("scope")), {"all", "tier", "carrier", "warehouse"})
        for figure in figures:
            action = figure.with_user(self.agent).action_open_rows()
            indicator = figure.indicator_id
            columns = [f"{indicator.numerator}:sum"]
            if indicator.denominator:
                columns.append(f"{indicator.denominator}:sum")
            [sums] = self.env[action["res_model"]]._read_group(action["domain"], [], columns)
            parts = (figure.numerator, figure.denominator)
            with self.subTest(figure.display_name):
                for found, kept in zip(sums, parts, strict=False):
                    self.assertAlmostEqual(found or 0, kept, 6)

    def test_months_begin_at_the_companys_midnight(self):
        """16:30 UTC of the last day is the next month in Shanghai."""
        first = datetime.combine(self.running, datetime.min.time())
        self._delivered(0, due=first - timedelta(hours=7, minutes=30))
        self._delivered(0, due=first - timedelta(hours=8, minutes=30))
        self._refresh_months()
        self.assertEqual(self._figure().denominator, 1)
        self.assertEqual(self._figure(month=self.running).denominator, 1)

    def test_again_changes_nothing(self):
        self._delivered(1)
        self._refresh_months()
        before = self.Figure.search([("company_id", "=", self.company.id)])
        with (
            patch.object(type(self.Figure), "write") as write,
            patch.object(type(self.Figure), "create", wraps=self.Figure.create) as create,
        ):
            self._refresh_months()
        write.assert_not_called()
        self.assertFalse([call for call in create.call_args_list if call.args[0]])
        self.assertEqual(self.Figure.search([("company_id", "=", self.company.id)]), before)

    def test_what_is_gone_is_zero(self):
        order = self._delivered(0)
        self._refresh_months()
        self.assertEqual(self._figure(scope="carrier").denominator, 1)
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s WHERE id = %s",
            [self.env["res.company"].create({"name": "Elsewhere"}).id, order.id],
        )
        self.env.invalidate_all()
        self._judge_anew()
        self._refresh_months()
        self.assertEqual(self._figure(scope="carrier").denominator, 0)
        self.assertFalse(self._figure().has_value)

    def test_value_of_several_months_is_that_of_their_sums(self):
        self._delivered(0)
        self._delivered(1)
        self._delivered(0, due=self.due - timedelta(days=31))
        self._refresh_months(goals.month_before(self.last), self.last)
        [(value,)] = self.Figure._read_group(
            [
                ("company_id", "=", self.company.id),
                ("indicator_id", "=", self.on_time.id),
                ("scope", "=", "all"),
            ],
            [],
            ["value:sum"],
        )
        self.assertAlmostEqual(value, 200 / 3)

    def test_reading_costs_the_same_for_many_months(self):
        self._delivered(0)
        counts = []
        for months in (2, 8):
            firsts = [self.running]
            while len(firsts) < months:
                firsts.append(goals.month_before(firsts[-1]))
            self._refresh_months(*firsts)  # rows are made
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._refresh_months(*firsts)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3)

    def test_indicators_of_one_source_share_a_reading(self):
        report = type(self.env["logistics.delivery.report"])
        months = self.Month._ensure_for(self.company, [self.last])
        with patch.object(
            report, "_read_group", autospec=True, side_effect=report._read_group
        ) as read:
            months._refresh()
        indicators = self.env["logistics.indicator"].search(
            [("report", "=", "logistics.delivery.report")]
        )
        sources = {(line.date_field, line.domain) for line in indicators}
        self.assertLessEqual(read.call_count, 4 * len(sources))

    def test_night_is_done_once_a_day(self):
        self.company.logistics_job_hour = 0
        self._delivered(0)
        self._judge_outcomes()
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_refresh_figures").method_direct_trigger()
        self.assertEqual(self._figure().denominator, 1)
        self.assertNotIn(self.company, self.Month._get_due_companies())

    def test_one_company_in_trouble_leaves_the_others(self):
        self.company.logistics_job_hour = 0
        other = self.env["res.company"].create({"name": "Other", "logistics_job_hour": 0})
        refresh = type(self.Month)._refresh_company

        def trouble(months, company):
            if company == self.company:
                raise ValueError("broken")
            return refresh(months, company)

        with (
            self.enter_registry_test_mode(),
            patch.object(type(self.Month), "_refresh_company", trouble),
            mute_logger(f"odoo.addons.{MODULE}.models.shipment.indicator.logistics_indicator_month"),
        ):
            self.env.ref(f"{MODULE}.ir_cron_refresh_figures").method_direct_trigger()
        due = self.Month._get_due_companies()
        self.assertIn(self.company, due)
        self.assertNotIn(other, due)

    def test_one_report_in_trouble_leaves_the_others(self):
        self._delivered(0)
        broken = self.env["logistics.indicator"].create(
            {
                "name": "Broken",
                "code": "broken",
                "report": "logistics.delivery.report",
                "numerator": "due_count",
                "date_field": "order_date",
                "unit": "number",
            }
        )
        read = type(broken)._read_source

        def trouble(indicators, company, months):
            if broken in indicators:
                self.env.cr.execute("SELECT 1 / 0")
            return read(indicators, company, months)

        with (
            patch.object(type(broken), "_read_source", trouble),
            mute_logger(
                "odoo.sql_db", f"odoo.addons.{MODULE}.models.shipment.indicator.logistics_indicator"
            ),
        ):
            self._refresh_months()
        self.assertEqual(self._figure().denominator, 1)
        self.assertIn("division", broken.error)
        self._refresh_months()
        self.assertFalse(broken.error)
        self.assertEqual(self._figure(broken).value_text, "1")

    def test_frozen_figures_stay_and_open_ones_move(self):
        self._delivered(0)
        self._delivered(0, due=self.due + timedelta(days=31))
        months = self._refresh_months()
        frozen = months.filtered(lambda month: month.month == self.last)
        frozen.with_user(self.manager).action_freeze()
        self.assertEqual((frozen.frozen, frozen.frozen_by), (True, self.manager))
        for order in self.env["sale.order"].search([("partner_id", "=", self.customer.id)]):
            order.picking_ids.date_done += timedelta(days=3)
        self.env.invalidate_all()
        self._refresh_months()
        self.assertEqual(self._figure().value, 100)
        self.assertEqual(self._figure(month=self.running).value, 0)
        self.assertEqual(self._figure(month=self.running).previous_value, 100)

    def test_nobody_writes_figures(self):
        self._delivered(0)
        months = self._refresh_months()
        figure = self._figure()
        with self.assertRaises(AccessError):
            figure.with_user(self.manager).value = 3
        with self.assertRaises(AccessError):
            months[:1].with_user(self.manager).frozen = True
        months[:1].with_user(self.manager).action_freeze()
        frozen = figure.sudo()
        for name, value in (("value", 3), ("numerator", 3), ("status", "met")):
            with self.assertRaises(UserError):
                frozen.write({name: value})
        with self.assertRaises(UserError):
            frozen.unlink()
        with self.assertRaises(UserError):
            frozen.copy_data() and frozen.create(
                {"month_id": months[0].id, "indicator_id": self.cycle.id, "scope": "tier"}
            )
        with self.assertRaises(UserError):
            months[0].sudo().unlink()

    def test_managers_freeze_closed_months_and_open_them_with_a_reason(self):
        self._delivered(0)
        last, running = self._refresh_months()
        with self.assertRaises(AccessError):
            last.with_user(self.supervisor).action_freeze()
        with self.assertRaises(UserError):
            running.with_user(self.manager).action_freeze()
        last.with_user(self.manager).action_freeze()
        at = last.frozen_at
        last.with_user(self.manager).action_freeze()
        self.assertEqual(last.frozen_at, at)
        wizard = self.env["logistics.indicator.unfreeze"].with_user(self.manager)
        with self.assertRaises(UserError):
            wizard.create({"month_ids": last.ids, "reason": " "}).action_unfreeze()
        wizard.create({"month_ids": last.ids, "reason": "Late scans"}).action_unfreeze()
        self.assertFalse(last.frozen)
        self.assertFalse(self._figure().frozen)
        self.assertIn("Late scans", last.message_ids[0].body)
        self.assertEqual(last.message_ids[0].author_id, self.manager.partner_id)

    def test_month_of_another_company_is_not_mine(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger", "group_manager", company=other)
        [last] = self._refresh_months(self.last)
        abroad = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        self.assertFalse(abroad["logistics.indicator.figure"].search([]))
        with self.assertRaises(AccessError):
            last.with_env(abroad).action_freeze()

    def test_months_freeze_themselves_when_the_time_has_come(self):
        self._delivered(0)
        [last] = self._refresh_months(self.last)
        self.Month._freeze_due(self.company)
        self.assertFalse(last.frozen, "by hand, unless the company says otherwise")
        self.company.logistics_freeze_days = 5
        today = self.running + timedelta(days=3)
        with patch.object(type(self.company), "_get_logistics_today", lambda company: today):
            self.Month._freeze_due(self.company)
            self.assertFalse(last.frozen)
        today = self.running + timedelta(days=5)
        with patch.object(type(self.company), "_get_logistics_today", lambda company: today):
            self.Month._freeze_due(self.company)
        self.assertTrue(last.frozen)
        self.assertFalse(last.frozen_by)

    def test_past_months(self):
        long_ago = self.due - timedelta(days=62)
        self._delivered(0, due=long_ago)
        self._judge_outcomes()
        wizard = self.env["logistics.indicator.compute"].with_user(self.manager)
        made = wizard.create(
            {"company_id": self.company.id, "date_from": long_ago.date(), "date_to": self.last}
        )
        made.action_compute()
        self.assertEqual(self._figure(month=goals.month_of(long_ago.date())).denominator, 1)
        made.date_to = fields.Date.add(self.running, months=1)
        with self.assertRaises(UserError):
            made.action_compute()

    def test_columns_must_exist_and_sum(self):
        for vals in (
            {"numerator": "nonsense"},
            {"denominator": "days_late"},
            {"numerator": "partner_id"},
            {"date_field": "due_count"},
            {"domain": "[('nonsense', '=', 1)]"},
            {"domain": "not a domain"},
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.on_time.write(vals)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.on_time.copy()

    def test_screens_open(self):
        self._delivered(0)
        months = self._refresh_months()
        Form(self._figure().with_user(self.agent))
        Form(self.on_time.with_user(self.manager))
        Form(months[0].with_user(self.manager))
        figures = self.Figure.with_user(self.agent)
        self.assertTrue(figures.search([("month", "=", "today =1d")]))
        with self.assertRaises(AccessError):
            figures.action_bring_up_to_date()
        figures.with_user(self.supervisor).action_bring_up_to_date()

    def test_dashboard_reads_fields_there_are(self):
        dashboard = self.env.ref(f"{MODULE}.spreadsheet_dashboard_service")
        content = json.loads(dashboard.spreadsheet_data)
        used = fields_in_spreadsheet(content)
        self.assertEqual(set(used), {"logistics.indicator.figure"})
        for model, names in used.items():
            # a chart names a date with its granularity
            missing = {name.partition(":")[0] for name in names} - set(self.env[model]._fields)
            self.assertFalse(missing)
        for xml_id in menus_xml_ids_in_spreadsheet(content):
            self.assertTrue(self.env.ref(xml_id))
        formulas = json.dumps(content).replace("\\", "")
        codes = set(re.findall(r'"indicator_code", "=", "(\w+)"', formulas))
        known = self.env["logistics.indicator"].search([]).mapped("code")
        self.assertTrue(codes)
        self.assertLessEqual(codes, set(known))
        dashboards = self.env["spreadsheet.dashboard"]
        self.assertIn(dashboard, dashboards.with_user(self.supervisor).search([]))
        self.assertNotIn(dashboard, dashboards.with_user(self.agent).search([]))

    def test_more_late_orders_are_not_green_in_the_digest(self):
        digest = self.env["digest.digest"].create(
            {"name": "Service", "company_id": self.company.id, "kpi_logistics_late": True}
        )
        good, bad = "#17613a", "#712b29"
        for name, margin, colour in (
            ("kpi_logistics_late", 25.0, bad),
            ("kpi_logistics_late", -25.0, good),
            ("kpi_logistics_on_time", 25.0, good),
            ("kpi_logistics_on_time", -25.0, bad),
        ):
            digest.write({"kpi_logistics_late": False, "kpi_logistics_on_time": False, name: True})
            with patch.object(type(digest), "_get_margin_value", lambda *_args, by=margin: by):
                digest._action_send_to_user(self.manager, tips_count=0, consume_tips=False)
            mail = self.env["mail.mail"].search([("email_to", "like", self.manager.email)], limit=1)
            figures = str(mail.body_html).partition("</head>")[2].split("kpi_margin_margin")[1:]
            self.assertTrue(figures)
            for figure in figures:
                self.assertIn(colour, figure, (name, margin))
                self.assertNotIn(({good, bad} - {colour}).pop(), figure, (name, margin))

    def test_digest_counts_orders(self):
        now = fields.Datetime.now()
        for days in (0, 1):
            order = self._order(
                self.customer,
                confirm=False,
                commitment_date=now - timedelta(days=3),
                order_line=[
                    Command.create({"product_id": self.product.id, "product_uom_qty": 1})
                    for _line in range(3)
                ],
            )
            order.action_confirm()
            self._deliver(order, at=now - timedelta(days=3 - days))
        self._judge_outcomes()
        digest = self.env["digest.digest"].with_company(self.company).create(
            {
                "name": "Service",
                "company_id": self.company.id,
                "kpi_logistics_on_time": True,
                "kpi_logistics_late": True,
            }
        )
        period = {"start_datetime": now - timedelta(days=7), "end_datetime": now}
        seen = digest.with_user(self.agent).sudo(False).with_context(**period)
        with self.assertRaises(AccessError):
            clerk = self._new_user("clerk", "base.group_user")
            digest.with_user(clerk).with_context(**period).read(["kpi_logistics_late_value"])
        self.assertEqual(seen.kpi_logistics_on_time_value, 1)
        self.assertEqual(seen.kpi_logistics_late_value, 1)
        names = {kpi["kpi_name"] for kpi in digest._compute_kpis(self.company, self.agent)}
        self.assertLessEqual({"kpi_logistics_on_time", "kpi_logistics_late"}, names)
