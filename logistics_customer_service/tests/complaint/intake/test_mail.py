# pylint: disable=translation-required
import base64
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MODULE
from ..test_complaint import ComplaintCommon

OUTLOOK = """From: "Wang Min" <Wang.Min@Cold.example.com>
To: service@logistics.example.com
Subject: Two cartons broken
Message-ID: <outlook-1@cold.example.com>
X-Mailer: Microsoft Outlook 16.0
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b1"

--b1
Content-Type: text/plain; charset="utf-8"

Two cartons arrived broken.

--b1
Content-Type: text/html; charset="utf-8"

<html><head><meta charset="utf-8"><style>p {color: red}</style></head>
<body lang="EN-US"><div class="WordSection1"><p class="MsoNormal">Two cartons arrived
<b>broken</b>.<o:p></o:p></p></div>
<script>alert(1)</script><img src="x" onerror="alert(2)"></body></html>
--b1--
"""

GMAIL_REPLY = """From: Wang Min <wang.min@cold.example.com>
To: service@logistics.example.com
Subject: Re: Two cartons broken
Message-ID: <gmail-2@mail.gmail.example.com>
In-Reply-To: {parent}
References: {parent}
MIME-Version: 1.0
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">Any news?</div><br><div class="gmail_quote gmail_quote_container">
<div dir="ltr" class="gmail_attr">On Mon, Jan 5, 2026 Service wrote:</div>
<blockquote class="gmail_quote">We look into it</blockquote></div>
"""

QQ_REPLY = """From: =?utf-8?B?{name}?= <wang.min@cold.example.com>
To: service@logistics.example.com
Subject: =?utf-8?B?{subject}?=
Message-ID: <tencent_1@qq.example.com>
In-Reply-To: {parent}
X-QQ-mid: x
MIME-Version: 1.0
Content-Type: text/html; charset="utf-8"

<div>还没有收到答复</div><div><br></div><div>------------------&nbsp;原始邮件&nbsp;------------------</div>
<div style="background:#efefef">发件人: "service"</div><div>您好,我们正在处理</div>
"""


def _b64(text, charset="utf-8"):
    return base64.b64encode(text.encode(charset)).decode()


class MailCommon(ComplaintCommon):
    """A team with a mail address, and Odoo's gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create(
            {
                "name": "logistics.example.com",
                "bounce_alias": "bounce",
                "catchall_alias": "catchall",
                "default_from": "notifications",
            }
        )
        cls.company.alias_domain_id = domain
        cls.team.write({"alias_name": "service", "alias_domain_id": domain.id})

    def _receive(self, mail, **values):
        """Put a mail through the gateway and return the case it opened or moved."""
        raw = mail.format(**values) if values else mail
        raw = raw.replace("\n", "\r\n").encode() if isinstance(raw, str) else raw
        with mute_logger(
            "odoo.addons.mail.models.mail_thread", "odoo.addons.mail.models.mail_mail"
        ):
            case_id = (
                self.env["mail.thread"]
                .with_context(tracking_disable=False)
                .message_process(False, raw)
            )
        self.env.flush_all()
        return self.Complaint.browse(case_id or [])

    def _answer(self, case, body="We look into it"):
        """Return the message of an agent to the customer."""
        return case.with_user(self.agent).message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.person.ids,
        )


@tagged("post_install", "-at_install")
class TestComplaintMail(MailCommon):
    """Mails as programs write them, through Odoo's gateway."""

    def _plain(
        self, subject="Broken", body="Two cartons", sender="wang.min@cold.example.com", **more
    ):
        headers = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in more.items())
        return (
            f"From: {sender}\nTo: service@logistics.example.com\nSubject: {subject}\n"
            f"Message-ID: <m{abs(hash((subject, body, sender, headers)))}@x.example>\n{headers}"
            f'MIME-Version: 1.0\nContent-Type: text/plain; charset="utf-8"\n\n{body}\n'
        )

    def test_outlook(self):
        case = self._receive(OUTLOOK)
        self.assertEqual(case.name, "Two cartons broken")
        self.assertEqual(case.contact_id, self.person)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.team_id, self.team)
        self.assertEqual(case.company_id, self.company)
        self.assertEqual(case.channel, "mail")
        self.assertEqual(case.email_from, "wang.min@cold.example.com")
        self.assertIn("<b>broken</b>", case.description)
        self.assertTrue(case.number)
        self.assertFalse(case.customer_answered, "the first mail is no answer")

    def test_script_is_taken_out(self):
        case = self._receive(OUTLOOK)
        for html in (case.description, case.message_ids[:1].body):
            self.assertNotIn("script", html)
            self.assertNotIn("onerror", html)
            self.assertIn("<p>", html)

    def test_unknown_sender(self):
        case = self._receive(self._plain(sender='"Li Lei" <LI@new.example.com>'))
        self.assertFalse(case.partner_id)
        self.assertEqual((case.contact_name, case.email_from), ("Li Lei", "li@new.example.com"))
        self.assertFalse(self.env["res.partner"].search([("email", "ilike", "li@new.example")]))

    def test_gb2312_that_is_gb18030(self):
        """Programs say GB2312 and write characters it does not have (镕, 瑄)."""
        subject = base64.b64encode("朱镕瑄投诉".encode("gb18030")).decode()
        body = base64.b64encode("茶壶碎了,收件人:朱镕瑄".encode("gb18030")).decode()
        case = self._receive(
            "From: wang.min@cold.example.com\nTo: service@logistics.example.com\n"
            f"Subject: =?gb2312?B?{subject}?=\nMessage-ID: <foxmail-1@x.example>\n"
            'MIME-Version: 1.0\nContent-Type: text/plain; charset="gb2312"\n'
            f"Content-Transfer-Encoding: base64\n\n{body}\n"
        )
        self.assertEqual(case.name, "朱镕瑄投诉")
        self.assertIn("朱镕瑄", case.description)

    def test_gb18030_in_eight_bits(self):
        raw = (
            b"From: wang.min@cold.example.com\r\nTo: service@logistics.example.com\r\n"
            b"Subject: =?GB18030?Q?=CD=B6=CB=DF?=\r\nMessage-ID: <163-1@x.example>\r\n"
            b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=GBK\r\n"
            b"Content-Transfer-Encoding: 8bit\r\n\r\n" + "<p>货物㐀损坏</p>".encode("gb18030")
        )
        case = self._receive(raw)
        self.assertEqual(case.name, "投诉")
        self.assertIn("货物㐀损坏", case.description)

    def test_header_with_broken_encoding(self):
        raw = self._plain(body="x").replace("Subject: Broken", "Subject: =?utf-8?B?/////w==?=")
        self.assertTrue(self._receive(raw))

    def test_empty_mail(self):
        case = self._receive(
            "From: wang.min@cold.example.com\nTo: service@logistics.example.com\n"
            "Message-ID: <empty@x.example>\n\n"
        )
        self.assertTrue(case.number)
        self.assertTrue(case.name, "named after its kind")

    def test_huge_mail(self):
        case = self._receive(self._plain(body="broken carton\n" * 150_000))
        self.assertLess(len(case.description), 60_000)
        self.assertGreater(len(case.message_ids[:1].body), 1_000_000, "the message is kept whole")

    def test_inline_picture_and_attachment(self):
        picture = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
            "awAAAABJRU5ErkJggg=="
        )
        case = self._receive(
            "From: wang.min@cold.example.com\nTo: service@logistics.example.com\n"
            "Subject: Photo\nMessage-ID: <photo@x.example>\nMIME-Version: 1.0\n"
            'Content-Type: multipart/related; boundary="r"\n\n--r\n'
            'Content-Type: text/html; charset="utf-8"\n\n<p>See <img src="cid:p1"></p>\n'
            '--r\nContent-Type: image/png; name="broken.png"\nContent-ID: <p1>\n'
            "Content-Transfer-Encoding: base64\n"
            'Content-Disposition: inline; filename="broken.png"\n\n'
            f"{picture}\n--r--\n"
        )
        files = case.message_ids.attachment_ids
        self.assertEqual(files.mapped("name"), ["broken.png"])
        self.assertEqual((files.res_model, files.res_id), ("logistics.complaint", case.id))

    def test_forwarded_by_a_colleague(self):
        """The customer is whom the forwarded mail is from, not the colleague."""
        self.agent.email = "agent@logistics.example.com"
        case = self._receive(
            self._plain(
                subject="Fwd: Broken",
                body="Please handle.\n\n---------- Forwarded message ----------\n"
                "From: Wang Min <wang.min@cold.example.com>\nDate: today\n\nBroken!",
                sender="agent@logistics.example.com",
            )
        )
        self.assertEqual(case.contact_id, self.person)
        self.assertFalse(case.customer_answered)

    def test_same_mail_twice(self):
        first = self._receive(OUTLOOK)
        self.assertFalse(self._receive(OUTLOOK))
        self.assertEqual(self.Complaint.search_count([("partner_id", "=", self.customer.id)]), 1)
        self.assertTrue(first)

    def test_programs_open_no_case(self):
        before = self.Complaint.search_count([])
        for number, headers in enumerate(
            (
                {"Auto_Submitted": "auto-replied"},
                {"Auto_Submitted": "auto-notified (by a program)"},
                {"X_Autoreply": "yes"},
                {"Precedence": "auto_reply"},
                {"Return_Path": "<>"},
            )
        ):
            with self.subTest(headers=headers):
                self.assertFalse(self._receive(self._plain(body=f"Away {number}", **headers)))
        self.assertEqual(self.Complaint.search_count([]), before)

    def test_out_of_office_moves_nothing(self):
        case = self._receive(OUTLOOK)
        message = self._answer(case)
        case._move_to_phase("waiting_customer")
        case.message_subscribe(self.person.ids)
        sent = self.env["mail.mail"].search([])
        reply = self._plain(
            subject="Out of Office", In_Reply_To=message.message_id, Auto_Submitted="auto-replied"
        )
        self.assertEqual(self._receive(reply), case)
        self.assertEqual(case.phase, "waiting_customer")
        self.assertFalse(case.customer_answered)
        self.assertTrue(case.message_ids[:1].is_internal, "kept as a note")
        told = (self.env["mail.mail"].search([]) - sent).recipient_ids
        self.assertFalse(told.filtered("partner_share"), "and told to no customer")

    def test_bounce_is_recognised(self):
        case = self._receive(OUTLOOK)
        message = self._answer(case)
        bounce = (
            "From: MAILER-DAEMON@mx.cold.example.com\nTo: bounce@logistics.example.com\n"
            "Subject: Undelivered Mail Returned to Sender\nMessage-ID: <bounce@mx.example>\n"
            f"In-Reply-To: {message.message_id}\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="z"\n\n'
            "--z\nContent-Type: text/plain\n\nuser unknown\n"
            "--z\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; x@cold.example.com\n"
            "Action: failed\nStatus: 5.1.1\n\n--z--\n"
        )
        self.assertFalse(self._receive(bounce))
        self.assertFalse(case.customer_answered)

    def test_loop_is_stopped(self):
        """A program that says nothing of itself opens a few cases, not hundreds."""
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "3")
        opened = [self._receive(self._plain(body=f"loop {number}")) for number in range(8)]
        self.assertLessEqual(len([case for case in opened if case]), 4)

    def test_gmail_reply(self):
        case = self._receive(OUTLOOK)
        message = self._answer(case)
        case._move_to_phase("waiting_customer")
        answered = self._receive(GMAIL_REPLY, parent=message.message_id)
        self.assertEqual(answered, case)
        self.assertEqual(case.phase, "working")
        self.assertTrue(case.customer_answered)
        self.assertIn("data-o-mail-quote", case.message_ids[:1].body)
        self._answer(case)
        self.assertFalse(case.customer_answered)

    def test_qq_reply_is_folded(self):
        case = self._receive(OUTLOOK)
        message = self._answer(case)
        answered = self._receive(
            QQ_REPLY,
            parent=message.message_id,
            name=_b64("王敏"),
            subject=_b64("回复:破损"),
        )
        self.assertEqual(answered, case)
        body = case.message_ids[:1].body
        self.assertIn("还没有收到答复", body)
        self.assertLess(body.index("data-o-mail-quote"), body.index("正在处理"))

    def test_number_in_the_subject_finds_the_case(self):
        """A new mail without the headers of an answer, as telephones send it."""
        case = self._receive(OUTLOOK)
        mail = self._plain(subject=f"once more {case.number}", body="Hello?")
        self.assertEqual(self._receive(mail), case)
        stranger = self._plain(subject=f"once more {case.number}", sender="x@evil.example")
        self.assertNotEqual(self._receive(stranger), case, "a stranger gets a case of their own")

    def test_note_of_an_agent_is_no_answer(self):
        case = self._receive(OUTLOOK)
        case.customer_answered = True
        case.with_user(self.agent).message_post(body="internal")
        self.assertTrue(case.customer_answered)

    def test_a_carrier_is_not_the_customer(self):
        case = self._receive(OUTLOOK)
        message = self._answer(case)
        case._move_to_phase("waiting_third")
        reply = self._plain(sender="depot@carrier.example", In_Reply_To=message.message_id)
        self.assertEqual(self._receive(reply), case)
        self.assertEqual(case.phase, "working")
        self.assertFalse(case.customer_answered)

    def test_answer_reopens_what_was_closed_lately(self):
        case = self._receive(OUTLOOK)
        message = self._answer(case)
        case._move_to_phase("closed")
        self._receive(GMAIL_REPLY, parent=message.message_id)
        self.assertEqual(case.phase, "working")
        self.assertEqual(case.reopen_count, 1)
        self.assertTrue(case.customer_answered)

    def test_answer_long_after_opens_a_linked_case(self):
        case = self._receive(OUTLOOK)
        message = self._answer(case)
        case._move_to_phase("closed")
        case.closed_at = fields.Datetime.now() - timedelta(days=15)
        self._receive(GMAIL_REPLY, parent=message.message_id)
        self.assertEqual(case.phase, "closed")
        follow_up = self.Complaint.search([("previous_id", "=", case.id)])
        self.assertEqual(follow_up.partner_id, self.customer)
        self.assertIn("Any news?", follow_up.description)
        self.assertNotIn("We look into it", follow_up.description)

    def test_answer_to_a_merged_case_goes_where_it_is_dealt_with(self):
        case, kept = self._receive(OUTLOOK), self._case()
        case._merge_into(kept)
        late = self._answer(case)
        self.assertEqual(late.res_id, case.id, "written on the case that was merged")
        self._receive(GMAIL_REPLY, parent=late.message_id)
        self.assertEqual(case.phase, "cancelled")
        self.assertTrue(kept.customer_answered)
        self.assertIn("Any news?", kept.message_ids[:1].body)

    def test_replies_go_to_the_team(self):
        case = self._receive(OUTLOOK)
        self.assertIn("service@logistics.example.com", self._answer(case).reply_to)

    def _acknowledge(self):
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_acknowledge").method_direct_trigger()
        self.env.invalidate_all()

    def _mails(self, case):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "logistics.complaint"),
                ("res_id", "=", case.id),
                ("email_to", "!=", False),
            ]
        )

    def test_acknowledged_once_and_queued(self):
        case = self._receive(OUTLOOK)
        self.assertEqual(case.acknowledgement, "to_send")
        self.assertFalse(self._mails(case), "nothing is rendered while the case is opened")
        self._acknowledge()
        self._acknowledge()
        mail = self._mails(case)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.email_to, "wang.min@cold.example.com")
        self.assertIn(case.number, mail.subject)
        self.assertIn(case.number, mail.body_html)
        self.assertIn("auto-replied", mail.headers)
        self.assertIn("service@logistics.example.com", mail.reply_to)
        self.assertEqual(case.acknowledgement, "sending", "sent it is when the server has it")

    def test_one_that_cannot_be_written_is_laid_before_the_agent(self):
        case = self._receive(OUTLOOK)
        template = case.team_id.acknowledgement_template_id
        broken = patch.object(type(template), "send_mail_batch", side_effect=ValueError("no such field"))
        logger = f"odoo.addons.{MODULE}.models.complaint.intake.logistics_complaint"
        with broken, mute_logger(logger):
            self._acknowledge()
        self.assertEqual(case.acknowledgement, "failed")
        self.assertEqual(
            case.activity_ids.filtered("user_id").mapped("summary"),
            ["The acknowledgement was not sent"],
        )

    def test_answer_to_the_acknowledgement_is_threaded(self):
        case = self._receive(OUTLOOK)
        self._acknowledge()
        parent = self._mails(case).mail_message_id.message_id
        self.assertEqual(self._receive(GMAIL_REPLY, parent=parent), case)
        self.assertTrue(case.customer_answered)

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref(f"{MODULE}.mail_template_acknowledgement")
        template.with_context(lang="zh_CN").subject = "{{ object.number }}:我们已收到"
        self.person.lang = "zh_CN"
        case = self._receive(OUTLOOK)
        self.assertEqual(case.lang, "zh_CN")
        self._acknowledge()
        self.assertIn("我们已收到", self._mails(case).subject)

    def test_bulk_mail_is_not_acknowledged(self):
        case = self._receive(self._plain(Precedence="bulk"))
        self.assertEqual(case.acknowledgement, "none")

    def test_not_reachable_or_not_wanted(self):
        self.assertEqual(self._case(self._customer("Silent")).acknowledgement, "none")
        self.team.acknowledgement_template_id = False
        self.assertEqual(self._case().acknowledgement, "none")

    def test_one_that_fails_fails_alone(self):
        good, bad = self._case(), self._case()
        queue = type(self.Complaint)._queue_acknowledgements

        def broken(cases):
            if bad in cases:
                raise ValueError("poisoned")
            return queue(cases)

        with (
            patch.object(type(self.Complaint), "_queue_acknowledgements", broken),
            mute_logger(f"odoo.addons.{MODULE}.models.complaint.intake.logistics_complaint"),
        ):
            self._acknowledge()
        self.assertEqual((good.acknowledgement, bad.acknowledgement), ("sending", "failed"))
