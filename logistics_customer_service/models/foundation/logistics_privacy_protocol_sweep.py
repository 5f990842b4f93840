import logging
import re
from collections import defaultdict

import psycopg2

from odoo import api, models, tools
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from ...tools.foundation.personal import SEPARATORS, make_hints, make_patterns

_logger = logging.getLogger(__name__)

# what the program itself is made of
NOBODYS = (
    "ir_act", "ir_asset", "ir_cron", "ir_embedded", "ir_model", "ir_module", "ir_rule", "ir_sequence",
    "ir_ui_", "mail_message_subtype", "payment_method", "res_country", "res_currency", "res_group",
    "res_lang", "spreadsheet_", "uom_", "web_tour",
)  # fmt: skip
# What Odoo itself lives on: an address is masked there, a name may be a menu's or a product's.
PROGRAM = (
    "account_", "digest_", "ir_", "mail_template", "product_", "res_", "sms_template", "theme_", "web_",
)  # fmt: skip
ALL_THE_SAME = {
    "account_analytic_account", "account_analytic_line", "ir_attachment", "ir_filters", "ir_logging",
    "res_partner",
}  # fmt: skip
# keys and prints, and what this very protocol is
NEVER = {
    "access_token", "checksum", "handle", "parent_path", "password", "secret", "signature_hash",
    "store_fname", "token", "uuid",
}  # fmt: skip
PASSING = {"bus_bus"}
# files that are read as they are, so many at once
TEXT_FILES = r"^(text/|message/|application/(json|xml|csv|x-ndjson))"
FILES = 100
LARGEST = 20 * 1024 * 1024
# what is booked is sealed; that of the person is looked at by its own declaration
BOOKED = {
    "account_move": "state <> 'posted'",
    "account_move_line": "parent_state <> 'posted'",
    "account_payment": "move_id IS NULL",
    "account_bank_statement_line": "FALSE",
    "ir_attachment": "(url IS NULL OR url NOT LIKE '/web/%') AND COALESCE(res_model, '') <> 'account.move'",
}


class LogisticsPrivacyProtocol(models.Model):
    """The last walk through every table: who was written into what is others'."""

    _inherit = "logistics.privacy.protocol"

    @api.model
    def _get_tables(self):
        """Return every table that has a text, but the protocol's own and what the program is made of."""
        own = ("logistics_privacy_", *NOBODYS)
        return [table for table in sorted(self._get_texts()) if not table.startswith(own)]

    @api.model
    @tools.ormcache()
    def _get_texts(self):
        """Return by table the types of its columns that are texts and no keys."""
        rows = self.env.execute_query(
            SQL(
                """SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL)
                     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema::regnamespace
                      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                      AND a.atttypid = ANY(ARRAY['text', 'varchar', 'bpchar', 'json', 'jsonb']::regtype[])"""
            )
        )
        texts = defaultdict(dict)
        for table, name, kind in rows:
            if name not in NEVER:
                texts[table][name] = kind
        return dict(texts)

    @api.model
    def _get_columns(self, table):
        return self._get_texts().get(table, {})

    def _get_known_marks(self, words="words"):
        """Return by what the person is found: mail addresses, digits, words.

        :param words: which: ``words`` that nobody else bears, in the person's records ``own``, or none
        """
        marks = self.sudo().marks  # nobody reads them
        return marks["emails"], marks["phones"], marks.get(words, ())

    def _get_hinted(self, names, words="words"):
        """Return the SQL that finds quickly which rows may name the person."""
        tokens, digits = make_hints(*self._get_known_marks(words))
        likely = [f"%{escape_psql(token)}%" for token in tokens]
        numbers = [f"%{token}%" for token in digits]
        return SQL(" OR ").join(
            SQL(
                """lower(%(text)s) LIKE ANY(%(likely)s)
                   OR translate(replace(%(text)s, '&nbsp;', ''), %(between)s, '') LIKE ANY(%(numbers)s)""",
                text=SQL("CAST(%s AS text)", SQL.identifier(name)),
                likely=likely,
                between=SEPARATORS,
                numbers=numbers,
            )
            for name in names
        )

    def _mask_columns(self, table, names, condition, words="words"):
        """Replace by what the person is recognised in texts that stay.

        :return: how many rows were changed
        """
        patterns = make_patterns(*self._get_known_marks(words))
        columns = self._get_columns(table)
        masked = {
            name: self._get_masked(name, columns[name], patterns) for name in names if name in columns
        }
        if not (masked and patterns):
            return 0
        return len(
            self._run(
                SQL(
                    "UPDATE %s SET %s WHERE %s AND (%s) AND (%s) RETURNING 1",
                    SQL.identifier(table),
                    SQL(", ").join(
                        SQL("%s = %s", SQL.identifier(name), text) for name, text in masked.items()
                    ),
                    condition,
                    self._get_hinted(masked, words),
                    SQL(" OR ").join(
                        SQL("CAST(%s AS text) <> CAST(%s AS text)", SQL.identifier(name), text)
                        for name, text in masked.items()
                    ),
                )
            )
        )

    def _get_masked(self, name, column, patterns):
        text = SQL("CAST(%s AS text)", SQL.identifier(name))
        for pattern in patterns:
            text = SQL("regexp_replace(%s, %s, %s, 'gi')", text, pattern, f"erased-{self.id}")
        return SQL("CAST(%s AS %s)", text, SQL(column))

    def _erase_table(self, table, after, kept):
        """Mask the person in one table; rows that pass by themselves are deleted."""
        if table == "ir_attachment" and (last := self._erase_files(after, kept)):
            return last
        columns = self._get_columns(table)
        if not columns:
            return None
        try:
            with self.env.cr.savepoint(flush=False):
                if table in PASSING or table in self._get_passing():
                    self._note(table, "deleted", self._drop_rows(table, columns))
                else:
                    self._note(table, "masked", self._mask_table(table, columns, kept))
        except psycopg2.Error:
            # a constraint of somebody else's: what is left is told, and looked at by hand
            _logger.warning("Nobody could be masked in the table %s.", table, exc_info=True)
            self._note(table, "left", 1)
        return None

    @api.model
    @tools.ormcache()
    def _get_passing(self):
        """Return the tables of what a screen keeps for an hour, with the columns that link to contacts."""
        known = (self.env[name] for name in self.env.registry)
        return {
            model._table: [
                field.name
                for field in model._fields.values()
                if field.store and field.type == "many2one" and field.comodel_name == "res.partner"
            ]
            for model in known
            if model._transient and not model._abstract
        }

    def _mask_table(self, table, columns, kept):
        program = table.startswith(PROGRAM) and table not in ALL_THE_SAME
        condition = self._get_open_rows(table, kept)
        return self._mask_columns(table, columns, condition, words="" if program else "words")

    def _get_open_rows(self, table, kept):
        """Return the SQL of the rows of a table that are neither sealed nor kept by law."""
        held = {
            id_ for name, (ids, _until) in kept.items() if self.env[name]._table == table for id_ in ids
        }
        condition = SQL(BOOKED.get(table, "TRUE").replace("%", "%%"))
        return SQL("%s AND id <> ALL(%s)", condition, list(held)) if held else condition

    # === FILES OF OTHERS ===#

    def _erase_files(self, after, kept):
        """Mask the person in files of text that hang on what is others'; of the rest tell how many there are.

        :return: id after which to go on, or None
        """
        condition = self._get_open_rows("ir_attachment", kept)
        for name, (ids, _until) in kept.items():
            condition = SQL("%s AND NOT (res_model = %s AND res_id = ANY(%s))", condition, name, list(ids))
        ids = self._run(
            SQL(
                """SELECT id FROM ir_attachment
                    WHERE id > %s AND type = 'binary' AND mimetype ~ %s AND file_size < %s AND %s
                 ORDER BY id LIMIT %s""",
                after, TEXT_FILES, LARGEST, condition, FILES,
            )
        )  # fmt: skip
        files = self.env["ir.attachment"].sudo().browse(ids)  # whosever records they hang on
        self._note("ir.attachment", "masked", len(files.filtered(self._mask_file)))
        if len(ids) == FILES:
            return ids[-1]
        unread = SQL("NOT (mimetype ~ %s) AND %s", TEXT_FILES, condition)
        self._note("ir.attachment", "left", self._count_named("ir_attachment", ["index_content"], unread))
        return None

    def _mask_file(self, file):
        """Mask the person in one file of text; tell whether it was there."""
        text = (file.raw or b"").decode(errors="surrogateescape")
        masked = text
        for pattern in make_patterns(*self._get_known_marks()):
            masked = re.sub(pattern, f"erased-{self.id}", masked, flags=re.IGNORECASE)
        if masked == text:
            return False
        file.raw = masked.encode(errors="surrogateescape")
        return True

    def _count_named(self, table, names, condition):
        """Return how many rows name the person."""
        patterns = make_patterns(*self._get_known_marks())
        found = SQL(" OR ").join(
            SQL("CAST(%s AS text) ~* %s", SQL.identifier(name), pattern)
            for name in names
            for pattern in patterns
        )
        if not patterns:
            return 0
        query = "SELECT 1 FROM %s WHERE %s AND (%s) AND (%s)"
        hinted = self._get_hinted(names)
        return len(self._run(SQL(query, SQL.identifier(table), condition, hinted, found)))

    def _drop_rows(self, table, columns):
        """Delete the rows that name the person or belong to the contact."""
        links = self._get_passing().get(table, ())
        mine = [SQL("%s = ANY(%s)", SQL.identifier(name), self.people) for name in links]
        found = SQL(" OR ").join([self._get_hinted(columns), *mine])
        return len(self._run(SQL("DELETE FROM %s WHERE %s RETURNING 1", SQL.identifier(table), found)))
