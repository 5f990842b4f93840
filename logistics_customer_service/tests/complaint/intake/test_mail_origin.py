# pylint: disable=translation-required
import itertools
from email.header import Header
from email.message import EmailMessage
from email.mime.message import MIMEMessage

from odoo.tests import tagged

from .test_mail import OUTLOOK, MailCommon

OWN = "service@logistics.example.com"
NUMBERS = itertools.count()


class WrittenMail(MailCommon):
    """Mails as they are composed, header by header."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "1000")
        cls.agent.email = "agent@logistics.example.com"

    def _write(self, subject="Broken", body="Two cartons", sender="wang.min@cold.example.com", **headers):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, OWN, subject
        mail["Message-ID"] = f"<written-{next(NUMBERS)}@x.example>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(body)
        return mail

    def _open(self, *args, **headers):
        return self._receive(self._write(*args, **headers).as_bytes())


@tagged("post_install", "-at_install")
class TestMailOrigin(WrittenMail):
    """A person or a program, and which person."""

    def test_no_mail_is_lost_for_its_subject(self):
        for subject in (
            "未送达，请尽快处理",
            "不在办公室，请改时间派送",
            "退信封一件",
            "Undeliverable parcel, please help",
            "Out of office on Friday",
            "Auto: Kratzer",
            "Failure notice from your driver",
        ):
            case = self._open(subject)
            self.assertEqual((case.name, case.acknowledgement), (subject, "to_send"))

    def test_what_reads_like_a_programs_is_quiet(self):
        for subject in ("Automatic reply: Hello", "自动回复：您好", "系统退信/Systems bounce"):
            case = self._open(subject)
            self.assertEqual((case.name, case.acknowledgement), (subject, "none"))

    def test_an_answer_in_a_talk_with_such_a_name_counts(self):
        for name in ("未送达", "自动回复：没有", "Out of Office"):
            case = self._case(name=name, contact_id=self.person.id)
            parent = self._answer(case).message_id
            case._move_to_phase("waiting_customer")
            self.assertEqual(self._open(f"Re: {name}", In_Reply_To=parent), case)
            self.assertEqual((case.phase, case.customer_answered), ("working", True))

    def test_what_reads_like_a_programs_moves_no_talk(self):
        case = self._receive(OUTLOOK)
        parent = self._answer(case).message_id
        case._move_to_phase("waiting_customer")
        self.assertEqual(self._open("自动回复：Two cartons broken", In_Reply_To=parent), case)
        self.assertEqual((case.phase, case.customer_answered), ("waiting_customer", False))
        self.assertTrue(case.message_ids[:1].is_internal, "kept as a note")

    def test_a_person_says_so_in_a_comment(self):
        self.assertTrue(self._open(Auto_Submitted="no (written by a person)"))

    def test_a_receipt_in_what_a_list_puts_around_it(self):
        outer = self._write("Read: x", List_Id="<l.x.example>", sender="l@x.example")
        inner = self._write("Read: x", Auto_Submitted="auto-replied")
        outer.make_mixed()
        outer.attach(MIMEMessage(inner))
        self.assertFalse(self._receive(outer.as_bytes()))
        del outer["List-Id"]
        self.assertTrue(self._receive(outer.as_bytes()), "somebody passes it on")

    def test_sender_rewritten_by_a_group(self):
        for sender, headers in (
            (f'"Ann via Service" <{OWN}>', {"Reply_To": "ann@buyer.example.com"}),
            (OWN, {"X_Original_From": "Ann <ann@buyer.example.com>"}),
            (OWN, {"X_Original_Sender": "Ann@Buyer.example.com", "Reply_To": OWN}),
            (f'"ann@buyer.example.com via Service" <{OWN}>', {}),
            ('"Ann via Group" <group@other.example.com>',
             {"List_Id": "<group.other.example.com>", "X_Original_Sender": "ann@buyer.example.com"}),
        ):  # fmt: skip
            case = self._open(sender=sender, **headers)
            self.assertEqual((case.email_from, case.acknowledgement), ("ann@buyer.example.com", "none")
                             if "List_Id" in headers else ("ann@buyer.example.com", "to_send"))  # fmt: skip
            self.assertFalse(case.partner_id)

    def test_who_writes_by_our_own_group_is_acknowledged(self):
        by_list = {"List_Id": "<service.logistics.example.com>", "Precedence": "list"}
        case = self._open(sender=f'"Ann via Service" <{OWN}>', Reply_To="ann@buyer.example.com", **by_list)
        self.assertEqual((case.email_from, case.acknowledgement), ("ann@buyer.example.com", "to_send"))
        case = self._open(sender="bob@buyer.example.com", List_Post=f"<mailto:{OWN}>", **by_list)
        self.assertEqual(case.acknowledgement, "to_send")
        case = self._open(sender="eve@buyer.example.com", List_Post="<mailto:l@other.example>", **by_list)
        self.assertEqual(case.acknowledgement, "none")

    def test_a_rewritten_answer_is_the_customers(self):
        case = self._receive(OUTLOOK)
        parent = self._answer(case).message_id
        found = self._open(
            sender=f'"Wang Min via Service" <{OWN}>', Reply_To="wang.min@cold.example.com", In_Reply_To=parent
        )
        self.assertEqual(found, case)
        self.assertTrue(case.customer_answered)

    def test_our_own_address_is_no_customer(self):
        case = self._open(sender=OWN)
        self.assertFalse(case.email_from or case.partner_id)
        self.assertEqual(case.acknowledgement, "none")

    def test_nobody_takes_the_name_of_a_customer(self):
        case = self._open(
            sender='"wang.min@cold.example.com via x" <x@evil.example>',
            Reply_To="wang.min@cold.example.com",
            X_Original_From="wang.min@cold.example.com",
        )
        self.assertEqual(case.email_from, "x@evil.example")
        self.assertFalse(case.partner_id)

    def test_the_outsider_of_what_a_colleague_passes_on(self):
        talks = {
            "TR : colis": "De : Wang <wang.min@cold.example.com>\nÀ : agent@logistics.example.com",
            "RV: caja": "De: agent@logistics.example.com\nPara: Wang <wang.min@cold.example.com>",
            "转发：少一箱": "发件人：我们 <service@logistics.example.com>\n收件人：wang.min@cold.example.com",
            "Re: short": "---- 转发的邮件 ----\n| 发件人 | 王敏<wang.min@cold.example.com> |\n",
            "【转发】x": "发件人：depot@logistics.example.com\n发件人：王敏 <wang.min@cold.example.com>",
        }
        for subject, body in talks.items():
            with self.subTest(subject):
                case = self._open(subject, f"please\n\n{body}", sender=f"Agent <{self.agent.email}>")
                self.assertEqual(case.contact_id, self.person)
                self.assertIn("wang.min", case.description, "what is passed on is the matter")

    def test_the_outsider_of_a_mail_that_is_attached(self):
        outer = self._write("see", sender=self.agent.email)
        outer.make_mixed()
        outer.attach(MIMEMessage(self._write()))
        self.assertEqual(self._receive(outer.as_bytes()).contact_id, self.person)

    def test_the_outsider_in_a_table(self):
        mail = self._write(Header("转发：x", "utf-8").encode(), sender=self.agent.email)
        mail.set_content(
            "<p>please</p><table><tr><td>发件人</td><td>王敏&lt;wang.min@cold.example.com&gt;</td></tr></table>",
            subtype="html",
        )
        self.assertEqual(self._receive(mail.as_bytes()).contact_id, self.person)

    def test_two_addresses_in_one_field(self):
        other = self._customer("Two", email="one@two.example.com；two@two.example.com")
        case = self._open(sender="two@two.example.com")
        self.assertEqual(case.partner_id, other)
        self.assertEqual(self._case(other).email_from, "one@two.example.com")
        self.assertEqual(self._case(other).acknowledgement, "to_send")
        known = self._case(other)
        self.assertEqual(self._open(f"{known.number}的问题", sender="two@two.example.com"), known)
        self.assertTrue(known.customer_answered)

    def test_from_two(self):
        case = self._open(sender=f"{OWN}, new@two.example.com")
        self.assertEqual(case.email_from, "new@two.example.com")


@tagged("post_install", "-at_install")
class TestMailCharset(WrittenMail):
    """What is sent is read, whatever it says of itself."""

    def _send(self, label, codec, text="货物损坏，请尽快处理", subject=None):
        kind = f"Content-Type: text/plain{f'; charset={label}' if label else ''}\n" if label != "" else ""
        head = (
            f"From: wang.min@cold.example.com\nTo: {OWN}\nMessage-ID: <charset-{next(NUMBERS)}@x.example>\n"
            f"MIME-Version: 1.0\n{kind}Content-Transfer-Encoding: 8bit\nSubject: "
        )
        return self._receive(head.encode() + (subject or text).encode(codec) + b"\n\n" + text.encode(codec))

    def test_labels(self):
        for label, codec in (
            ("gb_2312-80", "gbk"),
            ("cp936", "gbk"),
            ("x-gbk", "gbk"),
            (None, "gbk"),
            ("", "gbk"),
            ("us-ascii", "gbk"),
            ("iso-8859-1", "gbk"),
            ("unknown-8bit", "gbk"),
            ("gb2312", "utf-8"),
            ("iso-8859-1", "utf-8"),
            ("utf-8", "gbk"),
        ):
            with self.subTest(label=label, codec=codec):
                case = self._send(label, codec)
                self.assertEqual(case.name, "货物损坏，请尽快处理")
                self.assertIn("货物损坏，请尽快处理", case.description)
                self.assertIn("货物损坏，请尽快处理", case.message_ids[:1].body)

    def test_wider_than_their_labels(self):
        for label, codec, text in (
            ("iso-8859-1", "cp1252", "kaputt – “Kiste” für 5 €"),
            ("ks_c_5601-1987", "cp949", "똠방각하 파손"),
            ("shift_jis", "cp932", "①破損"),
            ("gb2312", "gb18030", "㐀镕"),
        ):
            with self.subTest(label=label):
                self.assertIn(text, self._send(label, codec, text, "x").description)
