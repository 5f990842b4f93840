"""By what a database is told from its copies."""

OWN = """
    SELECT oid, has_function_privilege('pg_control_system()', 'execute')
      FROM pg_database WHERE datname = current_database()
"""


def read_identity(cursor):
    """Return what no copy shares: the number of the PostgreSQL server, and the database's in it.

    A database that is renamed keeps both. A dump that is put back, another server and core's own
    duplicate do not; a copy of the whole machine, disk and all, does.

    :param cursor: of psycopg2 or Odoo
    """
    cursor.execute(OWN)
    number, readable = cursor.fetchone()
    server = ""
    if readable:
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        (server,) = cursor.fetchone()
    return f"{server}/{number}"
