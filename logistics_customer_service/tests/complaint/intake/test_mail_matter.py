# pylint: disable=translation-required
from odoo.tests import tagged

from .test_mail_origin import WrittenMail


@tagged("post_install", "-at_install")
class TestMailMatter(WrittenMail):
    """Which case, order and delivery a mail is about, in which language, and what cannot be read."""

    def test_numbers_of_cases(self):
        case = self._case(contact_id=self.person.id)
        self.assertEqual(case.email_from, self.person.email)
        for pattern in ("关于%s的问题", "投诉%s还没解决", "Case %s.", "No.%s", "%s- photos", "re:%s/2"):
            self.assertEqual(self._open(pattern % case.number), case, pattern)
        self.assertEqual(self._open(case.number.lower()), case)
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in case.number)
        self.assertEqual(self._open(f"关于{wide}"), case)

    def test_other_numbers(self):
        case = self._case(contact_id=self.person.id)
        self.assertNotEqual(self._open(f"{case.number}7"), case, "another number")
        self.assertNotEqual(self._open(f"关于{case.number}的", sender="x@evil.example"), case, "a stranger")

    def test_numbers_of_any_shape(self):
        case = self._case(contact_id=self.person.id)
        self.env.cr.execute("UPDATE logistics_complaint SET number = '投诉-ab/7' WHERE id = %s", [case.id])
        case.invalidate_recordset()
        self.assertEqual(self._open("请问投诉-AB/7怎样了"), case)

    def test_an_order_or_parcel_that_is_named_is_linked(self):
        order = self._order(self.customer)
        picking = order.picking_ids
        picking.write({"carrier_tracking_ref": "SF1234567890", "name": "WH/OUT/T0001"})
        for subject, body, deliveries in (
            (f"订单{order.name}破损", "x", picking.browse()),
            ("x", f"wo ist {order.name.lower()}?", picking.browse()),
            ("x", "单号ｓｆ１２３４５６７８９０，少一箱", picking),
            (f"{picking.name}.", "x", picking),
        ):
            with self.subTest(subject=subject, body=body):
                case = self._open(subject, body)
                self.assertEqual((case.order_ids, case.picking_ids), (order, deliveries))

    def test_the_customers_own_reference(self):
        order = self._order(self.customer, client_order_ref="PO-4711/B")
        self._order(self.customer, client_order_ref="2026")
        self.assertEqual(self._open("x", "unser Auftrag ｐｏ-4711/b von 2026").order_ids, order)

    def test_the_receiver_of_a_delivery_names_its_parcel(self):
        receiver = self._customer("Receiver", email="dock@receiver.example.com")
        order = self._order(self.customer, partner_shipping_id=receiver.id)
        order.picking_ids.carrier_tracking_ref = "SF99887766"
        case = self._open("SF99887766", sender="dock@receiver.example.com")
        self.assertEqual((case.partner_id, case.picking_ids), (receiver, order.picking_ids))
        self.assertFalse(case.order_ids, "the order is another's")

    def test_named_later(self):
        order = self._order(self.customer)
        case = self._open()
        self.assertFalse(case.order_ids)
        parent = self._answer(case).message_id
        self._open("Re: Broken", f"It is {order.name}", In_Reply_To=parent)
        self.assertEqual(case.order_ids, order)

    def test_orders_of_others_are_not_linked(self):
        order = self._order(self._customer("Other"))
        self.assertFalse(self._open(f"{order.name}").order_ids)
        self.assertFalse(self._open(f"{order.name}", sender="new@new.example").order_ids)
        own = self._order(self.customer)
        case = self._open("x", "x", sender="new@new.example")
        case.message_post(body=own.name, message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertFalse(case.order_ids, "nothing that we write is linked")

    def test_whoever_is_unknown_is_answered_in_the_language_of_the_mail(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.company.partner_id.lang = "en_US"
        case = self._open("投诉", "我的包裹没有收到", sender="new@new.example")
        self.assertEqual(case.lang, "zh_CN")
        self.company.partner_id.lang = "zh_CN"
        self.assertEqual(self._open("Where", "Where is it?", sender="b@new.example").lang, "en_US")
        self.assertEqual(self._open("投诉", "我的包裹没有收到").lang, "en_US", "who is known has a language")

    def test_who_reads_chinese_gets_it(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.team.write({"assignment_method": "load", "working_hours_only": False})
        chinese = self.env["res.lang"]._lang_get("zh_CN")
        self.env["logistics.agent.skill"].create(
            {"user_id": self.supervisor.id, "company_id": self.company.id, "lang_ids": chinese.ids}
        )
        case = self._open("投诉", "我的包裹没有收到", sender="new@new.example")
        self.assertEqual(case.user_id, self.supervisor)

    def test_what_cannot_be_read_says_what_it_is(self):
        for kind, name, word in (
            ("application/ms-tnef", "winmail.dat", "Outlook"),
            ("application/pkcs7-mime; smime-type=signed-data", "smime.p7m", "signed"),
            ("application/pkcs7-mime; smime-type=enveloped-data", "smime.p7m", "encrypted"),
        ):
            with self.subTest(kind):
                mail = self._write()
                mail.replace_header("Content-Type", f'{kind}; name="{name}"')
                case = self._receive(mail.as_bytes())
                self.assertIn(word, case.description)
                notes = case.message_ids.filtered("subtype_id.internal")
                self.assertIn(word, "".join(notes.mapped("body")))
                self.assertEqual(case.message_ids.attachment_ids.name, name)
