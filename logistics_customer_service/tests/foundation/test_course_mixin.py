from itertools import cycle, product
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.models import BaseModel
from odoo.tests import TransactionCase, new_test_user, tagged

MODULE = "logistics_customer_service"
MIXIN = "logistics.course.mixin"
# what a call from outside can put into the context
FORGED = (True, 1, "object", "_BY_METHOD", {"a": 1}, ["logistics_by_method"])
VALUES = {
    "boolean": False,
    "char": "Forged",
    "date": "2026-01-01",
    "datetime": "2026-01-01 00:00:00",
    "float": 9.5,
    "integer": 9,
    "json": ["forged"],
    "many2many": [Command.set([1])],
    "many2one": 1,
    "monetary": 9.5,
    "one2many": [Command.link(1)],
    "text": "Forged",
}


@tagged("post_install", "-at_install")
class TestCourseMixin(TransactionCase):
    """What a method writes is nobody else's to write, in whichever model."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = ("agent", "manager")
        cls.users = [
            new_test_user(cls.env, f"course_{group}", groups=f"base.group_user,{MODULE}.group_{group}")
            for group in groups
        ]
        cls.models = [
            cls.env[name]
            for name in cls.registry.descendants([MIXIN], "_inherit", "_inherits")
            if not cls.env[name]._abstract
        ]

    def _forge(self, model, name):
        field = model._fields[name]
        if field.type == "boolean":
            return not model.default_get([name]).get(name)
        if field.type == "selection":
            own = model.default_get([name]).get(name)
            return next(value for value in field.get_values(self.env) if value != own)
        return VALUES[field.type]

    def _walk(self):
        """Yield model and field for each user, with a context that can be sent."""
        keys = cycle(FORGED)
        for model, user in product(self.models, self.users):
            self.assertTrue(model._get_course_fields(), model)
            for name, key in zip(sorted(model._get_course_fields()), keys, strict=False):
                with self.subTest(model._name, field=name, login=user.login, key=key):
                    yield model.with_user(user).with_context(logistics_by_method=key), name

    def test_all_are_there(self):
        self.assertGreaterEqual(len(self.models), 11)

    def test_no_key_that_can_be_sent_opens(self):
        for model, key in product(self.models, FORGED):
            forged = model.with_user(self.users[0]).with_context(logistics_by_method=key)
            self.assertFalse(forged._is_by_method())

    def test_nobody_writes_it(self):
        for model, name in self._walk():
            with self.assertRaises(UserError):
                model.write({name: self._forge(model, name)})

    def test_nobody_brings_it_along(self):
        """Whatever reaches Odoo's own create is without it, but for what the method has put in."""
        given = []

        def keep(records, vals_list):
            given.extend(vals_list)
            return records.browse()

        with patch.object(BaseModel, "create", keep):
            for model, name in self._walk():
                given.clear()
                value = self._forge(model, name)
                try:
                    model.create([{name: value}])
                except UserError:
                    self.assertFalse(given)
                else:
                    self.assertTrue(given)
                    self.assertNotIn(value, [vals[name] for vals in given if name in vals])

    def test_no_default_says_it(self):
        for model, name in self._walk():
            value = self._forge(model, name)
            forged = model.with_context(**{f"default_{name}": value})
            own, drawn = (model.default_get([name]).get(name) for _time in range(2))
            if own == drawn:
                self.assertEqual(forged.default_get([name]).get(name), own)
            self.assertNotIn(value, (own, forged.default_get([name]).get(name)))

    def test_a_methods_key_opens_no_other_model(self):
        first, second = self.models[:2]
        key = first._by_method().env.context
        other = second.with_user(self.users[0]).with_context(**key)
        self.assertTrue(first.with_context(**key)._is_by_method())
        self.assertFalse(other._is_by_method())
        with self.assertRaises(UserError):
            other.write(dict.fromkeys(second._get_course_fields(), False))
