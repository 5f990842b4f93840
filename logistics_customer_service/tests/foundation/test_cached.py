from unittest.mock import patch

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestCached(TransactionCase):
    def _count_clearings(self, action):
        with patch.object(type(self.registry), "clear_cache") as clear_cache:
            action()
        return clear_cache.call_count

    def test_sequences_of_others_leave_the_cache_alone(self):
        Sequence = self.env["ir.sequence"]
        self.assertFalse(self._count_clearings(lambda: Sequence.create({"name": "A", "code": "a.b"})))
        self.assertFalse(self._count_clearings(lambda: Sequence.create({"name": "B"})))
        sequence = Sequence.create({"name": "C", "code": "a.b"})
        self.assertFalse(self._count_clearings(lambda: sequence.write({"active": False})))
        self.assertFalse(self._count_clearings(lambda: sequence.write({"code": "a.c", "company_id": False})))
        self.assertFalse(self._count_clearings(sequence.unlink))

    def test_sequences_of_ours_are_seen_at_once(self):
        Sequence = self.env["ir.sequence"]
        code, company = "logistics.test", self.env.company
        self.assertFalse(Sequence._get_logistics_sequence_id(code, company.id))
        sequence = Sequence.create({"name": "D", "code": "a.b", "company_id": company.id})
        sequence.code = code
        self.assertEqual(Sequence._get_logistics_sequence_id(code, company.id), sequence.id)
        sequence.code = "a.b"
        self.assertFalse(Sequence._get_logistics_sequence_id(code, company.id))
        sequence.code = code
        sequence.unlink()
        self.assertFalse(Sequence._get_logistics_sequence_id(code, company.id))
