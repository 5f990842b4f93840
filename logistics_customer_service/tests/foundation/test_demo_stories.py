from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..common import MODULE

LOGGER = f"odoo.addons.{MODULE}.models.foundation.logistics_demo"


@tagged("post_install", "-at_install")
class TestDemoStories(TransactionCase):
    """Demo data that do not fit a database are left out of it."""

    def _write_story(self, code):
        story = self.env["ir.actions.server"].create(
            {
                "name": "A story",
                "model_id": self.env.ref("base.model_res_company").id,
                "state": "code",
                "code": code,
            }
        )
        self.env["ir.model.data"].create(
            {"name": "a_story", "module": MODULE, "model": story._name, "res_id": story.id}
        )
        return story

    def _tell(self):
        self.env["logistics.demo"]._tell(f"{MODULE}.a_story")
        return self.env["res.partner"].search_count([("name", "=", "Somebody of a story")])

    def test_a_story_that_fails_leaves_nothing_behind(self):
        for failure in (
            "raise UserError('No.')",
            "env['res.currency'].create({'name': 'EUR', 'symbol': 'E'})",  # refused by the database
            "env['account.move'].create({'move_type': 'out_invoice'}).action_post()",
            "env.ref('base.nobody_has_that')",
            "company.write({'name': False}); company.flush_recordset()",
        ):
            code = "company = env.company\nenv['res.partner'].create({'name': 'Somebody of a story'})\n"
            story = self._write_story(code + failure)
            with self.subTest(failure), mute_logger("odoo.sql_db"), self.assertLogs(LOGGER) as log:
                self.assertFalse(self._tell())
            self.assertIn("left out", log.output[0])
            self.assertFalse(story.exists())
            self.env.flush_all()

    def test_a_story_that_fits_is_told(self):
        story = self._write_story("env['res.partner'].create({'name': 'Somebody of a story'})")
        self.assertEqual(self._tell(), 1)
        self.assertFalse(story.exists())
