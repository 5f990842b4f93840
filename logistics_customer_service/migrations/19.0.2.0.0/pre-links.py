"""What is new among what a link opens has a handle of its own in every row: a default is that of all."""

TABLES = ("logistics_result_letter", "logistics_service_team")


def migrate(cr, version):
    for table in TABLES:
        cr.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS handle varchar")
        cr.execute(
            f"""
            UPDATE {table}
               SET handle = left(
                   translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', 'xyz'), 5)
             WHERE handle IS NULL
            """
        )
