from odoo.tests import tagged

from .test_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintPerformance(ComplaintCommon):
    """A batch of cases costs queries by the batch, not by the case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.Complaint = cls.Complaint.with_env(cls.env)
        cls.team.write({"assignment_method": "load", "working_hours_only": False})
        cls.customers = cls.env["res.partner"].create(
            [
                {"name": f"C{index}", "is_company": True, "email": f"c{index}@x.example"}
                for index in range(10)
            ]
        )
        cls._profile(cls.customers[0], agent_id=cls.agent.id)

    def _create(self, count):
        customers = self.customers
        return self.Complaint.create(
            [
                {
                    "partner_id": customers[index % 10].id,
                    "company_id": self.company.id,
                    "category_id": (self.broken if index % 2 else self.late).id,
                    "channel": "api",
                }
                for index in range(count)
            ]
        )

    def test_creating_a_hundred_costs_as_many_queries_as_ten(self):
        self._create(20)  # every customer has a case of its category before
        few = self._count(lambda: self._create(10))
        many = self._count(lambda: self._create(100))
        # batches of the ORM, and one UPDATE more for each value that is written
        self.assertLessEqual(many - few, 6)

    def test_one_more_case_costs_fifteen_queries(self):
        """Each of them once: number, tier, case, followers, history, clocks, leave, loads, turn."""
        policy = self.env["logistics.sla.policy"]
        policy.search([]).active = False
        policy.create(
            {
                "name": "Policy",
                "company_id": self.company.id,
                "target_ids": [
                    (0, 0, {"target": "first_response", "value": 4}),
                    (0, 0, {"target": "resolution", "value": 16}),
                ],
            }
        )
        vals = {
            "partner_id": self.customers[1].id,
            "company_id": self.company.id,
            "team_id": self.team.id,
            "name": "Broken",
        }
        for _warm in range(2):
            self.Complaint.create(dict(vals))
            self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.Complaint.create(dict(vals))
        self.env.flush_all()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 15)

    def test_reading_a_list_costs_the_same_for_ten_and_eighty(self):
        names = [
            "number", "name", "partner_id", "tier_id", "priority", "stage_id", "phase", "user_id",
            "category_id", "customer_answered", "is_repeated", "is_open", "value_affected",
        ]  # fmt: skip
        cases = self._create(80).with_user(self.agent).ids
        agent = self.Complaint.with_user(self.agent)
        agent.browse(cases[:1]).read(names)
        few = self._count(lambda: agent.browse(cases[:10]).read(names))
        many = self._count(lambda: agent.browse(cases).read(names))
        self.assertEqual(few, many)

    def test_closing_a_hundred(self):
        cases = self._create(110)
        few = self._count(lambda: cases[:10].with_context(tracking_disable=True).action_close())
        many = self._count(lambda: cases[10:].with_context(tracking_disable=True).action_close())
        self.assertLessEqual(many - few, 6)

    def test_counts_beside_cases_are_one_grouped_read(self):
        profiles = self.env["logistics.profile"].create(
            [{"partner_id": customer.id} for customer in self.customers[1:]]
        )
        self._create(20)
        names = ["complaint_count", "open_complaint_count"]
        few = self._count(lambda: profiles[:2].read(names))
        many = self._count(lambda: profiles.read(names))
        self.assertEqual(few, many)

    def test_teams_count_in_one_query(self):
        teams = self.env["logistics.service.team"].create(
            [{"name": f"T{index}", "company_id": self.company.id} for index in range(6)]
        )
        names = ["open_count", "unassigned_count", "answered_count"]
        few = self._count(lambda: teams[:2].read(names))
        self.assertEqual(self._count(lambda: teams.read(names)), few)

    def test_acknowledging_is_batched(self):
        def queue(count):
            cases = self._create(count)
            return self._count(lambda: cases._acknowledge())

        queue(2)
        few, many = queue(5), queue(45)
        self.assertLess((many - few) / 40, 7, "queries for each mail beyond the first")
