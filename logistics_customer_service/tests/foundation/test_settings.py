from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import MODULE, LogisticsCommon

APP = f"//app[@name='{MODULE}']"


@tagged("post_install", "-at_install")
class TestSettings(LogisticsCommon):
    """The administrator's settings, and those of the service manager who is none."""

    def _get_arch(self, model, user):
        views = self.env[model].with_user(user).get_views([(False, "form")])
        return etree.fromstring(views["views"]["form"]["arch"])

    def _save(self, user, **vals):
        return self.env["logistics.settings"].with_user(user).create(vals)

    # === WHO MAY ===#

    def test_a_manager_decides_what_is_ours(self):
        categories = self.env["product.category"].create([{"name": "Freight"}, {"name": "Other"}])
        self.company.logistics_freight_categ_ids = categories[1]
        self._save(
            self.manager,
            logistics_reopen_days=3,
            logistics_notify=False,
            logistics_manager_id=self.supervisor.id,
            logistics_freight_categ_ids=[Command.set(categories[0].ids)],
            logistics_external_body="Ombudsman",
        )
        self.assertEqual(self.company.logistics_reopen_days, 3)
        self.assertFalse(self.company.logistics_notify)
        self.assertEqual(self.company.logistics_manager_id, self.supervisor)
        self.assertEqual(self.company.logistics_freight_categ_ids, categories[0])
        self.assertEqual(self.company.logistics_external_body, "Ombudsman")
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager).logistics_reopen_days = 4

    def test_what_did_not_change_is_not_written(self):
        company = self.company.with_user(self.manager)
        categories = self.env["product.category"].create({"name": "Freight"})
        self.company.logistics_freight_categ_ids = categories
        settings = self.env["logistics.settings"]
        for name in settings._get_names():
            field = self.company._fields[name]
            value = field.convert_to_write(self.company[name], self.company)
            self.assertFalse(self.company._differs(name, value), name)
            company._write_logistics_settings({name: value})

    def test_an_agent_a_customer_and_a_supervisor_do_not(self):
        portal = self._portal_user("customer", self._customer())
        for user in (self.agent, self.supervisor, portal):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    self._save(user, logistics_reopen_days=3)
                with self.assertRaises(AccessError):
                    self.company.with_user(user)._write_logistics_settings({"logistics_reopen_days": 3})

    def test_another_company_is_not_decided(self):
        other = self.env["res.company"].create({"name": "Other Logistics"})
        with self.assertRaises(AccessError):
            self._save(self.manager, company_id=other.id, logistics_reopen_days=3)
        settings = self._save(self.manager)
        with self.assertRaises(AccessError):
            settings.company_id = other
        with self.assertRaises(AccessError):
            self.env["logistics.settings"].with_user(self.manager).onchange(
                {"company_id": other.id}, ["company_id"], {"logistics_reopen_days": {}}
            )
        # a company that is the manager's, but not at work
        self.manager.company_ids |= other
        with self.assertRaises(AccessError):
            other.with_user(self.manager)._write_logistics_settings({"logistics_reopen_days": 3})

    def test_nothing_else_of_the_company_is_written(self):
        company = self.company.with_user(self.manager)
        for name in ("name", "email", "currency_id", "logistics_outcome_zone", "logistics_lead_date"):
            with self.subTest(name), self.assertRaises(AccessError):
                company._write_logistics_settings({name: False})
        with self.assertRaises(AccessError):
            self._save(self.manager, name="Taken Over")
        with self.assertRaises(AccessError):
            self._save(self.manager, logistics_reply_email="x@example.com")

    def test_each_finds_the_own_screen(self):
        action = self.env.ref(f"{MODULE}.logistics_settings_action_own")
        found = action.with_user(self.manager).with_context(active_model="logistics.settings").run()
        self.assertEqual(found["res_model"], "logistics.settings")
        admin = self.env.ref("base.user_admin")
        found = action.with_user(admin).with_context(active_model="logistics.settings").run()
        self.assertEqual(found["res_model"], "res.config.settings")

    # === WHAT IS SHOWN ===#

    def test_both_screens_hold_the_same(self):
        ours = self._get_arch("logistics.settings", self.manager)
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        admin = self._get_arch("res.config.settings", admin)
        theirs = admin.xpath(f"{APP}/block[not(@name='logistics_parts' or @name='logistics_links' "
                             "or @name='logistics_database')]")
        blocks = ours.xpath(f"{APP}/block")
        self.assertEqual([block.get("name") for block in blocks], [block.get("name") for block in theirs])
        self.assertEqual(
            {node.get("id") for node in theirs[0].getparent().xpath("./block/setting")}
            - {node.get("id") for block in blocks for node in block.iter("setting")},
            {
                "logistics_original", "logistics_own_company", "logistics_link_key",
                *admin.xpath(f"{APP}/block[@name='logistics_parts']/setting/@id"),
            },
        )

    def test_every_field_of_the_list_has_its_place(self):
        arch = self._get_arch("logistics.settings", self.manager)
        shown = set(arch.xpath(f"{APP}//field/@name"))
        self.assertEqual(self.env["logistics.settings"]._get_names() - shown, set())

    def test_what_is_technical_is_not_among_what_a_company_decides(self):
        arch = self._get_arch("logistics.settings", self.manager)
        technical = arch.xpath(f"{APP}/block[@name='logistics_technical']")[0]
        self.assertEqual(technical.get("invisible"), "1")
        decided = set(arch.xpath(f"{APP}//setting[.//field]")) - set(technical)
        self.assertLessEqual(len(decided), 24)

    def test_every_policy_is_reached_from_the_settings(self):
        """By a button beside the block of its part, with what a manager finds in the configuration."""
        buttons = set(self._get_arch("logistics.settings", self.manager).xpath(f"{APP}//button/@name"))
        root = self.env.ref(f"{MODULE}.menu_configuration")
        left_out = self.env.ref(f"{MODULE}.menu_technical")
        menus = self.env["ir.ui.menu"].search(
            [("id", "child_of", root.id), "!", ("id", "child_of", left_out.id)]
        )
        for menu in menus.filtered("action") - self.env.ref(f"{MODULE}.menu_settings"):
            self.assertIn(str(menu.action.id), buttons, menu.name)

    def test_blocks_go_with_their_parts(self):
        blocks = {
            "tiers": {"logistics_tiers"},
            "shipments": {"logistics_shipments", "logistics_notices"},
            "cod": {"logistics_cod"},
            "cases": {"logistics_cases", "logistics_resolution"},
            "surveys": {"logistics_satisfaction"},
            "callbacks": {"logistics_callbacks"},
            "visits": {"logistics_visits"},
            "care": {"logistics_care"},
        }
        before = set(self._get_arch("logistics.settings", self.manager).xpath(f"{APP}/block/@name"))
        for part, names in blocks.items():
            with self.subTest(part), self.env.cr.savepoint():
                self._switch_off(part)
                left = set(self._get_arch("logistics.settings", self.manager).xpath(f"{APP}/block/@name"))
                self.assertEqual(before - left, names)
                self.env.ref("base.group_user").implied_ids |= self._get_parts()
