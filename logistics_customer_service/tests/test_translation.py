import io
import re
from datetime import date
from functools import cache

import polib

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

from .common import MODULE

# what a message must keep: placeholders, tags with what they do, entities
KEPT = re.compile(r"%\(\w+\)[a-z]|%[a-z]|</?\w+|\b(?:class|invisible|name)=\"[^\"]*\"|&\w+;")
# the places whose messages are the same in every database, with demo data or without
SOURCE = re.compile(
    r"(?!.*[._]demo_)(?:code:|model(?:_terms)?:(?:ir\.(?:model|ui|actions\.act_window)|logistics)\b)"
)
# the same in Chinese: as Odoo exports them, such messages have no translation
SAME = {
    "OpenStreetMap",
    "ID",
    "VIP",
    "service",
    "company.example",
    '<span class="mx-1">@</span>',
    '<span style="display: block; font-size: 14px;">★</span>',
    "Ctrl",
    "Enter",
    "(object.complaint_id.number or '').replace('/', '-')",
}


@cache
def read_po(name):
    return polib.pofile(file_path(f"{MODULE}/i18n/{name}"))


@tagged("post_install", "-at_install")
class TestTranslation(TransactionCase):
    """Chinese is complete, keeps what code and views need, and arrives on the screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chinese = read_po("zh_CN.po")
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.env["ir.module.module"]._get(MODULE)._update_translations(["zh_CN"], overwrite=True)
        cls.env = cls.env(context={**cls.env.context, "lang": "zh_CN"})

    def test_every_message_is_translated(self):
        """No message is untranslated, fuzzy or obsolete, whatever the template holds."""
        untranslated = {entry.msgid for entry in self.chinese.untranslated_entries()}
        self.assertEqual(untranslated, SAME)
        self.assertFalse([entry.msgid for entry in self.chinese.fuzzy_entries()])
        self.assertFalse([entry.msgid for entry in self.chinese.obsolete_entries()])

    def test_file_follows_template(self):
        """The file and the template hold the same messages of the same places."""
        self.assertEqual(self._places(self.chinese), self._places(read_po(f"{MODULE}.pot")))

    def _places(self, messages):
        return {(entry.msgid, place) for entry in messages for place, _line in entry.occurrences}

    def test_template_follows_sources(self):
        """What code, views and data say today is in the template; CONTRIBUTING tells how."""
        exported = io.BytesIO()
        trans_export(None, [MODULE], exported, "po", self.env)
        self.assertEqual(
            self._sources(polib.pofile(exported.getvalue().decode())),
            self._sources(read_po(f"{MODULE}.pot")),
        )

    def _sources(self, template):
        return {
            entry.msgid
            for entry in template
            if any(SOURCE.match(place) for place, _line in entry.occurrences)
        }

    def test_placeholders_and_tags_are_kept(self):
        """A lost placeholder breaks a message, a lost tag a view."""
        for entry in self.chinese.translated_entries():
            with self.subTest(entry.msgid):
                self.assertEqual(
                    sorted(KEPT.findall(entry.msgstr)), sorted(KEPT.findall(entry.msgid))
                )
                self.assertEqual(entry.msgstr, entry.msgstr.strip())

    def test_chinese_punctuation(self):
        """After a Chinese character stands a Chinese mark."""
        wrong = re.compile(r"[\u4e00-\u9fff][,;:?!.](?![A-Za-z0-9/])")
        self.assertFalse(
            [entry.msgstr for entry in self.chinese if wrong.search(entry.msgstr)]
        )

    def _names(self, *xml_ids):
        return [self.env.ref(f"{MODULE}.{xml_id}").name for xml_id in xml_ids]

    def test_choices(self):
        """Choices are read in Chinese, those of reports that borrow them, too."""
        cases = self.env["logistics.complaint"].fields_get(["kind"])["kind"]["selection"]
        report = self.env["logistics.complaint.report"].fields_get(["kind", "channel"])
        self.assertEqual(report["kind"]["selection"], cases)
        self.assertEqual(dict(cases)["complaint"], "投诉")
        self.assertEqual(dict(report["channel"]["selection"])["phone"], "电话")
        for model, field in (("logistics.cod.report", "state"), ("stock.picking", "cod_state")):
            choices = self.env[model].fields_get([field])[field]["selection"]
            self.assertEqual(dict(choices)["to_collect"], "待代收")

    def test_months(self):
        month = self.env["logistics.indicator.month"].new({"month": date(2026, 9, 1)})
        self.assertEqual(month.display_name, "2026年9月")
        self.assertEqual(month.with_context(lang="en_US").display_name, "September 2026")

    def test_how_to_object(self):
        """A Chinese letter says in Chinese how to object, unless the company has its own words."""
        company = self.env.company
        company.with_context(lang="en_US").logistics_objection_text = company.with_context(
            lang="en_US"
        )._get_default_objection_text()
        self.assertIn("如您不接受本处理结果", company._get_objection_text("zh_CN"))
        self.assertIn("If you do not agree", company._get_objection_text("en_US"))
        company.with_context(lang="en_US").logistics_objection_text = "<p>Write to us.</p>"
        self.assertEqual(company._get_objection_text("zh_CN"), "<p>Write to us.</p>")

    def test_tiers(self):
        self.assertEqual(
            self._names("tier_vip", "tier_key", "tier_standard"), ["VIP", "重点", "普通"]
        )

    def test_needs(self):
        self.assertEqual(
            self._names(
                "time_class_same_day", "time_class_next_day", "time_class_every_other_day"
            ),
            ["当日达", "次日达", "隔日达"],
        )
        self.assertEqual(
            self._names(
                "cargo_nature_chilled",
                "cargo_nature_fragile",
                "cargo_nature_oversize",
                "cargo_nature_dangerous",
            ),
            ["冷藏", "易碎", "大件", "危险品"],
        )
        self.assertEqual(
            self._names(
                "special_service_appointment",
                "special_service_cash_on_delivery",
                "special_service_signed_receipt",
            ),
            ["预约送货", "代收货款", "签收回单"],
        )

    def test_roles_and_menus(self):
        self.assertEqual(
            self._names("group_agent", "group_supervisor", "group_manager"),
            ["客服", "客服主管", "客服经理"],
        )
        self.assertEqual(
            self._names("menu_root", "menu_profiles", "menu_tier_schemes", "menu_runs"),
            ["客户服务", "客户档案", "分级方案", "夜间任务"],
        )

    def test_labels(self):
        """Fields and the choices of a selection are labelled in Chinese."""
        labels = self.env["logistics.profile"].fields_get(
            ["tier_id", "agent_id", "service_frequency"], ["string"]
        )
        self.assertEqual(
            [labels[name]["string"] for name in ("tier_id", "agent_id", "service_frequency")],
            ["等级", "专属客服", "服务频次"],
        )
        dimension = self.env["logistics.tier.criterion"]._fields["dimension"]
        self.assertEqual(
            [label for _value, label in dimension._description_selection(self.env)],
            ["价值贡献", "需求复杂度", "合作稳定性"],
        )

    def test_form(self):
        """The form of a scheme offers its actions in Chinese."""
        arch = self.env["logistics.tier.scheme"].get_view(view_type="form")["arch"]
        self.assertIn('string="用现有数据试算"', arch)
        self.assertIn('string="启用"', arch)

    def test_messages_of_code(self):
        """Code speaks the language of whoever it refuses."""
        scheme = self.env["logistics.tier.scheme"].create({"name": "Empty"})
        with self.assertRaisesRegex(UserError, "“Empty”至少需要两个等级和一项评分标准。"):
            scheme.action_put_in_force()
        self.assertIn(("first", "首次定级"), self.env["logistics.profile"]._get_tier_causes())
