from contextlib import contextmanager

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL


@contextmanager
def begin_anew_on(index_name):
    """Let a transaction that another one forestalled begin anew and find what that one made.

    :param index_name: the unique index that tells of it
    :raise ConcurrencyError: which has calls from outside tried again
    """
    try:
        yield
    except UniqueViolation as error:
        if error.diag.constraint_name != index_name:
            raise
        raise ConcurrencyError(index_name) from error


def wait_for(records):
    """Hold the rows of records, in the order of their ids, until the transaction ends.

    Where somebody else holds one it waits; where that one changed it PostgreSQL says so, and the
    call is tried again and sees the change. ``lock_for_update`` would not wait but refuse.
    """
    records.env.execute_query(
        SQL(
            "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            SQL.identifier(records._table),
            records.ids,
        )
    )
