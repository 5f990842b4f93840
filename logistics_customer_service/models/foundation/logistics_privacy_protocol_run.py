import time

from markupsafe import escape

from odoo import api, fields, models
from odoo.http import root
from odoo.tools import SQL

from .logistics_personal import PARTNER_FREE, PARTNER_KEPT, TEXTS
from .logistics_privacy_protocol import DONE, ERASURE, KEPT, RUNNING

BATCH = 500
SECONDS = 20
# what is shorter may have been said by anybody
SHORTEST = 8


class LogisticsPrivacyProtocol(models.Model):
    """The course of an erasure: step by step, each of which can be done again and changes nothing then.

    Columns are written and nothing else: the ORM would track the old name, tell followers, start
    clocks and ask constraints about what has long been over.
    """

    _inherit = "logistics.privacy.protocol"

    # === THE COURSE ===#

    @api.model
    def _start(self, person, people, vals):
        """Begin an erasure and do as much as a click can wait for; the rest follows by the job.

        :param people: all contacts of the person
        :param vals: ground and note
        :return: the protocol
        """
        people.lock_for_update()
        protocol = self.create(
            {
                **vals,
                "kind": ERASURE,
                "state": RUNNING,
                "person_number": person.id,
                "people": people.ids,
            }
        )
        self.env["logistics.personal"]._settle(people)
        protocol._begin()
        if not protocol._advance(time.monotonic() + SECONDS):
            self.env["ir.cron"]._wake("logistics_customer_service.ir_cron_erase")
        return protocol

    def _begin(self):
        """Lay down the steps, and by what the person is recognised until they are done."""
        personal = self.env["logistics.personal"]
        steps = [["users", ""]]
        steps += [["records", name] for name in personal._get_known()]
        steps += [["authored", ""], ["people", ""]]
        steps += [["table", table] for table in self._get_tables()]
        # a second round finds what the first had to keep; by what it was known then is gone
        self.write(
            {
                "state": RUNNING,
                "marks": personal._get_marks(self._get_people()),
                "position": {"steps": steps, "after": 0},
            }
        )

    def _get_people(self):
        """Return the contacts that are there still."""
        contacts = self.env["res.partner"].with_context(active_test=False)
        return contacts.browse(self.people).exists()

    def _advance(self, deadline):
        """Go on until everything is done or time is over.

        :param deadline: moment of the monotonic clock
        :return: whether everything is done
        """
        self.ensure_one()
        kept = self.env["logistics.personal"]._get_kept(self._get_people())
        steps, after = self.position["steps"], self.position["after"]
        while steps:
            kind, subject = steps[0]
            if kind != "table":  # these are many, and read nothing
                self.env.flush_all()
                self.env.invalidate_all()
            after = getattr(self, f"_erase_{kind}")(subject, after, kept) or 0
            steps = steps if after else steps[1:]
            if time.monotonic() > deadline:
                self.env.invalidate_all()
                self.position = {"steps": steps, "after": after}
                return False
        self.env.invalidate_all()
        self._finish(kept)
        return True

    def _finish(self, kept):
        """Say what is kept and until when, and forget who it was."""
        self.line_ids.filtered(lambda line: line.action == "kept").unlink()
        for name, (ids, until) in kept.items():
            self._note(name, "kept", len(ids), until)
        until = max((until for _ids, until in kept.values()), default=False)
        self.write(
            {
                "state": KEPT if until else DONE,
                "kept_until": until,
                "done_at": fields.Datetime.now(),
                "marks": False,
                "position": False,
            }
        )
        self.env.registry.clear_cache()  # logins, and whose they were
        self.env.cr.postcommit.add(self._delete_files)

    def _delete_files(self):
        """Delete what no attachment names any more, now and not when it is next tidied up."""
        with self.env.registry.cursor() as cr:
            self.env(cr=cr)["ir.attachment"].sudo()._gc_file_store()

    @api.model
    def _cron_erase(self):
        """Go on with what was begun, and erase what the law made us keep until now."""
        # once a year for what is over earlier than the last of it
        today = fields.Date.today()
        looked_at = fields.Domain("done_at", "<", fields.Date.subtract(today, years=1))
        over = fields.Domain("kept_until", "<", today) | looked_at
        for protocol in self.search(fields.Domain("state", "=", KEPT) & over):
            protocol._begin()
        running = self.search([("state", "=", RUNNING)], order="id")
        for left, protocol in zip(range(len(running), 0, -1), running, strict=True):
            while not protocol._advance(time.monotonic() + SECONDS):
                if not self.env["ir.cron"]._commit_progress(0, remaining=left):
                    return
            if not self.env["ir.cron"]._commit_progress(1, remaining=left - 1):
                return

    # === STEPS: FROM WHERE, AND WHERE TO GO ON ===#

    def _erase_users(self, _subject, _after, _kept):
        """Close the logins of customers; nobody is told by mail."""
        users = self._get_people().sudo().user_ids.filtered("share")
        if users:
            # Its write would send a mail to the old address. The key stands in no cache of ours.
            self._run(
                SQL(
                    """UPDATE res_users SET login = 'erased-' || id, password = NULL, signature = NULL,
                              active = FALSE WHERE id = ANY(%s)""",
                    users.ids,
                )
            )
            self._close_sessions(users)
            for name in ("res.device.log", "res.users.apikeys", "auth_totp.device", "auth.passkey.key"):
                if name in self.env:
                    table, column = self.env[name]._table, self._get_login_column(name)
                    self._run(
                        SQL("DELETE FROM %s WHERE %s = ANY(%s)", SQL.identifier(table), column, users.ids)
                    )
            self._note("res.users", "erased", len(users))

    def _close_sessions(self, users):
        """Delete the files of sessions, which name the login."""
        mine = SQL("user_id = ANY(%s)", users.ids)
        sessions = self._run(SQL("SELECT DISTINCT session_identifier FROM res_device_log WHERE %s", mine))
        self.env.cr.postcommit.add(lambda: root.session_store.delete_from_identifiers(sessions))

    def _get_login_column(self, name):
        known = self.env[name]._fields
        return SQL.identifier("user_id" if "user_id" in known else "create_uid")

    def _erase_records(self, name, after, kept):
        """Empty the records of one model, so many at once."""
        personal = self.env["logistics.personal"]
        spec = personal._get_known().get(name)
        if not spec:
            return None  # its application was removed meanwhile
        domain = personal._get_domain(name, spec, self._get_people(), self.sudo().marks)
        records = personal._search_records(
            name, domain & fields.Domain("id", ">", after), order="id", limit=BATCH
        )
        held = kept.get(name, ((), None))[0]
        left = records.filtered(lambda record: record.id not in held)
        if spec.texts or spec.gone:
            self._erase_around(name, records.ids, left.ids)
        elif "message_ids" in records:
            mine = SQL("model = %s AND res_id = ANY(%s)", name, records.ids)
            self._mask_columns("mail_message", ("subject", "body"), mine, "own")
        if spec.gone:
            self._note(name, "deleted", self._delete(name, left.ids))
        else:
            self._note(name, "erased", self._empty(name, left.ids, spec.texts))
            mine = SQL("id = ANY(%s)", left.ids)
            self._note(name, "masked", self._mask_columns(left._table, spec.masked, mine, "own"))
        return records[-1:].id if len(records) == BATCH else None

    def _erase_authored(self, _subject, after, kept):
        """Empty what the person wrote or was written elsewhere, so many at once."""
        people = self._get_people().ids
        marks = self.sudo().marks
        rows = self._run(
            SQL(
                """SELECT id FROM mail_message m
                    WHERE id > %(after)s
                      AND (author_id = ANY(%(people)s)
                           OR lower(substring(email_from FROM '[^<>\\s]+@[^<>\\s]+')) = ANY(%(emails)s)
                           OR model IS NULL AND EXISTS (
                              SELECT 1 FROM mail_message_res_partner_rel r
                               WHERE r.mail_message_id = m.id AND r.res_partner_id = ANY(%(people)s)))
                 ORDER BY id LIMIT %(limit)s""",
                after=after,
                people=people,
                emails=marks["emails"],
                limit=BATCH,
            )
        )
        self._erase_messages(rows, kept)
        self._run(
            SQL(
                """UPDATE mail_notification
                      SET mail_email_address = CASE WHEN mail_email_address IS NOT NULL THEN %s END,
                          sms_number = NULL, failure_reason = NULL
                    WHERE res_partner_id = ANY(%s)""",
                self._get_word(),
                people,
            )
        )
        return rows[-1] if len(rows) == BATCH else None

    def _erase_people(self, _subject, _after, kept):
        """Take name and address from the contacts, and put them away."""
        people = self._get_people().sudo()
        held = people.browse(kept.get("res.partner", ((), None))[0]) & people
        self._erase_around("res.partner", people.ids, people.ids)
        self._erase_tracked(people)
        # core asks for logins that are active still
        silent = people.with_context(tracking_disable=True, active_test=True)
        gone = {**dict.fromkeys(("email", "phone", "company_name"), False)}
        gone["category_id"] = [fields.Command.clear()]
        for partner in silent:
            name = {} if partner in held else {"name": self.env._("Erased contact %s", partner.id)}
            partner.write({**gone, **name})
        silent.filtered("active").write({"active": False})
        self.env.flush_all()
        rows = self._empty("res.partner", (people - held).ids, self._get_partner_texts())
        known = [name for name in self._get_partner_texts() if name not in PARTNER_KEPT]
        self._note("res.partner", "erased", max(rows, len(people)))
        self._empty("res.partner", held.ids, known)

    def _erase_tracked(self, people):
        """Forget the names by which changed links to the contacts are told, on whatever records."""
        rows = self._run(
            SQL(
                """UPDATE mail_tracking_value v
                      SET old_value_char = CASE WHEN old_value_integer <> ALL(%(ids)s)
                                                THEN old_value_char END,
                          new_value_char = CASE WHEN new_value_integer <> ALL(%(ids)s)
                                                THEN new_value_char END
                     FROM ir_model_fields f
                    WHERE f.id = v.field_id AND f.relation = 'res.partner'
                      AND (old_value_integer = ANY(%(ids)s) AND old_value_char IS NOT NULL
                           OR new_value_integer = ANY(%(ids)s) AND new_value_char IS NOT NULL)
                RETURNING v.id""",
                ids=people.ids,
            )
        )
        self._note("mail.tracking.value", "erased", len(rows))

    def _get_partner_texts(self):
        """Return what a contact's row tells of a person, whichever application added it."""
        made = {"name", "complete_name", "commercial_company_name"}  # these have their new words
        return [
            field.name
            for field in self.env["res.partner"]._fields.values()
            if field.store
            and field.column_type
            and field.name not in PARTNER_FREE | made
            and (
                field.type in TEXTS
                or field.type == "date"
                or field.name in self.env["logistics.personal"]._get_contact_fields()
            )
        ]

    # === WHAT HANGS ON RECORDS ===#

    def _erase_around(self, name, ids, loose):
        """Erase messages, activities and files of records.

        :param loose: ids of those whose files are not kept by law
        """
        if not ids:
            return
        where = SQL("model = %s AND res_id = ANY(%s)", name, ids)
        messages = self._run(SQL("SELECT id FROM mail_message WHERE %s", where))
        self._erase_messages(messages, {name: (set(ids) - set(loose), None)})
        there = SQL("res_model = %s AND res_id = ANY(%s)", name, ids)
        rows = self._run(
            SQL(
                """UPDATE mail_activity SET res_name = NULL, summary = NULL, note = NULL, feedback = NULL
                    WHERE %s AND COALESCE(res_name, summary, note, feedback) IS NOT NULL RETURNING id""",
                there,
            )
        )
        self._note("mail.activity", "erased", len(rows))
        self._run(SQL("DELETE FROM mail_scheduled_message WHERE model = %s AND res_id = ANY(%s)", name, ids))
        files = self._run(
            SQL("SELECT id FROM ir_attachment WHERE res_model = %s AND res_id = ANY(%s)", name, loose)
        )
        self._delete_attachments(files)

    def _erase_messages(self, ids, kept):
        """Leave of messages that there was one, from whom, when and of which kind."""
        if not ids:
            return
        for table in ("mail_mail", "mail_message_translation", "mail_message_link_preview"):
            column = "message_id" if table != "mail_mail" else "mail_message_id"
            self._run(
                SQL("DELETE FROM %s WHERE %s = ANY(%s)", SQL.identifier(table), SQL.identifier(column), ids)
            )
        rows = self.env.execute_query(
            SQL(
                """SELECT a.id, a.res_model, a.res_id
                     FROM message_attachment_rel r JOIN ir_attachment a ON a.id = r.attachment_id
                    WHERE r.message_id = ANY(%s)""",
                ids,
            )
        )
        self._delete_attachments(
            [id_ for id_, model, res_id in rows if res_id not in kept.get(model, ((), None))[0]]
        )
        self._run(
            SQL(
                """UPDATE mail_tracking_value
                      SET old_value_char = NULL, new_value_char = NULL,
                          old_value_text = NULL, new_value_text = NULL
                    WHERE mail_message_id = ANY(%s)""",
                ids,
            )
        )
        self._run(
            SQL(
                """UPDATE mail_notification
                      SET mail_email_address = CASE WHEN mail_email_address IS NOT NULL THEN %s END,
                          sms_number = NULL, failure_reason = NULL
                    WHERE mail_message_id = ANY(%s)""",
                self._get_word(),
                ids,
            )
        )
        people = self._get_people().ids
        rows = self._run(
            SQL(
                """UPDATE mail_message
                      SET body = '', subject = NULL, reply_to = NULL, incoming_email_cc = NULL,
                          incoming_email_to = NULL, outgoing_email_to = NULL,
                          email_from = CASE WHEN author_id <> ALL(%(people)s) THEN email_from END
                    WHERE id = ANY(%(ids)s)
                      AND (body <> '' OR subject IS NOT NULL OR reply_to IS NOT NULL
                           OR email_from IS NOT NULL
                              AND (author_id IS NULL OR author_id = ANY(%(people)s)))
                RETURNING id""",
                people=people,
                ids=ids,
            )
        )
        self._note("mail.message", "erased", len(rows))

    def _delete_attachments(self, ids):
        # nobody's rights on a case allow its files to be deleted; the manager's on the person do
        files = self.env["ir.attachment"].sudo().browse(set(ids)).exists()
        self._note("ir.attachment", "deleted", len(files))
        files.unlink()

    def _strip(self, records, names, said):
        """Take what a person said out of texts that quote it.

        :param said: texts as they were said
        """
        word = self._get_word()
        quoted = {form for text in said for form in (text, str(escape(text))) if len(text) >= SHORTEST}
        for record in records:
            changed = {}
            for name in names:
                text = record[name] or ""
                for form in sorted(quoted, key=len, reverse=True):
                    text = text.replace(form, word)
                if text != (record[name] or ""):
                    changed[name] = text
            if changed:
                record._by_method().with_context(tracking_disable=True).write(changed)

    # === COLUMNS ===#

    def _run(self, query):
        """Return the first column of what a statement returns, if it returns anything."""
        self.env.cr.execute(query)
        return [row[0] for row in self.env.cr.fetchall()] if self.env.cr.description else []

    def _get_word(self):
        return self.env._("Erased")

    def _delete(self, name, ids):
        table = SQL.identifier(self.env[name]._table)
        return len(self._run(SQL("DELETE FROM %s WHERE id = ANY(%s) RETURNING id", table, ids)))

    def _empty(self, name, ids, names):
        """Empty columns of records; what may not be empty says so.

        :return: how many rows were changed
        """
        model = self.env[name]
        known = [model._fields[one] for one in names]
        columns = [(field.name, self._get_emptied(field)) for field in known if field.column_type]
        if not (ids and columns):
            return 0
        return len(
            self._run(
                SQL(
                    "UPDATE %s SET %s WHERE id = ANY(%s) AND (%s) RETURNING id",
                    SQL.identifier(model._table),
                    SQL(", ").join(SQL("%s = %s", SQL.identifier(one), value) for one, value in columns),
                    ids,
                    SQL(" OR ").join(
                        SQL("%s IS DISTINCT FROM %s", SQL.identifier(one), value) for one, value in columns
                    ),
                )
            )
        )

    def _get_emptied(self, field):
        column = field.column_type[0]
        if not field.required:
            return SQL("CAST(NULL AS %s)", SQL(column))
        text = SQL("%s || ' ' || id", self._get_word())
        return SQL("jsonb_build_object('en_US', %s)", text) if column == "jsonb" else text
