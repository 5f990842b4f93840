"""Rows in bulk, each like one that the ORM made.

Confirming thousands of orders through the ORM takes minutes to hours. Here the ORM makes one
document of each kind; its rows are kept as patterns and the document is rolled back. The bulk is
inserted by SQL from those patterns: a column that the caller doesn't name has the value the ORM
gave it, so a column that another addon adds later is filled as well.
"""

import json

from psycopg2.extras import execute_values


def row_pattern(record):
    """Return the stored row of a record as a dictionary of plain values."""
    record.env.cr.execute(f'SELECT to_jsonb(t) FROM "{record._table}" t WHERE id = %s', [record.id])
    return record.env.cr.fetchone()[0]


def columns_of(cr, table):
    """Return the names of the columns of a table."""
    cr.execute(
        """SELECT attname FROM pg_attribute
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
              AND attgenerated = ''""",
        [table],
    )
    return [name for (name,) in cr.fetchall()]


def insert_like(cr, table, pattern, source, values):
    """Insert a row for each row of `source`, alike `pattern` but for `values`.

    :param source: SQL after FROM, whose columns the expressions of `values` use
    :param values: column → SQL expression; columns that the table hasn't are left out
    :return: the number of rows inserted
    """
    names = columns_of(cr, table)
    expressions = [values.get(name) or f'pattern."{name}"' for name in names]
    cr.execute(
        f"""INSERT INTO "{table}" ({", ".join(f'"{name}"' for name in names)})
            SELECT {", ".join(expressions)}
              FROM jsonb_populate_record(NULL::"{table}", %s::jsonb) pattern, {source}""",
        [json.dumps(pattern)],
    )
    return cr.rowcount


def reserve_ids(cr, table, count):
    """Take `count` ids from the sequence of a table; return the first."""
    cr.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
    (sequence,) = cr.fetchone()
    cr.execute(f"SELECT nextval('{sequence}')")
    (first,) = cr.fetchone()
    if count > 1:
        cr.execute(f"SELECT setval('{sequence}', %s)", [first + count - 1])
    return first


def reserve_names(sequence, count):
    """Take `count` document numbers from an `ir.sequence`."""
    if not count:
        return []
    sequence.env.cr.execute(
        f"SELECT nextval('ir_sequence_{sequence.id:03d}') FROM generate_series(1, %s)", [count]
    )
    return [sequence.get_next_char(number) for (number,) in sequence.env.cr.fetchall()]


def temporary_table(cr, name, columns, rows, index):
    """Create and fill a table that lasts as long as the transaction.

    :param columns: name → SQL type
    :param index: the column by which it is looked up
    """
    definition = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    cr.execute(f"CREATE TEMPORARY TABLE {name} ({definition}) ON COMMIT DROP")
    execute_values(cr._obj, f"INSERT INTO {name} VALUES %s", rows, page_size=2000)
    cr.execute(f"CREATE INDEX ON {name} ({index})")
    cr.execute(f"ANALYZE {name}")
