from datetime import timedelta

from odoo.tests import tagged

from ..common import NOW
from .common import BudgetCommon


@tagged("post_install", "-at_install")
class TestContacts(BudgetCommon):
    """What is seen of contacts: the time line, and where each is kept."""

    def test_every_state_of_a_survey(self):
        for state, vals in (
            ("planned", {}),
            ("suppressed", {"state": "suppressed", "reason": "cooldown", "due_at": False}),
            ("suppressed", {"state": "revoked", "due_at": False}),
            ("made", {"state": "answered", "sent_at": NOW, "answered_at": NOW, "due_at": False}),
            ("made", {"state": "expired", "sent_at": NOW, "due_at": False}),
        ):
            request = self._request(**vals)
            self.env.flush_all()
            contact = self.Contact.search([("res_id", "=", request.id), ("kind", "=", "survey")])
            self.assertEqual(contact.state, state, vals)
            self.assertEqual(contact.purpose_id, self.asking)
            self.assertFalse(contact.is_exempt)
        held_back = [("partner_id", "=", self.customer.id), ("state", "=", "suppressed")]
        self.assertEqual(
            set(self.Contact.search(held_back).mapped("reason")), {"cooldown", "revoked"}
        )

    def test_every_reason_has_words(self):
        reasons = dict(self.Contact._get_reasons())
        for model in ("logistics.notice", "logistics.survey.request"):
            names = dict(self.env[model]._fields["reason"]._description_selection(self.env))
            self.assertLessEqual(names.keys(), reasons.keys())
        self.assertLessEqual({"failed", "revoked", "put_off", "cancelled"}, reasons.keys())

    def test_calls(self):
        made = self._called_on(NOW)
        planned = self._callback(call_from=NOW + timedelta(days=2))
        cancelled = self._callback()
        cancelled.action_cancel()
        self.env.flush_all()
        found = self.Contact.search([("partner_id", "=", self.customer.id), ("kind", "=", "call")])
        self.assertEqual(
            {contact.res_id: contact.state for contact in found},
            {made.id: "made", planned.id: "planned", cancelled.id: "suppressed"},
        )
        self.assertEqual(found.purpose_id, self.calling)
        self.assertEqual(found.customer_id, self.customer)

    def test_what_must_be_said_has_no_purpose(self):
        self._callback(purpose=self.debt)
        self.env.flush_all()
        contact = self.Contact.search([("partner_id", "=", self.customer.id)])
        self.assertEqual((contact.purpose_id.id, contact.is_exempt), (False, True))

    def test_rows_are_told_apart_and_open_their_document(self):
        self._asked_on(NOW - timedelta(days=5), reminded_at=NOW)
        call = self._called_on(NOW)
        self._called_on(NOW - timedelta(days=1))
        self.env.flush_all()
        found = self.Contact.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(found), 4)
        self.assertEqual(len(set(found.ids)), 4)
        self.env.invalidate_all()
        # by their ids alone, as the client reads a row that it opens
        again = self.Contact.browse(found.ids).filtered(lambda contact: contact.kind == "call")
        self.assertEqual(len(again), 2)
        action = again.filtered(lambda contact: contact.at == NOW).action_open()
        self.assertEqual((action["res_model"], action["res_id"]), (call._name, call.id))

    def test_known_rows_are_read_by_their_keys(self):
        request = self._asked_on(NOW)
        self._called_on(NOW)
        self.env.flush_all()
        contact = self.Contact.search([("res_id", "=", request.id), ("kind", "=", "survey")])
        query = self.Contact._search([("id", "in", contact.ids)])
        self.assertNotIn("logistics_callback", str(query.select().code))
        self.assertEqual(list(query), contact.ids)
        either = ["|", ("id", "in", contact.ids), ("kind", "=", "call")]
        self.assertEqual(len(self.Contact.search([*either, ("state", "=", "made")])), 2)
        self.assertFalse(self.Contact.search([("id", "in", [])]))
        self.assertEqual(
            len(self.Contact.search([("id", "not in", contact.ids), ("kind", "=", "call")])), 1
        )

    def test_on_the_customer(self):
        person = self._customer("Wu", is_company=False, parent_id=self.customer.id)
        self._asked_on(NOW, person)
        self._called_on(NOW)
        self._request()
        self.env.flush_all()
        profile = self.profile.with_user(self.agent)
        self.assertEqual(profile.contact_count, 2)
        seen = self.Contact.with_user(self.agent)
        self.assertEqual(len(seen.search(profile.action_view_contacts()["domain"])), 3)
        partner = person.with_user(self.agent)
        self.assertEqual(len(seen.search(partner.action_view_logistics_touchpoints()["domain"])), 1)

    def test_figures_by_purpose_and_state(self):
        self._asked_on(NOW)
        self._called_on(NOW)
        self._callback(call_from=NOW + timedelta(days=1))
        self.env.flush_all()
        groups = self.Contact.with_user(self.supervisor)._read_group(
            [("customer_id", "=", self.customer.id)], ["purpose_id", "state"], ["__count"]
        )
        self.assertEqual(
            {(purpose, state): count for purpose, state, count in groups},
            {(self.asking, "made"): 1, (self.calling, "made"): 1, (self.calling, "planned"): 1},
        )
        by_month = self.Contact._read_group(
            [("customer_id", "=", self.customer.id)], ["at:month"], ["__count"]
        )
        self.assertEqual(sum(count for _month, count in by_month), 3)
