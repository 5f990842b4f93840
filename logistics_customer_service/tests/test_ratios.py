from collections import defaultdict

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path

from .common import MODULE


@tagged("post_install", "-at_install")
class TestRatios(TransactionCase):
    """One name, one denominator: of whatever room, on whatever screen, in either language."""

    def _get_fields(self):
        """Yield model, name and denominator of the fields that are ratios, and of their bounds."""
        for model in map(self.env.__getitem__, self.env.registry):
            ratios = dict(getattr(model, "_get_ratios", dict)())
            ratios.update(getattr(model, "_get_intervals", dict)() if ratios else {})
            for name, (_numerator, denominator, *_bound) in ratios.items():
                yield model, name, denominator

    def _get_said(self):
        """Return pairs of a ratio's name as people read it, and of what it is a share."""
        said = [
            (model._fields[name].string, (model._name, denominator, "[]"))
            for model, name, denominator in self._get_fields()
        ]
        said += [
            (indicator.name, (indicator.report, indicator.denominator, indicator.domain))
            for indicator in self.env["logistics.indicator"].search([("denominator", "!=", False)])
        ]
        self.assertGreater(len(said), 60)
        return said

    def _assert_one_denominator(self, said):
        bases = defaultdict(set)
        for label, base in said:
            plain = "".join(filter(str.isalnum, label.casefold().replace("%", "")))
            bases[plain].add(base)
        self.assertEqual({label: base for label, base in bases.items() if len(base) > 1}, {})

    def test_one_name_one_denominator(self):
        self._assert_one_denominator(self._get_said())

    def test_one_name_one_denominator_in_chinese(self):
        chinese = {
            entry.msgid: entry.msgstr for entry in polib.pofile(file_path(f"{MODULE}/i18n/zh_CN.po"))
        }
        self._assert_one_denominator(
            [(chinese.get(label) or label, base) for label, base in self._get_said()]
        )

    def test_each_says_of_what_it_is_a_share(self):
        silent = [
            f"{model._name}.{name}"
            for model, name, _denominator in self._get_fields()
            if not model._fields[name].help
        ]
        silent += self.env["logistics.indicator"].search([("description", "=", False)]).mapped("code")
        self.assertEqual(silent, [])

    def test_what_is_shown_elsewhere_bears_the_same_name(self):
        """A ratio that another form shows is not called otherwise there."""
        ratios = {(model._name, name) for model, name, _denominator in self._get_fields()}
        for model in self.env.registry.values():
            for field in model._fields.values():
                source = field.related and field.related_field
                if source and (source.model_name, source.name) in ratios:
                    self.assertEqual(field.string, source.string, field)

    def test_a_missing_denominator_is_no_figure(self):
        """Of nothing there is no share and no mean: whatever the report, and grouped or not."""
        checked = 0
        for model in map(self.env.__getitem__, self.env.registry):
            for name in () if model._abstract else getattr(model, "_get_chart_rates", dict)():
                spec = f"{name}:{model._fields[name].aggregator}"
                [row] = model.formatted_read_group([("id", "=", 0)], [], [spec])
                self.assertIn(row[spec], (False, None), f"{model._name}.{name}")
                self.assertIsNot(row[spec], 0, f"{model._name}.{name}")
                checked += 1
        self.assertGreater(checked, 40)
