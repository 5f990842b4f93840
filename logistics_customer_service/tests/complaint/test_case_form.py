from lxml import etree
from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import LogisticsCommon

# fields and buttons that a case shows without opening a page; growing needs a reason
AT_FIRST_SIGHT = {
    "new": (13, 4),
    "working": (13, 4),
    "waiting_customer": (13, 4),
    "waiting_third": (13, 4),
    "resolved": (13, 4),
    "closed": (13, 5),
}
# and on all pages together
IN_ALL = 50


def _is_on_another_page(node):
    """Tell whether a node stands on a page that is opened by a click."""
    pages = [one for one in node.iterancestors("page") if one.getparent().getparent().tag != "page"]
    return bool(pages) and pages[-1].get("name") != "talk"


@tagged("post_install", "-at_install")
class TestCaseForm(LogisticsCommon):
    """The form of a case shows what its stage needs; the conversation comes first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._new_user("form_agent", "group_agent")
        cls.Case = cls.env["logistics.complaint"].with_user(cls.agent)
        cls.customer = cls._customer("Lumina", email="office@lumina.example")
        cls.anna = cls.env["res.partner"].create(
            {"name": "Anna Weber", "parent_id": cls.customer.id, "email": "anna@lumina.example"}
        )
        cls.case = cls.Case.create(
            {
                "partner_id": cls.customer.id,
                "contact_id": cls.anna.id,
                "company_id": cls.company.id,
                "channel": "phone",
                "description": "<p>Two cartons are wet.</p>",
                "user_id": cls.agent.id,
            }
        )

    def _shown(self, case):
        """Yield the nodes of fields and buttons that a case shows."""
        arch = etree.fromstring(self.Case.get_view(view_type="form")["arch"])
        values = {name: self._plain(case[name]) for name in case._fields if self._is_readable(name)}
        for node in arch.iter("field", "button"):
            way = [node, *node.iterancestors()]
            if any(one.tag == "field" for one in way[1:]):
                continue  # a column of a list
            conditions = [one.get("invisible") or "False" for one in way]
            if not any(safe_eval(one, dict(values)) for one in conditions):
                yield node

    def _is_readable(self, name):
        field = self.Case._fields[name]
        return field.type != "binary" and self.Case._has_field_access(field, "read")

    @staticmethod
    def _plain(value):
        return value.ids if hasattr(value, "ids") and len(value) != 1 else getattr(value, "id", value)

    def test_a_case_shows_what_its_stage_needs(self):
        for phase, most in AT_FIRST_SIGHT.items():
            with self.subTest(phase=phase):
                self.case._move_to_phase(phase)
                nodes = list(self._shown(self.case))
                first = [node for node in nodes if not _is_on_another_page(node)]
                counted = [
                    len({node.get("name") for node in first if node.tag == tag})
                    for tag in ("field", "button")
                ]
                self.assertLessEqual(counted[0], most[0])
                self.assertLessEqual(counted[1], most[1])
                self.assertLessEqual(len(nodes), IN_ALL)

    def test_the_conversation_is_the_first_page(self):
        arch = etree.fromstring(self.Case.get_view(view_type="form")["arch"])
        self.assertEqual(arch.get("js_class"), "logistics_case_form")
        page = next(arch.iter("page"))
        self.assertEqual(page.get("name"), "talk")
        self.assertTrue(page.xpath("div[@name='conversation']"))
        # what few cases need is under More
        more = arch.xpath("//page[@name='more']")[0]
        for name in ("findings", "clock_ids", "priority_override", "lang", "contact_name"):
            self.assertTrue(more.xpath(f".//field[@name='{name}']"), name)

    # === THE CONVERSATION ===#

    def _mail(self, author, text="<p>And the pallet?</p>", **vals):
        return self.case.sudo().message_post(
            body=Markup(text),
            author_id=author.id,
            email_from=author.email_formatted,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            **vals,
        )

    def _talk(self):
        self.case.invalidate_recordset(["talk"])
        return self.case.talk

    def test_the_first_words_are_those_told_on_the_phone(self):
        self.assertEqual(
            self._talk()["words"],
            {
                "text": "Two cartons are wet.",
                "by": "Anna Weber",
                "at": str(self.case.received_at),
                "channel": "Phone",
                "waits": False,
                "newest": False,
            },
        )

    def test_the_last_words_are_the_customer_s(self):
        """Neither ours nor a carrier's; what is on top of the conversation anyway is not said twice."""
        self._mail(self.anna, "<p>And the pallet?</p><blockquote data-o-mail-quote='1'>old</blockquote>")
        words = self._talk()["words"]
        self.assertEqual((words["text"], words["by"]), ("And the pallet?", "Anna Weber"))
        self.assertEqual((words["channel"], words["waits"], words["newest"]), ("Mail", True, True))
        self._mail(self._customer("Carrier", email="desk@carrier.example"), "<p>On its way.</p>")
        self.case._message_log(body="We look into it.")
        words = self._talk()["words"]
        self.assertEqual((words["text"], words["newest"]), ("And the pallet?", False))

    def test_an_answer_says_to_whom_and_by_which_way_it_goes(self):
        self.assertEqual(self._talk()["reply"]["name"], "Anna Weber")
        self.assertEqual(self._talk()["reply"]["way"], "mail")
        self.customer.email = self.anna.email = False
        self.case.email_from = False
        self.assertEqual(self._talk()["reply"]["way"], False)
        self._portal_user("anna_portal", self.anna)
        self.anna.email = self.case.email_from = False
        self.assertEqual(self._talk()["reply"]["way"], "portal")

    def test_an_answer_is_for_the_customer_alone(self):
        """A carrier that wrote last gets nothing; a colleague of the customer's who did, does."""
        bob = self.anna.create(
            {"name": "Bob", "parent_id": self.customer.id, "email": "bob@lumina.example"}
        )
        self._mail(self._customer("Carrier", email="desk@carrier.example"))
        self.assertEqual(
            self.case.read_reply_recipients(),
            [{"partner_id": self.anna.id, "name": "Anna Weber", "email": "anna@lumina.example"}],
        )
        self._mail(bob)
        self.assertEqual(
            [one["name"] for one in self.case.read_reply_recipients()], ["Anna Weber", "Bob"]
        )

    def test_a_contact_without_address_is_written_to_at_the_case_s(self):
        self.anna.email = False
        self.case.email_from = "office@lumina.example"
        [recipient] = self.case.read_reply_recipients()
        self.assertEqual(
            (recipient["name"], recipient["email"]), ("Anna Weber", "office@lumina.example")
        )

    def test_canned_answers_fill_odoo_s_composer(self):
        answers = {one["name"]: one["id"] for one in self.case.read_canned_answers()}
        self.assertIn("Answer: Please Send Us More", answers)
        self.assertNotIn("Service Case: Acknowledgement", answers)
        action = self.case.action_answer_with(answers["Answer: Please Send Us More"])
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(composer.partner_ids, self.anna)
        composer._action_send_mail()
        self.assertTrue(self.case.first_reply_at)
        model_id = self.env["ir.model"]._get_id("res.partner")
        foreign = self.env["mail.template"].create({"name": "Other", "model_id": model_id})
        with self.assertRaises(UserError):
            self.case.action_answer_with(foreign.id)

    def test_who_has_answered_may_wait_or_resolve(self):
        """Without pressing Start first."""
        self.assertNotIn("action_wait", {node.get("name") for node in self._shown(self.case)})
        self.case.action_note_spoken()
        self.assertLessEqual(
            {"action_wait", "action_resolve"}, {node.get("name") for node in self._shown(self.case)}
        )

    def test_wait_lays_the_case_before_the_customer(self):
        self.case.action_start()
        self.case.action_wait()
        self.assertEqual(self.case.phase, "waiting_customer")
