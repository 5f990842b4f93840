from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import TransactionCase, tagged

SCRIPT = Path(__file__).parents[2] / "migrations/19.0.2.0.0/post-phone-numbers.py"


@tagged("post_install", "-at_install")
class TestPhoneNumbers(TransactionCase):
    """Numbers are kept, and compared, in one spelling."""

    def _migrate(self):
        script = module_from_spec(spec := spec_from_file_location("post_phone_numbers", SCRIPT))
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_what_was_kept_as_it_was_typed(self):
        partner = self.env["res.partner"].create({"name": "Li Lei", "phone": "+86 139 0013 9000"})
        self.assertEqual(partner.phone_sanitized, "+8613900139000")
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET phone_sanitized = phone WHERE id = %s", [partner.id])
        self.env.cr.execute(
            "INSERT INTO phone_blacklist (number, active) VALUES ('+86 139 0013 9000', TRUE),"
            " ('+86 139 0013 9001', TRUE), ('+8613900139001', FALSE), ('no number', TRUE)"
        )
        for _again in range(2):
            self._migrate()
            self.assertEqual(partner.phone_sanitized, "+8613900139000")
            refusals = self.env["phone.blacklist"].with_context(active_test=False).search([])
            kept = refusals.filtered(lambda one: one.number.startswith("+8613900139") or " " in one.number)
            self.assertEqual(
                {one.number: one.active for one in kept},
                {"+8613900139000": True, "+8613900139001": True, "no number": True},
            )
            self.assertTrue(partner.phone_sanitized_blacklisted)
