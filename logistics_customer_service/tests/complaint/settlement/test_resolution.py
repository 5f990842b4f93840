import re
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import format_date, mute_logger

from ....controllers.foundation import link_page
from ....controllers.foundation.limit import Limit
from ....tools.foundation.periods import local_date
from ...common import MODULE
from ...foundation.common import LinkPageHttp
from ...foundation.mail_server import MailServer, take
from .common import ResolutionCommon

REPLY = """Return-Path: <desk@carrier.example.com>
From: Carrier desk <desk@carrier.example.com>
To: anything@example.com
Subject: Re: your question
Message-ID: <answer-{number}@carrier.example.com>
In-Reply-To: {reference}
References: {reference}
Content-Type: text/plain; charset=utf-8
{headers}
{text}
"""


@tagged("post_install", "-at_install")
class TestInvestigation(ResolutionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier_desk = cls._customer("Carrier", email="desk@carrier.example.com")
        cls.clerk = cls._new_user("clerk", "base.group_user")
        cls.Investigation = cls.env["logistics.investigation"]
        cls.case.user_id = cls.agent

    def _ask(self, **vals):
        return self.Investigation.with_user(self.agent).create(
            {"complaint_id": self.case.id, "question": "Who loaded it?", **vals}
        )

    def _reply(self, task, text="It fell off the lorry.", number=1, headers=""):
        mail = REPLY.format(
            reference=task.message_ids.sorted("id")[-1].message_id,
            text=text,
            number=number,
            headers=headers,
        )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            return self.env["mail.thread"].sudo().message_process(False, mail)

    def test_colleague_is_asked_and_answers(self):
        task = self._ask(user_id=self.clerk.id)
        self.assertEqual(task.activity_ids.user_id, self.clerk)
        mine = task.with_user(self.clerk)
        mine.answer = "<p>Me.</p>"
        mine.action_answer()
        self.assertEqual(task.state, "answered")
        self.assertFalse(task.activity_ids)
        self.assertIn("Me.", self.case.message_ids[0].body)
        self.assertEqual(self.case.activity_ids.user_id, self.agent)

    def test_colleague_reaches_nothing_else(self):
        task = self._ask(user_id=self.clerk.id)
        other = self._ask(user_id=self.agent.id)
        for vals in ({"question": "Another?"}, {"state": "answered"}, {"user_id": False}):
            with self.assertRaises(AccessError):
                task.with_user(self.clerk).write(vals)
        with self.assertRaises(AccessError):
            other.with_user(self.clerk).read(["answer"])
        with self.assertRaises(UserError):
            task.with_user(self.clerk).action_answer()

    def test_course_of_a_question_is_nobodys_to_write(self):
        """An answer that nobody gave would close the question, and speak for somebody."""
        task = self._ask(user_id=self.clerk.id)
        values = {"state": "answered", "answered_at": fields.Datetime.now(), "asked_by_id": 1}
        for user in (self.agent, self.supervisor, self.manager):
            for name, value in values.items():
                with self.subTest(name, login=user.login), self.assertRaises(AccessError):
                    task.with_user(user).write({name: value})
        context = {f"default_{name}": value for name, value in values.items()}
        forged = self.Investigation.with_context(**context).with_user(self.agent).create(
            {"complaint_id": self.case.id, "question": "?", "user_id": self.clerk.id, **values}
        )
        self.assertEqual(
            (forged.state, forged.answered_at, forged.asked_by_id), ("asked", False, self.agent)
        )
        with self.assertRaises(AccessError):
            forged.with_context(logistics_by_method=True).state = "answered"
        forged.action_cancel()
        self.assertEqual(forged.state, "cancelled")
        with self.assertRaises(AccessError):
            task.with_user(self.clerk).action_cancel()

    def test_party_names_who_is_asked(self):
        party = self.env.ref(f"{MODULE}.responsible_party_warehouse")
        party.user_id = self.clerk
        self.assertEqual(self._ask(party_id=party.id).user_id, self.clerk)

    def test_carrier_is_asked_by_mail_and_the_answer_comes_back(self):
        task = self._ask(partner_id=self.carrier_desk.id, detail="Two cartons")
        mail = task.message_ids.sorted("id")[-1]
        self.assertEqual(mail.partner_ids, self.carrier_desk)
        self.assertIn("Two cartons", mail.body)
        self.assertIn(self.case.number, mail.subject)
        self._reply(task)
        self.assertEqual(task.state, "answered")
        self.assertIn("fell off the lorry", task.answer)
        self.assertIn("fell off the lorry", self.case.message_ids[0].body)
        self._reply(task, "And another thing.", number=2)
        self.assertIn("fell off the lorry", task.answer, "the first answer stands")
        self.assertIn("another thing", "".join(task.message_ids.mapped("body")))

    def test_out_of_office_is_no_answer(self):
        task = self._ask(partner_id=self.carrier_desk.id)
        self._reply(task, "I am away.", headers="Auto-Submitted: auto-replied\n")
        self.assertEqual(task.state, "asked")
        self.assertIn("I am away.", "".join(task.message_ids.mapped("body")))

    def test_overdue(self):
        task = self._ask(user_id=self.clerk.id)
        overdue = [("is_overdue", "=", True), ("id", "=", task.id)]
        self.assertFalse(self.Investigation.search(overdue))
        with freeze_time(fields.Datetime.now() + timedelta(days=5)):
            self.env.invalidate_all()
            self.assertTrue(task.is_overdue)
            self.assertTrue(self.Investigation.search(overdue))

    def test_nobody_is_asked_nothing(self):
        with self.assertRaises(UserError):
            self._ask(partner_id=self._customer("No mail").id)

    def test_cause_proposes_the_party(self):
        self.case.cause_id = self.env.ref(f"{MODULE}.cause_picking_packaging")
        self.assertEqual(self.case.party_id.kind, "warehouse")


@tagged("post_install", "-at_install")
class TestStandard(ResolutionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Standard = cls.env["logistics.compensation.standard"]
        cls.Standard.search([]).active = False

    def _standard(self, name, **vals):
        return self.Standard.create({"name": name, **vals})

    def test_most_specific(self):
        everything = self._standard("Everything")
        self.assertEqual(self._compensation().standard_id, everything)
        damage = self._standard("Damage", category_id=self.damage.id)
        self.assertEqual(self._compensation().standard_id, damage)
        broken = self._standard("Broken", category_id=self.broken.id)
        kind = self._standard("Broken, refund", category_id=self.broken.id, kind="refund")
        self.assertEqual(self._compensation().standard_id, kind)
        self.assertEqual(self._compensation(kind="payment").standard_id, broken)
        own = self._standard(
            "Ours", category_id=self.broken.id, kind="refund", company_id=self.company.id
        )
        self.assertEqual(self._compensation().standard_id, own)

    def test_amount_and_words(self):
        self._standard("Half", share=0.5, source="Charter, 4")
        compensation = self.Compensation.with_user(self.agent).create(
            {"complaint_id": self.case.id}
        )
        self.assertEqual((compensation.basis_value, compensation.amount), (200, 100))
        words = compensation.explanation
        self.assertIn("Charter, 4", words)
        self.assertIn("50 %", words)
        self.assertRegex(words, r"100[.,]00")

    def test_special_drawing_rights_in_another_currency(self):
        """20 kg × 8.33 SDR of 1.33 of a currency worth double: 443.16; the goods cost 200."""
        self.product.weight = 10
        currency = self.env["res.currency"].create({"name": "XTC", "symbol": "X"})
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": 0.5,
                "name": "2020-01-01",
                "company_id": self.company.id,
            }
        )
        standard = self._standard(
            "CMR",
            method="per_kg",
            units_per_kg=8.33,
            unit_value=1.33,
            unit_name="SDR",
            currency_id=currency.id,
            cap_value=False,
        )
        self.assertEqual(self._compensation().computed_amount, 443.16)
        self.assertIn("20 kg", self._compensation().explanation)
        standard.cap_value = True
        self.assertEqual(self._compensation().computed_amount, 200)

    def test_freight(self):
        delivery = self.env["product.product"].create({"name": "Freight", "type": "service"})
        self.order.write(
            {
                "order_line": [
                    Command.create(
                        {
                            "product_id": delivery.id,
                            "price_unit": 45,
                            "is_delivery": True,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ]
            }
        )
        self._standard("Freight", method="multiple_freight", multiple=3, cap_value=False)
        self.assertEqual(self._compensation().computed_amount, 135)

    def test_shipped_examples(self):
        self.Standard.with_context(active_test=False).search([]).active = True
        delay = self._case(category_id=self.env.ref(f"{MODULE}.complaint_category_delay_line").id)
        self.assertEqual(
            self._compensation(case=delay, kind="freight").standard_id,
            self.env.ref(f"{MODULE}.compensation_standard_delay_freight"),
        )
        self.assertEqual(
            self._compensation().standard_id,
            self.env.ref(f"{MODULE}.compensation_standard_damage"),
        )


class LetterCommon(MailServer, ResolutionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "service@logistics.example"
        cls.case.user_id = cls.agent

    def _letter(self, **vals):
        return (
            self.env["logistics.result.letter"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": self.case.id,
                    "found": "<p>The box was crushed.</p>",
                    "offer": "<p>You get your money back.</p>",
                    **vals,
                }
            )
        )

    def _sent(self, state="ok"):
        letter = self._letter()
        with patch.multiple(
            type(self.env["ir.actions.report"]),
            _render_qweb_pdf=lambda self, *args, **kwargs: (b"%PDF", "pdf"),
            get_wkhtmltopdf_state=lambda self: state,
        ):
            letter.action_send()
        return letter


    def _told(self):
        """Return a letter that the outgoing server took."""
        letter = self._sent()
        self.assertEqual(self._hand_over(take), [self.customer.email])
        self.assertEqual(letter.state, "told")
        return letter


@tagged("post_install", "-at_install")
class TestResultLetter(LetterCommon, LinkPageHttp):
    def _mail(self):
        return self.env["mail.mail"].search(
            [("model", "=", "logistics.complaint"), ("res_id", "=", self.case.id)]
        )

    def test_letter_is_mailed_to_the_customer_alone(self):
        self._approved(150, by=self.agent)
        colleague = self.supervisor.partner_id
        self.case.message_subscribe(colleague.ids)
        letter = self._sent()
        mail = self._mail()
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertNotIn(letter._get_token(), mail.body_html)
        self.assertIn(letter._get_answer_url(), mail._prepare_outgoing_list()[0]["body"])
        self.assertIn("150", mail.body_html)
        self.assertEqual(mail.attachment_ids.raw, b"%PDF")
        self.assertNotIn(letter._get_token(), mail.mail_message_id.body)
        self.assertEqual(letter.state, "sending", "told it is when the server has it")
        self.assertFalse(self.case.result_told_at)
        self.assertEqual(self.case.result_state, "sending")

    def test_server_that_cannot_print(self):
        self._sent(state="install")
        attachment = self._mail().attachment_ids
        self.assertTrue(attachment.name.endswith(".html"))
        self.assertIn("The box was crushed.", attachment.raw.decode())

    def test_token_is_nobodys_to_read(self):
        letter = self._sent()
        with self.assertRaises(AccessError):
            letter.with_user(self.manager).read(["old_link_digest"])

    def test_being_told_the_result_is_an_answer(self):
        """By mail or otherwise: who waited for an answer has one."""
        policy = self.env.ref(f"{MODULE}.sla_policy_general")
        self.assertIn("first_response", policy.target_ids.mapped("target"))
        for tell in ("action_send", "action_mark_told"):
            case = self._case()
            case._note_reply()
            case.write({"customer_answered": True})
            letter = self._letter(complaint_id=case.id)
            getattr(letter, tell)()
            clocks = case.clock_ids.filtered(lambda clock: clock.target == "next_reply")
            self.assertEqual(clocks.mapped("stopped_at"), [letter.written_at or letter.told_at])
            self.assertFalse(case.customer_answered)
        first = self._letter()
        first.action_mark_told()
        self.assertEqual(self.case.first_reply_at, first.told_at)

    def test_what_was_told_stays(self):
        letter = self._sent()
        for vals in ({"found": "x"}, {"state": "accepted"}, {"answer_note": "x"}):
            with self.assertRaises(UserError):
                letter.with_user(self.manager).write(vals)
        with self.assertRaises(UserError):
            letter.with_user(self.manager).unlink()
        with self.assertRaises(UserError):
            letter.action_send()
        made = self._letter(state="accepted", told_at=fields.Datetime.now())
        self.assertEqual((made.state, made.told_at), ("draft", False))

    # --- the link

    def _get(self, url):
        return self.url_open(url)

    def _post(self, url, answer, token=True, note="", sure="1"):
        page = self._get(url).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        data = {"answer": answer, "note": note, "sure": sure}
        if token and found:
            data["csrf_token"] = found.group(1)
        return self.url_open(url, data=data)

    def _url(self, letter):
        return f"/logistics/result/{letter.id}/{letter._get_token()}"

    def test_looking_records_nothing(self):
        letter = self._sent()
        page = self._get(self._url(letter))
        self.assertEqual(page.status_code, 200)
        self.assertIn("The box was crushed.", page.text)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.env.invalidate_all()
        self.assertEqual(letter.state, "sending")

    def test_accepting(self):
        letter = self._sent()
        answer = self._post(self._url(letter), "accept", note="<script>alert(1)</script>")
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((letter.state, letter.answer_channel), ("accepted", "link"))
        self.assertNotIn("<script>alert", self.case.message_ids[0].body)
        self.assertEqual(self.case.resolution_level, "first")

    def test_an_answer_is_final_and_asked_for_once_more(self):
        letter = self._sent()
        url = self._url(letter)
        for answer, caused in (("accept", "settles the matter"), ("refuse", "the next level")):
            asked = self._post(url, answer, note="It <b>hurts</b>", sure="")
            self.assertIn(caused, asked.text)
            self.assertIn('name="note" value="It &lt;b&gt;hurts&lt;/b&gt;"', asked.text)
            self.assertRegex(asked.text, f'<button [^>]*name="answer" [^>]*value="{answer}"')
            self.env.invalidate_all()
            self.assertEqual(letter.state, "sending")
        self.assertNotIn("It is final", self._post(url, "maybe").text)
        self._post(url, "accept")
        self.env.invalidate_all()
        self.assertEqual(letter.state, "accepted")
        self.assertNotIn("Yes, I Agree", self._post(url, "refuse", sure="").text)

    def test_first_answer_stands(self):
        letter = self._sent()
        url = self._url(letter)
        page = self._get(url).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        for answer in ("refuse", "accept"):
            self.url_open(url, data={"answer": answer, "csrf_token": token, "sure": "1"})
        self.env.invalidate_all()
        self.assertEqual(letter.state, "refused")
        with self.assertRaises(UserError):
            letter.action_note_accepted()

    def test_refusing_brings_it_to_the_next_level_and_outside_who_went_there(self):
        letter = self._sent()
        self.case._move_to_phase("resolved")
        self._post(self._url(letter), "refuse", note="Too little")
        self.env.invalidate_all()
        self.assertEqual((self.case.resolution_level, self.case.phase), ("next", "working"))
        asked = self.case.activity_ids.user_id
        self.assertTrue(asked.has_group(f"{MODULE}.group_supervisor"))
        second = self._sent()
        second.action_note_refused()
        self.assertEqual(self.case.resolution_level, "next")
        self.assertTrue(self.case.activity_ids.user_id.has_group(f"{MODULE}.group_supervisor"))
        today = self.company._get_logistics_today()
        self.case.write({"external_body": "Regulator", "external_on": today})
        self._sent().action_note_refused()
        self.assertEqual(self.case.resolution_level, "external")

    def test_a_newer_letter_a_cancelled_and_a_merged_case_end_the_link(self):
        kept = self._case()
        for name, end in {
            "newer": lambda letter: self._sent()._note_told(fields.Datetime.now()),
            "told by phone": lambda letter: self._letter().action_mark_told(),
            "merged": lambda letter: letter.complaint_id._merge_into(kept),
            "cancelled": lambda letter: letter.complaint_id._move_to_phase("cancelled"),
        }.items():
            with self.subTest(name):
                self.case = self._case(user_id=self.agent.id)
                letter = self._sent()
                if name == "newer":
                    letter._note_course({"state": "no_answer"})  # late, but still to be answered
                url, phase = self._url(letter), self.case.phase
                end(letter)
                level = self.case.resolution_level
                self.env.invalidate_all()
                self.assertEqual(letter.state, "ended")
                self.assertEqual(self._get(url).status_code, 404)
                for answer in ("accept", "refuse"):
                    self.assertEqual(self._post(url, answer).status_code, 400)
                    self.assertFalse(letter._answer(answer == "accept"))
                with self.assertRaisesRegex(UserError, "ended"):
                    letter.action_note_refused()
                self.env.invalidate_all()
                self.assertEqual(letter.state, "ended")
                self.assertEqual(self.case.resolution_level, level)
                if name in ("merged", "cancelled"):
                    self.assertEqual(self.case.phase, "cancelled")
                    with self.assertRaisesRegex(UserError, "cancelled"):
                        self._letter().action_mark_told()
                else:
                    self.assertEqual((self.case.phase, self.case.result_state), (phase, "told"))

    def test_what_was_answered_stays_answered(self):
        letter = self._sent()
        letter.action_note_accepted()
        self._sent()
        self.assertEqual(letter.state, "accepted")

    # --- after the last level

    def test_the_last_letter_and_its_page_name_the_way_outside(self):
        self.company.write(
            {
                "logistics_external_body": "Postal Administration",
                "logistics_external_how": "Call 12305",
                "logistics_external_days": 30,
            }
        )
        first = self._sent()
        self.assertNotIn("Postal Administration", first.objection)
        page = self._post(self._url(first), "refuse").text
        self.assertIn("goes to the next level", page)
        self.assertNotIn("Postal Administration", page)
        self.env.invalidate_all()
        last = self._sent()
        until = format_date(self.env, self.company._get_logistics_today() + timedelta(days=30))
        mail = self._mail().filtered(lambda mail: "Postal" in mail.body_html)
        page = self._post(self._url(last), "refuse").text
        for text in (last.objection, mail.body_html, page):
            self.assertNotIn("next level", text)
            for word in ("Postal Administration", "Call 12305", until):
                self.assertIn(word, text)
        self.assertIn("no further level", page)

    def test_a_case_names_a_body_of_its_own_and_without_any_the_page_promises_nothing(self):
        self.company.logistics_external_body = False
        self.case._note_course({"resolution_level": "next"})
        letter = self._sent()
        page = self._post(self._url(letter), "refuse").text
        self.assertNotIn("next level", page)
        self.assertIn("consumers", page)
        self.env.invalidate_all()
        self.case.external_body = "District Court"
        draft = self._letter()
        self.assertEqual(draft.outside_body, "District Court")
        self.assertNotIn("next level", draft.objection)

    def test_a_draft_follows_the_level_and_keeps_own_words(self):
        draft, own = self._letter(), self._letter(objection="<p>As agreed.</p>")
        self.assertIn("next level", draft.objection)
        self.case._note_course({"resolution_level": "next"})
        self.assertNotIn("next level", draft.objection)
        self.assertTrue(draft.is_last)
        self.assertIn("As agreed", own.objection)

    # --- customer's words and inner words

    def test_a_draft_takes_what_is_for_the_customer_and_nothing_inner(self):
        self.case.write({"findings": "<p>Our driver was drunk</p>", "findings_told": "<p>It fell.</p>"})
        context = self.case.action_write_letter()["context"]
        letter = self.env["logistics.result.letter"].with_context(**context).new()
        self.assertIn("It fell.", letter.found)
        self.case.findings_told = False
        self.assertNotIn("drunk", str(self.case.action_write_letter()["context"]))

    @mute_logger("odoo.http")
    def test_who_guesses_links_has_to_wait(self):
        letter = self._sent()
        self.startPatcher(patch.object(link_page, "GUESSES", Limit("first", 3, 1000)))
        statuses = [self._get(self._url(letter) + "x").status_code for _guess in range(4)]
        self.assertEqual(statuses, [404, 404, 404, 429])
        self.assertEqual(self._get(self._url(letter)).status_code, 200)

    def test_wrong_links_are_all_the_same(self):
        letter = self._sent()
        url = self._url(letter)
        draft = self._letter()
        expired = self._sent()
        expired._note_course({"expires_at": fields.Datetime.now() - timedelta(seconds=1)})
        answers = [
            self._get(wrong)
            for wrong in (
                url + "x",
                f"/logistics/result/{letter.id}/",
                f"/logistics/result/{letter.id}/False",
                f"/logistics/result/{letter.id}/%F0%9F%98%80",
                f"/logistics/result/{draft.id}/False",
                f"/logistics/result/{letter.id + 1000}/{letter._get_token()}",
                f"/logistics/result/99999999999999/{letter._get_token()}",
                self._url(expired),
            )
        ]
        self.assertEqual({answer.status_code for answer in answers}, {404})

    @mute_logger("odoo.http")
    def test_post_needs_the_page(self):
        letter = self._sent()
        answer = self._post(self._url(letter), "accept", token=False)
        self.assertEqual(answer.status_code, 400)
        self.env.invalidate_all()
        self.assertEqual(letter.state, "sending")


@tagged("post_install", "-at_install")
class TestSilence(LetterCommon):
    def test_silence_is_no_answer_and_no_consent(self):
        letter = self._told()
        cron = self.env.ref(f"{MODULE}.ir_cron_note_silence")
        due = letter.answer_due
        for days, state in ((0, "told"), (2, "no_answer")):
            with freeze_time(f"{due + timedelta(days=days)} 08:00:00"):
                with self.enter_registry_test_mode():
                    cron.method_direct_trigger()
                    cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(letter.state, state)
        self.assertEqual(self.case.resolution_level, "first")
        letter.action_note_accepted()
        self.assertEqual(letter.state, "accepted", "late, but an answer")


@tagged("post_install", "-at_install")
class TestClosing(LetterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gates = [name for name in cls.company._fields if name.startswith("logistics_close_")]
        cls.company.write(dict.fromkeys(cls.gates, True))

    def _fill(self, case):
        case.write(
            {
                "cause_id": self.env.ref(f"{MODULE}.cause_transport_handling").id,
                "resolution_ids": [Command.set(self.env.ref(f"{MODULE}.remedy_apology").ids)],
            }
        )
        letter = self._letter(complaint_id=case.id)
        letter.action_mark_told()

    def test_gate(self):
        closed = self.env.ref(f"{MODULE}.complaint_stage_closed")
        for attempt in (
            lambda: self.case.with_user(self.agent).write({"stage_id": closed.id}),
            lambda: self.case.with_user(self.manager)._move_to_phase("closed"),
            lambda: self.case.with_user(self.agent).copy({"stage_id": closed.id}),
            lambda: (
                self.env["logistics.complaint"]
                .with_user(self.agent)
                .create({"partner_id": self.customer.id, "stage_id": closed.id})
            ),
        ):
            with self.assertRaises(UserError):
                attempt()
        self._fill(self.case)
        self.case.with_user(self.agent).stage_id = closed
        self.assertEqual(self.case.phase, "closed")

    def test_each_gate(self):
        self._fill(self.case)
        needs = {
            "logistics_close_category": {"category_id": False},
            "logistics_close_cause": {"cause_id": False},
            "logistics_close_party": {"party_id": False},
            "logistics_close_resolution": {"resolution_ids": [Command.clear()]},
            "logistics_close_told": {"result_told_at": False},
        }
        self.assertEqual(set(needs), set(self.gates))
        for gate, vals in needs.items():
            with self.subTest(gate=gate):
                case = self._case()
                self._fill(case)
                case.write(vals)
                if gate == "logistics_close_party":
                    case.cause_id.party_id = False
                self.company.write(dict.fromkeys(self.gates, False))
                self.company[gate] = True
                with self.assertRaises(UserError):
                    case._move_to_phase("closed")
                self.company[gate] = False
                case._move_to_phase("closed")

    def test_questions_need_their_category_alone(self):
        case = self._case(kind="inquiry")
        case._move_to_phase("closed")
        with self.assertRaises(UserError):
            self._case(kind="inquiry", category_id=False)._move_to_phase("closed")

    def test_callback(self):
        self.company.write(dict.fromkeys(self.gates, False))
        light = self._case(severity="low", user_id=self.agent.id)
        light._move_to_phase("closed")
        self.assertFalse(light.callback_on)
        severe = self._case(severity="critical", user_id=self.agent.id)
        severe._move_to_phase("closed")
        self.assertEqual(
            severe.callback_on, self.company._get_logistics_today() + timedelta(days=7)
        )
        callback = severe.callback_ids
        self.assertEqual(callback.user_id, self.agent)
        self.assertEqual(
            local_date(callback.call_from, self.company._get_logistics_tz()), severe.callback_on
        )
        late = self._case(severity="critical", user_id=self.agent.id)
        late.callback_on = severe.callback_on - timedelta(days=30)
        late._move_to_phase("closed")
        self.assertFalse(late.callback_ids.is_overdue, "nobody could have called")
        self.vip.follow_up_case = True
        profile = self._profile_of(self.customer) or self._profile(self.customer)
        profile.sudo().tier_id = self.vip
        important = self._case(severity="low", user_id=self.agent.id)
        important._move_to_phase("closed")
        self.assertTrue(important.callback_on)


@tagged("post_install", "-at_install")
class TestRecovery(ResolutionCommon):
    def test_from_the_claim_to_the_money(self):
        compensation = self._approved(150, by=self.agent)
        carrier = self._customer("Carrier")
        recovery = (
            self.env["logistics.recovery"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": self.case.id,
                    "compensation_id": compensation.id,
                    "partner_id": carrier.id,
                    "claimed_amount": 150,
                    "currency_id": self.company.currency_id.id,
                }
            )
        )
        with self.assertRaises(UserError):
            recovery.action_receive()
        recovery.action_claim()
        recovery.accepted_amount = 120
        recovery.action_accept()
        recovery.action_receive()
        self.assertEqual((recovery.state, recovery.received_amount), ("received", 120))
        self.assertEqual(compensation.recovered_amount, 120)
        self.assertEqual(self.case.recovered_amount, 120)

    def test_claims_go_on_by_their_buttons(self):
        recovery = (
            self.env["logistics.recovery"]
            .with_user(self.agent)
            .with_context(default_received_company=99.0)
            .create(
                {
                    "complaint_id": self.case.id,
                    "partner_id": self._customer("Carrier").id,
                    "claimed_amount": 150,
                    "state": "received",
                }
            )
        )
        self.assertEqual((recovery.state, recovery.received_company), ("draft", 0))
        for name, value in {
            "state": "received",
            "received_company": 99.0,
            "claimed_on": fields.Date.today(),
        }.items():
            with self.subTest(name), self.assertRaises(AccessError):
                recovery.write({name: value})
        recovery.action_give_up()
        self.assertEqual(recovery.state, "given_up")


@tagged("post_install", "-at_install")
class TestPrinted(LetterCommon):
    def test_forms_and_letter_in_both_languages(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._get(MODULE)._update_translations(["zh_CN"], overwrite=True)
        self._approved(150, by=self.agent)
        letter = self._letter()
        reports = self.env["ir.actions.report"]
        titles = {
            "en_US": (
                "Complaint Registration Form",
                "Complaint Processing Report",
                "Result of your complaint",
            ),
            "zh_CN": ("投诉登记表", "投诉处理报告表", "投诉处理结果"),
        }
        names = ("report_registration", "report_processing", "report_result_letter")
        for lang in ("en_US", "zh_CN"):
            self.case.lang = lang
            for name, wanted in zip(names, titles[lang], strict=True):
                records = letter if name == "report_result_letter" else self.case
                html, kind = reports.with_context(lang=lang)._render_qweb_html(
                    f"{MODULE}.{name}", records.ids
                )
                self.assertEqual(kind, "html")
                self.assertIn(wanted, html.decode())
                self.assertIn(self.case.number, html.decode())
