from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import MODULE
from ..test_complaint import ComplaintCommon

ANSWERS = (
    "investigating",
    "need_information",
    "delay_apology",
    "damage_apology",
    "third_party",
    "after_settling",
)


@tagged("post_install", "-at_install")
class TestLesson(ComplaintCommon):
    """Lessons from cases: masked, published by a supervisor, found beside the next case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Lesson = cls.env["logistics.case.lesson"]
        cls.damage = cls.broken.parent_id
        cls.causes = cls.env["logistics.cause"].search([], limit=2)
        cls.order = cls._order(cls.customer)
        cls.case = cls._case(
            category_id=cls.broken.id,
            contact_id=cls.person.id,
            name="Cold Foods: glass broken",
            description=f"<p>Ms Wang (+86 21 5559 8731) says order {cls.order.name} came broken, "
            "claims $ 1,250.00 and wrote from wang.min@cold.example.com.</p>",
            findings="<p>Dropped while unloading.</p>",
            order_ids=[(6, 0, cls.order.ids)],
            user_id=cls.agent.id,
        )

    def _lesson(self, **vals):
        return self.Lesson.create(
            {
                "name": "Lesson",
                "happened": "Something",
                "lesson": "Call first",
                "company_id": self.company.id,
                "category_id": self.broken.id,
                **vals,
            }
        )

    def _published(self, **vals):
        lesson = self._lesson(**vals)
        lesson.with_user(self.supervisor).action_publish()
        return lesson

    def _draw(self, user=None, kind="excellent"):
        case = self.case.with_user(user or self.agent)
        action = case.action_mark_excellent() if kind == "excellent" else case.action_mark_failed()
        return self.Lesson.browse(action["res_id"])

    def test_a_lesson_names_nobody(self):
        self.case.action_close()
        lesson = self._draw()
        self.assertEqual(lesson.name, "[customer]: glass broken")
        self.assertEqual(
            lesson.happened,
            "Ms [person] ([telephone]) says order [number] came broken, claims [amount] and "
            "wrote from [mail address].",
        )
        self.assertEqual(lesson.done, "Dropped while unloading.")
        self.assertEqual((lesson.category_id, lesson.complaint_id), (self.broken, self.case))
        self.assertEqual((lesson.state, lesson.author_id), ("draft", self.agent))

    def test_signs_of_full_width_and_whoever_stands_on_the_papers(self):
        receiver = self._customer("青岛海鲜有限公司", is_company=True)
        self.order.partner_shipping_id = self.env["res.partner"].create(
            {"name": "王小敏", "parent_id": receiver.id}
        )
        self.case.description = (
            "<p>Ｃｏｌｄ　Ｆｏｏｄｓ：￥１，２５０．００，（０２１）５５５９－８７３１，"
            "王 小敏，青岛海鲜的张师傅</p>"
        )
        self.case.action_close()
        self.assertEqual(
            self._draw().happened,
            "[customer]：[amount]，[telephone]，[person]，[customer]的[person]师傅",
        )

    def test_only_a_closed_case_teaches(self):
        with self.assertRaises(UserError):
            self.case.action_mark_excellent()

    def test_twice_is_the_same_lesson_and_the_other_kind_another(self):
        self.case.action_close()
        first = self._draw()
        self.assertEqual(self._draw(), first)
        self.assertNotEqual(self._draw(kind="failed"), first)

    def test_a_colleagues_draft_is_not_drawn_again(self):
        self.case.action_close()
        self._draw(self.supervisor)
        with self.assertRaisesRegex(UserError, "colleague"):
            self._draw(self.agent)

    def test_agents_do_not_publish_by_any_way(self):
        self.case.action_close()
        mine = self._draw().with_user(self.agent)
        mine.lesson = "Hold the pallet"
        with self.assertRaises(AccessError):
            mine.action_publish()
        with self.assertRaises(UserError):
            mine.write({"state": "published"})
        with self.assertRaises(UserError):
            self.Lesson.with_user(self.agent).create({"name": "L", "happened": "H", "state": "published"})
        self.assertEqual(mine.state, "draft")

    def test_published_is_read_by_agents_and_written_by_supervisors(self):
        lesson = self._published(author_id=self.agent.id)
        as_agent = lesson.with_user(self.agent)
        self.assertEqual(as_agent.lesson, "Call first")
        with self.assertRaises(AccessError):
            as_agent.lesson = "Otherwise"
        self.assertNotIn("complaint_id", as_agent.fields_get())
        lesson.with_user(self.supervisor).action_withdraw()
        self.assertEqual((lesson.state, lesson.published_at), ("draft", False))

    def test_without_a_lesson_nothing_is_published(self):
        with self.assertRaises(UserError):
            self._published(lesson=False)

    def test_drafts_of_others_and_other_companies_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        draft = self._lesson()
        theirs = self._lesson(company_id=other.id)
        theirs.sudo().state = "published"
        mine = self._published()
        found = self.Lesson.with_user(self.agent).search([("id", "in", (draft + theirs + mine).ids)])
        self.assertEqual(found, mine)

    def test_lessons_of_the_cause_and_the_branch_stand_beside_a_case(self):
        above = self._published(category_id=self.damage.id)
        same = self._published()
        elsewhere = self._published(category_id=self.late.id)
        cause = self._published(category_id=self.late.id, cause_id=self.causes[0].id)
        self._lesson()
        similar = self.Lesson.with_user(self.agent)._get_similar(self.case)
        self.assertEqual(similar[self.case], same + above)
        self.case.cause_id = self.causes[0]
        similar = self.Lesson._get_similar(self.case)[self.case]
        self.assertEqual(similar[0], cause)
        self.assertEqual(similar, cause + same + above)
        self.assertNotIn(elsewhere, similar)
        self.assertEqual(self.case.similar_lesson_count, 3)
        self.assertEqual(
            self.Lesson.search(self.case.action_view_similar_lessons()["domain"]), similar.sorted()
        )

    def test_a_case_without_category_and_cause_has_no_similar(self):
        self._published(category_id=False)
        self.assertFalse(self._case(category_id=False).similar_lesson_count)

    def test_counts_cost_the_same_for_two_cases_and_twenty(self):
        self._published()
        cases = self.Complaint.create(
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "category_id": category.id,
                }
                for category in (self.broken, self.late) * 10
            ]
        )
        counts = []
        for batch in (cases[:2], cases):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch.mapped("similar_lesson_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_each_answer_has_number_name_and_deadline(self):
        clock = self.case.clock_ids.filtered(lambda clock: clock.target == "resolution")
        self.case.clock_ids.filtered(lambda other: other != clock).sudo().unlink()
        clock.due_at = self._days_ago(-3, hour=9)
        for name in ANSWERS:
            template = self.env.ref(f"{MODULE}.mail_template_answer_{name}")
            with self.subTest(name):
                self.assertEqual(template.model, "logistics.complaint")
                mail = template.with_user(self.agent)._generate_template(
                    self.case.ids, ("subject", "body_html")
                )[self.case.id]
                self.assertIn(self.case.number, mail["subject"])
                self.assertIn("Wang Min", mail["body_html"])
                if "result_due_text" in template.body_html:
                    self.assertIn("5:00", mail["body_html"])  # in Shanghai
        clock.due_at = self._days_ago(1)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.case.result_due_text, "a day that is past is promised to nobody")

    def test_an_answer_is_written_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref(f"{MODULE}.mail_template_answer_after_settling")
        template.with_context(lang="zh_CN").subject = "{{ object.number }}:问题解决了吗?"
        self.case.lang = "zh_CN"
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.agent)
            .with_context(
                default_model=self.case._name,
                default_res_ids=self.case.ids,
                default_template_id=template.id,
            )
            .create({})
        )
        self.assertEqual(composer.subject, f"{self.case.number}:问题解决了吗?")
