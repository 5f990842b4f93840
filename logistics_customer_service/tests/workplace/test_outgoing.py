from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import MODULE, LogisticsCommon


@tagged("post_install", "-at_install")
class TestOutgoing(LogisticsCommon):
    """One list of all rules by which customers are written to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # what serves every company is changed by who works for all of them
        cls.manager.company_ids |= cls.env["res.company"].search([])
        cls.Outgoing = cls.env["logistics.outgoing"].with_user(cls.manager)
        cls.team = cls.env["logistics.service.team"].create({"name": "Team", "company_id": cls.company.id})

    def _row(self, rule):
        self.env.flush_all()
        self.Outgoing.invalidate_model()
        return self.Outgoing.search([("res_model", "=", rule._name), ("res_id", "=", rule.id)])

    def test_every_rule_is_there(self):
        """Whatever is a rule of what is sent, on or off, has its row."""
        self.env.flush_all()
        rows = self.Outgoing.search([])
        for name, model in self.env.items():
            if model._abstract or not isinstance(model, self.env.registry["logistics.sending.rule.mixin"]):
                continue
            rules = model.with_context(active_test=False).search(
                [("company_id", "in", (self.company.id, False))]
            )
            if "action" in model._fields:
                rules = rules.filtered(lambda rule: rule.action == "send")
            there = rows.filtered_domain([("res_model", "=", name)]).mapped("res_id")
            self.assertEqual(sorted(there), sorted(rules.ids), name)
        self.assertIn(self.team.id, self._row(self.team).mapped("res_id"))
        for row in rows:
            self.assertTrue(row.name and row.audience and row.moment and row.way and row.state, row.kind)

    def test_rules_are_switched_on_and_off(self):
        for rule in (
            self.env.ref(f"{MODULE}.notice_rule_in_transit"),
            self.env.ref(f"{MODULE}.survey_policy_delivery"),
            self.env.ref(f"{MODULE}.care_occasion_birthday"),
        ):
            rule.company_id = False  # the story's company has made it its own
            for on in (True, False, True):
                self._row(rule).write({"is_on": on})
                self.assertEqual((rule.active, self._row(rule).is_on), (on, on), rule)
            self.assertEqual(self._row(rule).state, "on", rule._name)
        callback = self.env.ref(f"{MODULE}.callback_purpose_after_delivery")
        self.team.acknowledgement_template_id = False
        for row, record, name in (
            (self._row(self.team), self.team, "acknowledgement_template_id"),
            (self._row(callback), callback, "mail_template_id"),
        ):
            self.assertEqual(row.state, "off")
            row.write({"is_on": True})
            self.assertTrue(record[name])
            row.write({"is_on": False})
            self.assertFalse(record[name])

    def test_the_first_rule_opens_the_gate_and_later_ones_wait(self):
        """Nothing is sent that was not switched on: not by what else was on while all was held."""
        rules = self.env["logistics.notice.rule"].search([])
        first = self.env.ref(f"{MODULE}.notice_rule_delivered")
        other = self.env.ref(f"{MODULE}.notice_rule_in_transit")
        rules.active = False
        self.company.logistics_notify = False
        self._row(first).write({"is_on": True})
        self.assertTrue(self.company.logistics_notify)
        self.assertEqual(self._row(first).state, "on")
        self.company.logistics_notify = False
        self._row(other).write({"is_on": True})
        self.assertFalse(self.company.logistics_notify)
        self.assertEqual([self._row(rule).state for rule in (first, other)], ["held", "held"])
        self._row(other).action_start()
        self.assertTrue(self.company.logistics_notify)
        self.assertEqual(self._row(first).state, "on")

    def test_last_sendings_and_a_sample(self):
        rule = self.env.ref(f"{MODULE}.notice_rule_delivered")
        self.assertFalse(self._row(rule).last_at)
        customer = self._customer(email="ann@customer.example")
        at = fields.Datetime.now().replace(microsecond=0)
        self.env["logistics.notice"].create(
            {
                "occasion": "delivered",
                "partner_id": customer.id,
                "company_id": self.company.id,
                "order_id": self._order(customer).id,
                "happened_at": at,
                "rule_id": rule.id,
                "state": "sent",
                "sent_at": at,
            }
        )
        row = self._row(rule)
        self.assertEqual((row.sent_count, row.last_at), (1, at))
        action = row.action_view_sent()
        self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 1)
        for record in (rule, self.team):
            action = self._row(record).action_preview()
            self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"]).create({})
        self.assertEqual(row.action_open()["res_id"], rule.id)

    def test_parts_that_are_off_send_nothing_and_have_no_rows(self):
        rows = self.Outgoing.search([])
        self.assertIn("greeting", rows.mapped("kind"))
        self._switch_off("care", "surveys")
        self.assertFalse({"greeting", "survey"} & set(self.Outgoing.search([]).mapped("kind")))

    def test_managers_of_the_company_alone(self):
        other = self.env["res.company"].sudo().create({"name": "Other"})
        theirs = self.env["logistics.service.team"].sudo().create(
            {"name": "Theirs", "company_id": other.id, "resource_calendar_id": False}
        )
        self.assertFalse(self._row(theirs))
        row = self._row(self.team)
        with self.assertRaises(AccessError):
            row.with_user(self.supervisor).write({"is_on": False})
        with self.assertRaises(AccessError):
            row.with_user(self.supervisor).read(["kind"])
        with self.assertRaises(AccessError):
            row.write({"sequence": 3})
        with self.assertRaises(AccessError):
            row.with_user(self.supervisor).action_start()
