"""What is new among what a link opens has a handle of its own in every row: a default is that of all."""

from odoo.tools import SQL

TABLES = ("logistics_result_letter", "logistics_service_team")


def migrate(cr, version):
    for table in map(SQL.identifier, TABLES):
        cr.execute(SQL("ALTER TABLE %s ADD COLUMN IF NOT EXISTS handle varchar", table))
        cr.execute(
            SQL(
                """
                UPDATE %s
                   SET handle = left(
                       translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', 'xyz'), 5)
                 WHERE handle IS NULL
                """,
                table,
            )
        )
