"""Many rows in one statement.

The ORM takes one look at every record that it creates or writes: defaults, rights, constraints,
tracking, followers, automation. A job that brings thousands of rows up to date, or one that two may
do at once (``ON CONFLICT``), writes columns and nothing else. So do these functions; whoever calls
them answers for what the ORM would have looked at.

Values are as ``write`` takes them, ids for many2ones; None is NULL, also where Odoo would store 0.
Amounts are taken as they are, rounded by who worked them out. Pending changes of the columns
themselves are flushed; what else a query reads, its caller flushes, or its SQL says so
(``SQL.identifier(…, to_flush=…)``). The cache forgets what was written, and the one2manys that show
it; fields worked out from it follow where ``modified`` is asked for.
"""

from odoo.tools import SQL, split_every

INSERTED_AT_ONCE = 1000
# as ``conflict``: whatever unique index it is that has such a row already
ANY = SQL()


def insert(model, rows, conflict=None, update=(), returning=(), modified=False):
    """Insert rows, so many at once; who and when are filled in where the model keeps them.

    :param rows: dicts of the same columns
    :param conflict: what becomes of a row that is there already: by default an error; with
        :data:`ANY`, or the index as ``SQL("(a, b)")``, it stays as it is
    :param update: with the index: columns that such a row takes over, if any of them differs
    :param returning: columns to return besides the id
    :param modified: whether fields that depend on the rows are computed anew
    :return: the ids of the rows inserted or changed, or tuples of the id and what else is asked for
    """
    audit = _get_audit(model)
    names = list({**audit, **rows[0]}) if rows else []
    fields = [model._fields[name] for name in names]
    wanted = SQL(", ").join(map(SQL.identifier, ("id", *returning)))
    found = []
    for part in split_every(INSERTED_AT_ONCE, rows, list):
        if any(row.keys() != rows[0].keys() for row in part):
            raise ValueError("Rows of one insertion have the same columns.")
        filled = [{**audit, **row} for row in part]
        lines = SQL(", ").join(
            tuple(_to_column(model, field, row[field.name]) for field in fields) for row in filled
        )
        values = SQL("VALUES %s", lines)
        statement = _get_insert(model, names, values, conflict, update)
        found += model.env.execute_query(SQL("%s RETURNING %s", statement, wanted))
    ids = [row[0] for row in found]
    _forget(model.browse(ids), names, modified, create=True)
    return found if returning else ids


def insert_from(model, columns, source, conflict=None, update=(), modified=False):
    """Insert what a query finds; who and when are filled in where the model keeps them.

    :param columns: mapping of column to its value, or to SQL of what ``source`` offers
    :param source: SQL of what follows the list of a SELECT, from FROM on
    :param conflict: as in :func:`insert`, as are ``update`` and ``modified``
    :return: the ids of the rows inserted or changed
    """
    statement = get_insert_from(model, columns, source, conflict, update)
    ids = [row[0] for row in model.env.execute_query(SQL("%s RETURNING id", statement))]
    _forget(model.browse(ids), columns, modified, create=True)
    return ids


def get_insert_from(model, columns, source, conflict=None, update=()):
    """Return the statement of :func:`insert_from`, to stand behind a WITH of one's own."""
    filled = {**_get_audit(model), **columns}
    query = SQL("SELECT %s %s", SQL(", ").join(SQL("%s", value) for value in filled.values()), source)
    return _get_insert(model, filled, query, conflict, update)


def write(model, values_by_id, modified=False):
    """Write values of their own to many records; rows that hold them already are left alone.

    Translated fields and those that depend on the company are the ORM's.

    :param values_by_id: mapping of id to a dict of the same columns
    :param modified: as in :func:`insert`
    :return: the records that changed
    """
    if not values_by_id:
        return model.browse()
    names = list(next(iter(values_by_id.values())))
    if modified:  # whoever loses a record follows, too
        moving = [n for n in names if model.pool.is_modifying_relations(model._fields[n])]
        model.browse(values_by_id).modified(moving, before=True)
    query = SQL(
        "SELECT * FROM UNNEST(%s, %s)",
        list(values_by_id),
        SQL(", ").join(_to_array(model, name, values_by_id.values()) for name in names),
    )
    return write_from(model, names, query, modified)


def write_from(model, names, query, modified=False):
    """Write what a query finds of records; rows that hold it already are left alone.

    :param names: the columns to write
    :param query: SELECT of the id and of what to write, in the order of ``names``
    :param modified: as in :func:`insert`; of a many2one only who has the record now follows
    :return: the records that changed
    """
    model.flush_model(names)
    rows = model.env.execute_query(
        SQL(
            """UPDATE %(table)s AS held SET (%(names)s) = ROW(%(seen)s)
                 FROM (%(query)s) AS seen(id, %(names)s)
                WHERE held.id = seen.id AND (%(held)s) IS DISTINCT FROM (%(seen)s)
            RETURNING held.id""",
            table=SQL.identifier(model._table),
            names=_name(names),
            seen=_name(names, "seen"),
            held=_name(names, "held"),
            query=query,
        )
    )
    records = model.browse(row[0] for row in rows)
    _forget(records, names, modified)
    return records


def _get_audit(model):
    """Return who and when, as the ORM would fill it in: mapping of column to value."""
    if not model._log_access:
        return {}
    env = model.env
    now = env.cr.now()
    return {"create_uid": env.uid, "create_date": now, "write_uid": env.uid, "write_date": now}


def _get_insert(model, names, rows, conflict, update):
    """Return the INSERT of SQL of rows, and what it does with those that are there already."""
    if conflict is not None:
        model.flush_model(names)
    return SQL(
        "INSERT INTO %s AS held (%s) %s %s",
        SQL.identifier(model._table),
        _name(names),
        rows,
        SQL() if conflict is None else _get_conflict(model, conflict, update),
    )


def _get_conflict(model, conflict, update):
    if not update:
        return SQL("ON CONFLICT %s DO NOTHING", conflict)
    written = [*update, "write_uid", "write_date"] if model._log_access else update
    return SQL(
        """ON CONFLICT %s DO UPDATE SET (%s) = ROW(%s)
            WHERE (%s) IS DISTINCT FROM (%s)""",
        conflict,
        _name(written),
        _name(written, "excluded"),
        _name(update, "held"),
        _name(update, "excluded"),
    )


def _name(names, table=None):
    return SQL(", ").join(SQL.identifier(*filter(None, (table, name))) for name in names)


def _to_column(model, field, value):
    """Return a value as psycopg takes it; of a translated field in the user's language."""
    if value is None:
        return None
    if field.translate or field.company_dependent:
        return field.convert_to_column_insert(value, model)
    # JSON would be dumped and loaded once more
    return field.convert_to_column(value, model, validate=field.type != "json")


def _to_array(model, name, values):
    """Return the SQL of an array of one column's values."""
    field = model._fields[name]
    if field.translate or field.company_dependent:
        raise ValueError(f"{field} holds several values: it is the ORM's to write.")
    return SQL(
        "%s::%s[]",
        [_to_column(model, field, row[name]) for row in values],
        SQL(field.column_type[0]),
    )


def _forget(records, names, modified, create=False):
    records.invalidate_recordset(names, flush=False)
    if modified:
        records.modified(names, create=create)
