from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import MODULE


@tagged("post_install", "-at_install")
class TestNewRecords(TransactionCase):
    """Whoever presses New in one of our screens gets a form, before anything was filled in."""

    def test_every_screen_opens_a_new_form(self):
        actions = self.env["ir.actions.act_window"].browse(
            self.env["ir.model.data"]
            .search([("module", "=", MODULE), ("model", "=", "ir.actions.act_window")])
            .mapped("res_id")
        )
        tried = set()
        for role in ("agent", "manager"):
            user = new_test_user(self.env, f"new_{role}", groups=f"{MODULE}.group_{role}")
            for action in actions:
                model = self.env[action.res_model].with_user(user)
                # dialogues are opened for something, by a button
                if model._transient or not model.has_access("create"):
                    continue
                with self.subTest(role=role, action=action.name):
                    tried.add(action.res_model)
                    self._open_new(action, user)
        self.assertGreater(len(tried), 30)

    def _open_new(self, action, user):
        context = safe_eval(action.context, {"uid": user.id, "active_id": False, "active_ids": []})
        records = self.env[action.res_model].with_user(user).with_context(**context)
        forms = [view_id for view_id, kind in action.views if kind == "form"]
        Form(records, view=self.env["ir.ui.view"].browse(forms[0] or None) if forms else None)

    def test_pictures_know_when_they_changed(self):
        """The picture's widget reads it, of whatever record: a form without it does not open."""
        views = self.env["ir.ui.view"].browse(
            self.env["ir.model.data"]
            .search([("module", "=", MODULE), ("model", "=", "ir.ui.view")])
            .mapped("res_id")
        )
        shown = views.filtered(lambda view: view.model and 'widget="image"' in view.arch)
        self.assertTrue(shown)
        for view in shown:
            self.assertIn("write_date", self.env[view.model]._fields, view.xml_id)
