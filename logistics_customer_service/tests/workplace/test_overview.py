from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import MODULE
from .test_work import WorkCommon

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestOverview(WorkCommon):
    """What a supervisor sees to, and a manager's figures with how many they are of."""

    def _read(self, user):
        return self.env["logistics.overview"].with_user(user).action_read()

    def _sections(self, user):
        return {section["key"]: section for section in self._read(user)["sections"]}

    def test_an_overdue_case_is_there(self):
        late = self._due_case(-86)
        self._due_case(5, user_id=False)
        sections = self._sections(self.supervisor)
        self.assertEqual(sections["overdue"]["count"], 1)
        self.assertEqual(sections["overdue"]["rows"][0]["subject"], late.display_name)
        self.assertEqual(sections["unassigned"]["count"], 1)
        self.assertEqual(sections["approval"]["count"], 0)

    def test_each_number_opens_its_rows(self):
        for number in range(-7, 3):
            self._due_case(number)
        for section in self._sections(self.supervisor).values():
            works = self.Work.with_user(self.supervisor).search(section["domain"])
            self.assertEqual(len(works), section["count"])
            self.assertEqual([row["id"] for row in section["rows"]], works[:5].ids)

    def test_who_has_how_much(self):
        self._due_case(-1)
        self._due_case(1)
        self._due_case(1, user_id=self.supervisor.id)
        people = self._read(self.supervisor)["people"]
        self.assertEqual(
            [(person["id"], person["count"], person["overdue"]) for person in people],
            [(self.agent.id, 2, 1), (self.supervisor.id, 1, 0)],
        )

    def test_agents_have_none(self):
        with self.assertRaises(AccessError):
            self._read(self.agent)

    def test_figures_are_the_managers(self):
        self.assertNotIn("figures", self._read(self.supervisor))
        self.assertIn("figures", self._read(self.manager))

    def test_eight_figures_until_somebody_chooses(self):
        chosen = self.env["logistics.indicator"].search([("on_overview", "=", True)])
        self.assertEqual(len(chosen), 8)

    def _figures(self, **by_month):
        """Make figures of on time and in full: month → numerator and denominator."""
        indicator = self.env.ref(f"{MODULE}.indicator_otif")
        for name, (above, below) in by_month.items():
            month = self.env["logistics.indicator.month"].create(
                {"company_id": self.company.id, "month": f"2026-{name[1:]}-01"}
            )
            figure = self.env["logistics.indicator.figure"]
            sums = figure._prepare_sums(indicator, self.company, above, below)
            figure.create(
                {"month_id": month.id, "indicator_id": indicator.id, "scope": "all", **sums}
            )

    def test_a_figure_says_of_how_many(self):
        self._figures(m10=(18.0, 24.0))
        [figure] = self._read(self.manager)["figures"]
        self.assertIn("75.0", figure["value"])
        self.assertEqual(figure["base"], "18 of 24: Orders Due")
        self.assertFalse(figure["goal"])

    def test_the_month_with_enough(self):
        self._figures(m10=(18.0, 24.0), m11=(1.0, 1.0))
        [figure] = self._read(self.manager)["figures"]
        self.assertEqual(figure["base"], "18 of 24: Orders Due", "one order makes no month")

    def test_the_newest_month(self):
        self._figures(m10=(18.0, 24.0), m11=(20.0, 20.0))
        [figure] = self._read(self.manager)["figures"]
        self.assertEqual(figure["base"], "20 of 20: Orders Due")

    def test_no_figure_of_a_part_that_is_off(self):
        self._figures(m10=(18.0, 24.0))
        month = self.env["logistics.indicator.month"].search([("company_id", "=", self.company.id)])
        figures = self.env["logistics.indicator.figure"]
        indicator = self.env.ref(f"{MODULE}.indicator_csat")
        sums = figures._prepare_sums(indicator, self.company, 18.0, 24.0)
        figures.create({"month_id": month.id, "indicator_id": indicator.id, "scope": "all", **sums})
        self.assertEqual(len(self._read(self.manager)["figures"]), 2)
        self._switch_off("surveys")
        self.assertEqual(len(self._read(self.manager)["figures"]), 1)

    def test_what_is_needed_to_decide(self):
        case = self._due_case(1, description="<p>All cups broken</p>")
        self.env["logistics.evidence"].create(
            {"complaint_id": case.id, "name": "Cups", "file": PIXEL, "file_name": "cups.png"}
        )
        self.env["logistics.authority"].create(
            {
                "user_id": self.supervisor.id,
                "amount_case": 500.0,
                "amount_customer": 500.0,
                "company_id": self.company.id,
            }
        )
        given = self.env["logistics.compensation"].with_user(self.agent).create(
            {"complaint_id": case.id, "kind": "goodwill", "amount": 450.0, "amount_reason": "x"}
        )
        given.action_propose()
        card = given.with_user(self.supervisor)
        self.assertIn("All cups broken", card.case_words)
        self.assertEqual(len(card.photo_urls), 1)
        self.assertIn("500", card.authority_text)
        row = self._row(given, self.supervisor)
        self.assertEqual((row.user_id, row.step), (self.supervisor, "decide"))
        row.action_approve()
        self.assertEqual(given.state, "approved")
        self.assertFalse(self._row(given, self.supervisor))
