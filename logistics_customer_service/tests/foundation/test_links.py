import hashlib
import logging
import re
from email import message_from_string, policy

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import MODULE
from ..satisfaction.answer.common_page import AnsweringCommon

NEUTRALISED = f"{MODULE}.neutralised"


@tagged("post_install", "-at_install")
class LinkCommon(AnsweringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.link = cls.picking._ensure_tracking_links()
        cls.case = cls.env["logistics.complaint"].create(
            {"partner_id": cls.customer.id, "company_id": cls.company.id, "user_id": cls.agent.id}
        )
        cls.letter = cls.env["logistics.result.letter"].create(
            {"complaint_id": cls.case.id, "found": "<p>It was crushed.</p>", "offer": "<p>A refund.</p>"}
        )
        cls.letter.action_mark_told()
        cls.answer_url = cls.request._get_answer_url()
        cls.tracking_url = cls.picking.tracking_page_url

    def _get_bodies(self, mail):
        [result] = mail._prepare_outgoing_list()
        return [result["body"], result["body_alternative"], *map(str, result["headers"].values())]

    def _mail(self, text, user=None, **vals):
        mails = self.env["mail.mail"].with_user(user or self.env.user).sudo()
        return mails.create({"body_html": f"<p>{text}</p>", "email_to": "li@customer.example", **vals})


@tagged("post_install", "-at_install")
class TestLinks(LinkCommon):
    """What opens a link is nowhere in the database."""

    def _get_records(self):
        """Return all records that a link opens, also those of tomorrow's models."""
        mixin = self.env.registry["logistics.secret.mixin"]
        for name, model in self.env.registry.items():
            if issubclass(model, mixin) and not model._abstract:
                self.assertTrue(model._link_paths, f"{name} says where its links lead")
                yield from self.env[name].sudo().with_context(active_test=False).search([], limit=2)

    def _find_in_database(self, words):
        """Return the tables that hold one of the words, in whatever column."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        )
        pattern = "|".join(map(re.escape, words))
        found = []
        for [table] in tables:
            query = SQL("SELECT 1 FROM %s row WHERE row::text ~ %s LIMIT 1", SQL.identifier(table), pattern)
            found += [table] * len(self.env.execute_query(query))
        return found

    def test_nothing_in_the_database_opens_anything(self):
        carrier = self.env["delivery.carrier"].search([], limit=1)
        key = self.env["logistics.carrier.key"].create(
            {"carrier_id": carrier.id, "company_id": self.env.company.id}
        )
        records = [*self._get_records(), self.request, self.link, self.letter]
        self.assertGreaterEqual(len({record._name for record in records}), 4)
        urls = " ".join([self.answer_url, self.tracking_url, self.letter._get_answer_url()])
        self._mail(urls, headers=repr({"List-Unsubscribe": self.request._get_refuse_url()}))
        self.case.message_post(body=urls)
        self.env["sms.sms"].create({"number": "+15551234", "body": urls})
        self.env["logistics.link.copy"]._open(self.letter)
        secrets = [record._get_secret() for record in records]
        self.assertEqual(self._find_in_database([*secrets, key.secret]), [])
        self.assertTrue(self._find_in_database([self.link.handle]), "the search finds what is there")

    def test_same_link_whenever_it_is_asked_for(self):
        token = self.request._get_token()
        self.assertRegex(token, "^[A-Za-z0-9]{27}$")
        self.env.invalidate_all()
        self.assertEqual(self.request._get_token(), token)
        self.assertNotIn(token[5:], (self.link._get_secret(), self.letter._get_secret()))

    def test_copy_of_the_database_honours_no_link(self):
        parameters = self.env["ir.config_parameter"].sudo()
        tokens = {record: record._get_token() for record in (self.request, self.link, self.letter)}
        for name, value in (("database.uuid", "another"), (NEUTRALISED, "mark")):
            before = parameters.get_param(name)
            parameters.set_param(name, value)
            for record, token in tokens.items():
                self.assertFalse(record._find_held(token), name)
                self.assertEqual(record._find_held(record._get_token()), record)
            parameters.set_param(name, before)
        self.assertEqual(self.link._find(tokens[self.link]), self.link)

    def test_links_of_the_past_open_until_they_expire_or_are_renewed(self):
        keys = self.env["logistics.link.key"]
        olds = (
            (self.link, self.link.handle + "B" * 22),
            (self.letter, "x-_" * 14 + "x"),
            (self.request, self.request.handle + "C" * 22),
        )
        for record, token in olds:
            record.sudo()._write({"old_link_digest": keys._get_digest(token)})
            record.invalidate_recordset(["old_link_digest"])
            self.assertEqual(record._find(token), record)
            self.assertEqual(record._find(record._get_token()), record)
            self.assertFalse(record._find(token[:-1] + "A"))
        digest = f"{keys._get_database()}{olds[0][1]}".encode()
        self.assertEqual(self.link.old_link_digest, hashlib.sha256(digest).hexdigest(), "as SQL says it")
        self.request._draw_anew()
        self.assertFalse(self.request._find_held(olds[2][1]))

    def test_carriers_sign_with_what_is_sealed(self):
        carrier = self.env["delivery.carrier"].search([], limit=1)
        key = self.env["logistics.carrier.key"].create(
            {"carrier_id": carrier.id, "company_id": self.env.company.id}
        )
        signature = key._sign("1", b"{}")
        self.assertTrue(key._is_signed("1", b"{}", signature))
        self.env["ir.config_parameter"].sudo().set_param("database.uuid", "another")
        key.invalidate_recordset()
        self.assertFalse(key._is_signed("1", b"{}", signature))
        self.assertFalse(key._is_signed("1", b"{}", key._sign("1", b"{}")), "nobody has a key of this copy")

    def test_log_bears_the_first_signs_alone(self):
        path = f"GET {self.link._get_path()}/zh_CN?x=1 HTTP/1.1"
        for name, message in (("werkzeug", '"%s" %s'), ("odoo.http", "failed on path '%s' %s")):
            logger = logging.getLogger(name)
            record = logger.makeRecord(name, logging.INFO, __file__, 1, message, (path, 200), None)
            logger.filter(record)
            self.assertIn(f"/t/{self.link.handle}***/zh_CN?x=1", record.getMessage())
            self.assertNotIn(self.link._get_secret()[:6], record.getMessage())
            for slash in ("//", "%2F", "%2f/"):  # they open the page, too
                message = f"GET {path.replace('/', slash)}"
                record = logger.makeRecord(name, logging.INFO, __file__, 1, message, (), None)
                logger.filter(record)
                self.assertNotIn(self.link._get_secret()[:6], record.getMessage())


@tagged("post_install", "-at_install")
class TestLinksInTexts(LinkCommon):
    """Staff read masks; what goes out bears the link."""

    def test_fields_are_masked(self):
        mask = f"{self.request.handle}***{self.request.id}"
        for user in (self.agent, self.manager):
            request = self.request.with_user(user)
            self.assertEqual(request.answer_url, f"{request.get_base_url()}/a/{mask}")
            self.assertEqual(request.refuse_url, f"{request.get_base_url()}/q/{mask}")
        self.assertFalse(self.request._find_held(mask))

    def test_no_field_shows_staff_what_a_customer_answers_by(self):
        """Whatever model of ours an agent reads, and the messages."""
        links = f"{self.answer_url} {self.letter._get_answer_url()}"
        self._mail(links, model=self.case._name, res_id=self.case.id)
        self.case.message_post(body=links)
        kinds = ("survey.request", "result.letter", "notice", "greeting")
        last = [self.env[f"logistics.{kind}"].search([], order="id desc", limit=5) for kind in kinds]
        secrets = [record._get_secret() for records in last for record in records]
        self.env.flush_all()
        seen = 0
        for name in self.env.registry:
            model = self.env[name].with_user(self.agent).with_context(prefetch_fields=False)
            ours = name.startswith("logistics.") or name == "mail.message"
            if not ours or model._abstract or not model._auto or not model.has_access("read"):
                continue
            for record in model.search([], order="id desc", limit=5):
                for field in model._fields.values():
                    if field.type not in ("char", "text", "html", "json"):
                        continue
                    try:
                        value = str(record[field.name] or "")
                    except AccessError:
                        continue
                    seen += 1
                    self.assertFalse([one for one in secrets if one in value], f"{name}.{field.name}")
        self.assertGreater(seen, 500)

    def test_mail_goes_out_with_the_link(self):
        headers = {"List-Unsubscribe": f"<{self.request._get_refuse_url()}>"}
        mail = self._mail(f'<a href="{self.answer_url}#5">x</a> {self.tracking_url}', headers=repr(headers))
        self.assertIn(f"/a/{self.request.handle}***{self.request.id}#5", mail.body_html)
        bodies = self._get_bodies(mail)
        self.assertIn(f"{self.answer_url}#5", bodies[0])
        self.assertIn(self.tracking_url, bodies[1])
        self.assertIn(headers["List-Unsubscribe"], bodies)

    def test_what_is_posted_goes_out_with_the_link(self):
        message = self.picking.message_post(
            body=self.tracking_url, partner_ids=self.customer.ids, subtype_xmlid="mail.mt_comment"
        )
        self.assertNotIn(self.link._get_secret(), message.body)
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertIn(self.tracking_url, self._get_bodies(mail)[0])

    def test_mask_that_somebody_writes_stays_one(self):
        """An agent who sends himself what he reads gets no link by it."""
        masked = self.request.with_user(self.agent).answer_url
        mail = self._mail(masked, user=self.agent)
        self.assertFalse([body for body in self._get_bodies(mail) if self.request._get_secret() in body])
        case = self.case.with_user(self.agent)
        message = case.message_post(body=masked, partner_ids=self.agent.partner_id.ids)
        mails = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        for one in mails:
            self.assertNotIn(self.request._get_secret(), self._get_bodies(one)[0])
        links = [[self.request._name, self.request.id]]
        with self.assertRaises(AccessError):
            message.with_user(self.agent).logistics_links = links
        with self.assertRaises(AccessError):
            message.with_user(self.agent).read(["logistics_links"])
        # what a mail may bear is of this one record
        self.assertNotIn(
            self.request._get_secret(),
            self.env["logistics.link.text"]._unmask([masked], [[self.link._name, self.link.id]])[0],
        )

    def test_revoked_link_is_not_sent_anew(self):
        mail = self._mail(self.answer_url)
        self.request._draw_anew()
        self.assertNotIn(self.request._get_secret(), self._get_bodies(mail)[0])

    def test_sms_goes_out_with_the_link(self):
        sent = []

        class Gateway:
            def _send_sms_batch(self, messages, delivery_reports_url=False):
                sent.extend(messages)
                numbers = [number for text in messages for number in text["numbers"]]
                return [{"uuid": number["uuid"], "state": "sent"} for number in numbers]

        messages = self.env["sms.sms"].create({"number": "+15551234", "body": self.answer_url})
        # the same words from somebody who has read them
        messages += self.env["sms.sms"].create({"number": "+15555678", "body": messages.body})
        self.assertEqual(len(set(messages.mapped("body"))), 1)
        messages._send_with_api(Gateway(), unlink_sent=False)
        contents = {text["numbers"][0]["number"]: text["content"] for text in sent}
        self.assertEqual(contents, {"+15551234": self.answer_url, "+15555678": messages[0].body})

    def test_what_a_customer_quotes_is_masked(self):
        quoted = self.answer_url.replace("/", "%2F")
        raw = (
            f"From: li@customer.example\nTo: service@company.example\nSubject: Re: How was it?\n"
            f"Message-ID: <quoting@customer.example>\nContent-Type: text/plain; charset=utf-8\n\n"
            f"Fine.\n> {self.answer_url}\n> https://safe.example/?url={quoted}&data=1\n"
        )
        parsed = self.env["mail.thread"].message_parse(message_from_string(raw, policy=policy.SMTP))
        self.assertEqual(parsed["body"].count("***"), 2)
        self.assertNotIn(self.request._get_secret(), parsed["body"])

    def test_what_a_customer_forwards_whole_is_masked(self):
        broken = self.answer_url[:-9] + "=\n" + self.answer_url[-9:]
        raw = (
            f"From: li@customer.example\nTo: service@company.example\nSubject: Fwd: {self.answer_url}\n"
            "Message-ID: <whole@customer.example>\nContent-Type: multipart/mixed; boundary=b\n\n"
            "--b\nContent-Type: text/plain\n\nSee below.\n"
            '--b\nContent-Type: text/plain; name="a.txt"\nContent-Disposition: attachment\n\n'
            f"{self.answer_url}\n"
            '--b\nContent-Type: message/rfc822; name="b.eml"\nContent-Disposition: attachment\n\n'
            "From: service@company.example\nSubject: x\nContent-Transfer-Encoding: quoted-printable\n"
            f"Content-Type: text/plain\n\n{broken}\n--b--\n"
        )
        parsed = self.env["mail.thread"].message_parse(
            message_from_string(raw, policy=policy.SMTP), save_original=True
        )
        self.assertEqual(len(parsed["attachments"]), 3)
        end = self.request._get_secret()[-8:]
        for text in [parsed["subject"], *(file.content for file in parsed["attachments"])]:
            self.assertNotIn(end, str(text))
            self.assertIn("***", str(text))

    def test_slashes_are_written_in_many_ways(self):
        for slash in ("//", "%2F", "%252f", "\\/", "&#47;", "&#x2F;"):
            written = self.answer_url.replace("/", slash)
            [(text, links)] = self.env["logistics.link.text"]._mask([f"see {written} there"])
            with self.subTest(slash=slash):
                self.assertNotIn(self.request._get_secret(), text)
                [shown] = self.env["logistics.link.text"]._unmask([text], links)
                self.assertEqual(shown, f"see {written} there")

    def test_subjects_are_masked(self):
        texts = {"body": "x", "subject": f"See {self.answer_url}"}
        message = self.case.message_post(**texts)
        self.assertIn("***", message.subject)

    def test_others_links_stay(self):
        text = "https://shop.example/a/" + "A" * 27 + " https://x.example/t/" + "B" * 40
        self.assertEqual(self.env["logistics.link.text"]._mask([text, None]), [(text, []), (None, [])])

    def test_many_texts_cost_as_much_as_few(self):
        texts = [f"{request._get_answer_url()}" for request in self.Request.search([], limit=40)]
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        masked = self.env["logistics.link.text"]._mask(texts)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 2)
        self.assertTrue(all(links for _text, links in masked))

    def test_copying_is_noted(self):
        for record in (self.request, self.letter):
            log = record._get_link_log()
            before = log.message_ids
            action = record.with_user(self.agent).action_copy_link()
            copied = self.env["logistics.link.copy"].with_user(self.agent).browse(action["res_id"])
            self.assertEqual(copied.url, record._get_answer_url())
            note = log.message_ids - before
            self.assertEqual(note.author_id, self.agent.partner_id)
            self.assertTrue(note.is_internal or note.subtype_id.internal)
            self.assertNotIn(record._get_secret(), note.body)
            with self.assertRaises(AccessError):
                copied.with_user(self.supervisor).read(["url"])
        with self.assertRaises(AccessError):
            copied.create({"model": record._name, "res_id": record.id})
        with self.assertRaises(AccessError):
            copied.with_user(self.agent).read(["model"])
        forged = copied.with_user(self.agent).sudo().new({"model": record._name, "res_id": record.id})
        self.assertFalse(forged.url)

    def test_only_what_customers_answer_by_is_copied(self):
        with self.assertRaises(UserError):
            self.link.with_user(self.agent).action_copy_link()
        self.request.state = "revoked"
        with self.assertRaises(UserError):
            self.request.with_user(self.agent).action_copy_link()
        with self.assertRaises(AccessError):
            self.letter.with_user(self._new_user("plain", "base.group_user")).action_copy_link()
